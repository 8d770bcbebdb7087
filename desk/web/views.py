"""What pages show, made ready for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.engine import Connection, Row

from desk import conversations, deliveries, handoffs, notes, surveys, urgency, users
from desk.conversations import Entry
from desk.database import now
from desk.handoffs import Handoff

# Slots that only the machinery needs, or that hold what nobody should read.
_HIDDEN_SLOTS = frozenset(
    {
        "session_started_metadata",
        "requested_slot",
        "handoff_request",
        "code",
        "last_chance",
        "survey",
        "survey_comment",
    }
)
_EARLIER = 20  # conversations of the same customer that are listed
# Facts that the desk itself wrote, and shows elsewhere.
_OWN_FACTS = frozenset({urgency.WHY, urgency.ASKED})
_QUIET_ACTIONS = frozenset({"action_listen", "action_session_start", "action_extract_slots"})


@dataclass
class Bubble:
    """One thing that was said, with what the assistant made of it folded away.

    Attributes:
        who, text, at: as in `Entry`.
        name: the agent's name.
        buttons: titles of the buttons shown with it.
        understood: intent and confidence, in words; empty if it is no customer's message.
        did: what the assistant did after it: actions, and slots that it set.
        state: `sent`, `waiting` or `failed`.
        failed: it says that a message did not reach the customer.
    """

    who: str
    text: str
    at: int
    name: str = ""
    buttons: Sequence[str] = ()
    understood: str = ""
    did: list[str] = field(default_factory=list)
    state: str = "sent"
    failed: bool = False


def transcript(
    connection: Connection, conversation_id: str, entries: Sequence[Entry]
) -> list[Bubble]:
    """Return everything said in a conversation, oldest first, and what is still on its way.

    Args:
        connection: inside a transaction.
        conversation_id: whose.
        entries: all its events.
    """
    bubbles: list[Bubble] = []
    for entry in entries:
        if entry.who:
            bubble = _bubble(entry)
            if bubble.text or bubble.buttons:
                bubbles.append(bubble)
        elif bubbles:
            bubbles[-1].did.extend(_did(entry))
    arrived = {
        (entry.data.get("metadata") or {}).get(deliveries.MARK)
        for entry in entries
        if entry.kind == "bot"
    }
    for delivery in deliveries.not_sent(connection, conversation_id):
        if delivery.id in arrived or delivery.kind != "events":
            continue
        for event in delivery.body:
            if event.get("event") == "bot":
                metadata = event.get("metadata") or {}
                bubbles.append(
                    Bubble(
                        metadata.get("from", "system"),
                        event.get("text", ""),
                        delivery.created_at,
                        name=metadata.get("name", ""),
                        state=delivery.state,
                    )
                )
    return bubbles


def conversation(connection: Connection, handoff_id: int) -> dict[str, Any]:
    """Return what the page of one conversation shows.

    Raises:
        UnknownHandoff: there is none of that id.
    """
    handoff = handoffs.get(connection, handoff_id)
    people = users.everybody(connection)
    agent = next((one for one in people if one.id == handoff.agent_id), None)
    entries = conversations.entries(connection, handoff.conversation_id)
    earlier = handoffs.all_of(connection, handoff.conversation_id, handoff.customer_id)
    return {
        "handoff": handoff,
        "agent": agent,
        "agents": [one for one in people if one.active],
        "bubbles": transcript(connection, handoff.conversation_id, entries),
        "notes": notes.of(connection, handoff.conversation_id),
        "survey": surveys.of(connection, handoff.id),
        "replies": notes.saved_replies(connection),
        "earlier": [one for one in earlier if one.id != handoff.id],
        "elsewhere": _elsewhere(connection, handoff.customer_id, earlier),
        "slots": _slots(entries),
        "facts": {name: value for name, value in handoff.facts.items() if name not in _OWN_FACTS},
        "now": now(),
    }


def earlier_conversation(connection: Connection, conversation_id: str) -> dict[str, Any] | None:
    """Return what the page of a conversation shows that no person was in; None for an unknown."""
    row = conversations.row_of(connection, [conversation_id]).get(conversation_id)
    if row is None:
        return None
    entries = conversations.entries(connection, conversation_id)
    return {"row": row, "bubbles": transcript(connection, conversation_id, entries)}


def _elsewhere(
    connection: Connection, customer_id: str | None, known: Sequence[Handoff]
) -> list[Row]:
    """Return a proven customer's conversations in which no person was asked for."""
    if customer_id is None:
        return []
    shown = {one.conversation_id for one in known}
    found = conversations.of_customer(connection, customer_id)
    return [row for row in found if row.id not in shown][:_EARLIER]


def moment(at: int | None) -> str:
    """Write a moment (ms since 1970) for people; UTC."""
    if at is None:
        return ""
    return f"{datetime.fromtimestamp(at / 1000, timezone.utc):%d %b %Y, %H:%M:%S} UTC"


def clock(at: int) -> str:
    """Write the time of a moment; UTC."""
    return f"{datetime.fromtimestamp(at / 1000, timezone.utc):%H:%M}"


def span(milliseconds: int) -> str:
    """Write a length of time, roughly."""
    minutes = max(0, milliseconds) // 60_000
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def words(name: str) -> str:
    """Write a name with underscores as words."""
    return name.replace("_", " ")


def _bubble(entry: Entry) -> Bubble:
    data = entry.data.get("data") or {}
    metadata = entry.data.get("metadata") or {}
    buttons = [str(one.get("title") or "") for one in data.get("buttons") or ()]
    return Bubble(
        entry.who,
        entry.text,
        entry.at,
        name=str(metadata.get("name") or ""),
        buttons=buttons,
        understood=_understood(entry) if entry.who == "customer" else "",
        failed=entry.kind == conversations.UNDELIVERED,
    )


def _understood(entry: Entry) -> str:
    parse: Mapping[str, Any] = entry.data.get("parse_data") or {}
    intent: Mapping[str, Any] = parse.get("intent") or {}
    if not intent.get("name"):
        return ""
    confidence = float(intent.get("confidence") or 0)
    found = f"{words(str(intent['name']))}, {confidence:.0%}"
    entities = [
        f"{one.get('entity')} {one.get('value')}"
        for one in parse.get("entities") or ()
        if one.get("entity") != "code"
    ]
    return found + (f" ({', '.join(entities)})" if entities else "")


def _did(entry: Entry) -> list[str]:
    name = str(entry.data.get("name") or "")
    if entry.kind == "action" and name and name not in _QUIET_ACTIONS:
        return [words(name)]
    if entry.kind == "slot" and name not in _HIDDEN_SLOTS and entry.data.get("value") is not None:
        return [f"{words(name)} = {entry.data['value']}"]
    return []


def _slots(entries: Sequence[Entry]) -> dict[str, str]:
    found: dict[str, Any] = {}
    for entry in entries:
        if entry.kind == "slot" and entry.data.get("name") not in _HIDDEN_SLOTS:
            found[str(entry.data.get("name"))] = entry.data.get("value")
    return {words(name): str(value) for name, value in found.items() if value not in (None, False)}
