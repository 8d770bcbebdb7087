"""What Rasa is to be told, kept until it has been told, in order for each conversation.

A change of a handoff and what follows from it for the conversation are one transaction. A worker
brings the deliveries to Rasa: after a crash it goes on, and before it repeats one whose outcome is
unknown it looks into the tracker whether it arrived.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from desk.database import now
from desk.schema import DELIVERIES

Kind = Literal["events", "intent"]
# By which an event in the tracker is known as this delivery's.
MARK = "desk_delivery"
STATUS_SLOT = "handoff_status"
# In that slot event's metadata: the id of the open handoff, or None.
HANDOFF = "handoff"


@dataclass(frozen=True)
class Delivery:
    """One thing to tell Rasa.

    Attributes:
        id: its number; lower ones of the same conversation go first.
        conversation_id: whose.
        kind: `events` to append, or an `intent` to trigger.
        body: the events, or the intent's name.
        state: `waiting`, `sent` or `failed`.
        attempts: how often it was begun.
        created_at: ms since 1970.
    """

    id: int
    conversation_id: str
    kind: str
    body: Any
    state: str
    attempts: int
    created_at: int


def message(text: str, said_by: str, name: str = "", **data: Any) -> dict[str, Any]:
    """Return the event of something said to the customer.

    Args:
        text: what is said.
        said_by: `agent`, `system` or `assistant`.
        name: the agent's name, as the customer sees it.
        data: what Rasa's bot messages may hold besides, such as `buttons`.
    """
    metadata = {"from": said_by}
    if name:
        metadata["name"] = name
    return {"event": "bot", "text": text, "data": data, "metadata": metadata}


def status() -> dict[str, Any]:
    """Return the event by which the tracker mirrors how the conversation's handoff stands.

    Its value is filled in when it is sent: what was right when it was asked for may be outdated.
    """
    return {"event": "slot", "name": STATUS_SLOT, "value": None}


def add(
    connection: Connection,
    conversation_id: str,
    events: Sequence[Mapping[str, Any]],
    key: str | None = None,
) -> int:
    """Have events appended to a conversation, and what is said in them sent to the customer.

    Args:
        connection: inside a writing transaction.
        conversation_id: whose.
        events: as Rasa's HTTP API takes them.
        key: the same for the same wish made again, which then changes nothing.

    Returns:
        The delivery's id, which the events carry in their metadata.
    """
    if key is not None:
        same = select(DELIVERIES.c.id).where(DELIVERIES.c.request_key == key)
        found = connection.execute(same).scalar()
        if found is not None:
            return int(found)
    number = _insert(connection, conversation_id, "events", [], key)
    marked = [
        {
            **event,
            "metadata": {
                **event.get("metadata", {}),
                MARK: number,
                # By it the channels know a message that they have been given before.
                "message_key": uuid.uuid4().hex,
            },
        }
        for event in events
    ]
    update = DELIVERIES.update().where(DELIVERIES.c.id == number)
    connection.execute(update.values(body=json.dumps(marked)))
    return number


def add_intent(connection: Connection, conversation_id: str, name: str) -> int:
    """Have an intent triggered in a conversation, as if the customer had meant it."""
    return _insert(connection, conversation_id, "intent", name)


def due(connection: Connection) -> list[Delivery]:
    """Return the first waiting delivery of every conversation, oldest first."""
    first = (
        select(func.min(DELIVERIES.c.id))
        .where(DELIVERIES.c.state == "waiting")
        .group_by(DELIVERIES.c.conversation_id)
    )
    query = select(DELIVERIES).where(DELIVERIES.c.id.in_(first)).order_by(DELIVERIES.c.id)
    return [_delivery(row) for row in connection.execute(query)]


def not_sent(connection: Connection, conversation_id: str) -> list[Delivery]:
    """Return what a conversation's customer has not been sent (yet), oldest first."""
    query = select(DELIVERIES).where(
        DELIVERIES.c.conversation_id == conversation_id, DELIVERIES.c.state != "sent"
    )
    return [_delivery(row) for row in connection.execute(query.order_by(DELIVERIES.c.id))]


def begin(connection: Connection, delivery: Delivery) -> None:
    """Record that it is being sent, so that whoever comes after a crash knows it may have been."""
    update = DELIVERIES.update().where(DELIVERIES.c.id == delivery.id)
    connection.execute(update.values(attempts=DELIVERIES.c.attempts + 1))


def finish(connection: Connection, delivery: Delivery) -> None:
    """Record that Rasa has it."""
    update = DELIVERIES.update().where(DELIVERIES.c.id == delivery.id)
    connection.execute(update.values(state="sent", done_at=now()))


def give_up(connection: Connection, delivery: Delivery) -> None:
    """Record that Rasa will not take it, so that what comes after it can go."""
    update = DELIVERIES.update().where(DELIVERIES.c.id == delivery.id)
    connection.execute(update.values(state="failed", done_at=now()))


def _insert(
    connection: Connection, conversation_id: str, kind: Kind, body: Any, key: str | None = None
) -> int:
    values = {
        "request_key": key,
        "conversation_id": conversation_id,
        "kind": kind,
        "body": json.dumps(body),
        "state": "waiting",
        "attempts": 0,
        "created_at": now(),
    }
    return int(connection.execute(DELIVERIES.insert().values(values)).inserted_primary_key[0])


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row.id,
        conversation_id=row.conversation_id,
        kind=row.kind,
        body=json.loads(row.body),
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
    )
