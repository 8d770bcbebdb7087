"""The desk, where people take over conversations.

Unlike the other backends it is no part of the shop's contract: `desk/` serves it. A team without
a desk leaves it out, and gets tickets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from backends.http import Rest

# What the desk takes at most.
MAX_SUMMARY = 4_000
MAX_FACT = 2_000


@dataclass(frozen=True)
class HandoffRequest:
    """What a person who takes over needs to know.

    Attributes:
        key: 8 to 255 characters, the same for the same request made again.
        conversation_id: whose conversation.
        channel: such as `web`.
        reason: why, one word.
        summary: why, in a sentence or two; what exceeds 4,000 characters is cut.
        priority: who goes first.
        skill: what it is about, such as `track_order`; empty if unknown.
        language: of the customer, an ISO 639-1 code.
        facts: what is known, by name.
        offer: a button (`title`, `payload`) that goes on with what the customer had begun; empty
            for none.
        customer_id: only if it is proven.
    """

    key: str
    conversation_id: str = field(repr=False)
    channel: str
    reason: str
    summary: str = field(default="", repr=False)
    priority: Literal["low", "normal", "high"] = "normal"
    skill: str = ""
    language: str = "en"
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    offer: Mapping[str, str] = field(default_factory=dict)
    customer_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class HandoffAnswer:
    """How the desk took a request.

    Attributes:
        state: `queued`, `assigned` (a person has the conversation already), or `closed`: nobody
            is there.
        place: 1 is next; 0 unless queued.
        wait: seconds that it usually takes, by the last hour; None if nobody knows.
        opens_at: when somebody is there again, if that is known and lies ahead.
    """

    state: Literal["queued", "assigned", "closed"]
    place: int
    wait: int | None
    opens_at: datetime | None


@dataclass(frozen=True)
class Left:
    """What became of a handoff that the customer did not want any more.

    Attributes:
        ended: whether it ended by this call.
        state: `queued` or `assigned` if one goes on all the same, else None.
        handoff: the desk's number of the one that ended by it; None for none.
    """

    ended: bool
    state: Literal["queued", "assigned"] | None
    handoff: int | None = None


class Desk(Protocol):
    """What the assistant needs of the people's desk."""

    async def request(self, wanted: HandoffRequest) -> HandoffAnswer:
        """Ask for a person.

        Args:
            wanted: what the person needs to know.

        Raises:
            BackendError: no usable answer; the request may or may not be in the queue. Repeat it
                with its key, or leave it in the slot that the desk looks into.
        """

    async def leave(self, conversation_id: str, to: Literal["assistant", "ticket"]) -> Left:
        """End a handoff because the customer wants it so; asked again, it changes nothing.

        Args:
            conversation_id: whose conversation.
            to: `assistant` ends it, also when a person has it; `ticket` only while it waits.

        Raises:
            BackendError: no usable answer.
        """


class RestDesk:
    """`Desk` over the API of `desk/`."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def request(self, wanted: HandoffRequest) -> HandoffAnswer:
        """See `Desk.request`."""
        body = {
            "key": wanted.key,
            "conversation_id": wanted.conversation_id,
            "channel": wanted.channel[:32],
            "reason": wanted.reason[:64],
            "summary": wanted.summary[:MAX_SUMMARY],
            "priority": wanted.priority,
            "skill": wanted.skill[:64],
            "language": wanted.language[:16],
            "facts": {name[:255]: text[:MAX_FACT] for name, text in wanted.facts.items()},
            "offer": dict(wanted.offer),
            "customer_id": wanted.customer_id,
        }
        return await self._rest.change(
            "POST", "/handoffs", HandoffAnswer, body=body, idempotency_key=wanted.key
        )

    async def leave(self, conversation_id: str, to: Literal["assistant", "ticket"]) -> Left:
        """See `Desk.leave`."""
        return await self._rest.change(
            "POST",
            "/leave",
            Left,
            body={"conversation_id": conversation_id, "to": to},
            idempotency_key=f"{conversation_id}:{to}",
        )
