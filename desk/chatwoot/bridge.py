"""Carries conversations over to Chatwoot, and what its agents do back.

Who waits for a person becomes a conversation there, with everything said so far as a note. What
the customer writes goes there, an agent's answers come to the customer's own channel, and when the
agent resolves it the assistant goes on. Webhooks only say when to look: the truth is read from the
API, so that a forged or lost one changes nothing, and a desk that was away finds what happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from desk import audit, briefing, conversations, deliveries, handoffs, users, words
from desk.chatwoot import links
from desk.chatwoot.client import Agent, Chatwoot, ChatwootAway, ChatwootRefused, Message
from desk.chatwoot.links import Link
from desk.conversations import UNDELIVERED, Entry
from desk.database import now
from desk.desk import MAX_TEXT, Desk, cleaned
from desk.handoffs import Handoff
from desk.states import Event, State
from desk.telling import tell
from desk.users import User

logger = logging.getLogger(__name__)

_POLL = 1.0  # s between looks into our own database
_PULL = 20.0  # s between looks there, for one conversation of which no webhook came
_WAITS = (2.0, 5.0, 15.0, 60.0)  # s between tries while Chatwoot is away
_REFUSED_WAIT = 60.0  # s until a conversation that was refused is offered again
# The turn in which a person is asked for ends, and is published, after the request.
_SETTLED = 1_500  # ms
_NOBODY = Agent(0, "Support team")  # where it was resolved by a rule, or by who wrote nothing
_TOO_LATE = (
    "This conversation is closed, and the customer is with the assistant again: what was written "
    "here after that did not reach them."
)


class Bridge:
    """The one worker between the desk and Chatwoot; run one for a database."""

    def __init__(self, desk: Desk, chatwoot: Chatwoot):
        """Bind the parts; nothing is sent yet."""
        self._desk = desk
        self._database = desk.database
        self._chatwoot = chatwoot
        self._woken = asyncio.Event()
        self._hints: set[int] = set()
        self._pulled: dict[int, float] = {}
        self._refused: dict[int, float] = {}
        self._sure: set[int] = set()  # of whose last message it is known that it arrived, or not

    def hint(self, conversation: int) -> None:
        """Say that something happened in a conversation there; from the event loop's thread."""
        self._hints.add(conversation)
        self._woken.set()

    async def run(self) -> None:
        """Carry over until cancelled."""
        failures = 0
        while True:
            pause = _POLL
            try:
                await self.round()
                failures = 0
            except ChatwootAway as problem:
                pause = _WAITS[min(failures, len(_WAITS) - 1)]
                failures += 1
                logger.error("%s; it is tried again in %.0f s.", problem, pause)
                await asyncio.sleep(pause)
            except SQLAlchemyError as problem:
                logger.error("Chatwoot: the database failed (%s).", type(problem).__name__)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause)
            self._woken.clear()

    async def round(self, moment: int | None = None) -> None:
        """Do what is due, for every conversation.

        Args:
            moment: ms since 1970; None for now.

        Raises:
            ChatwootAway: it did not answer; the next round goes on there.
        """
        hints, self._hints = self._hints, set()
        asked_before = (now() if moment is None else moment) - _SETTLED
        try:
            for handoff, link in await asyncio.to_thread(self._at_work, asked_before):
                await self._serve(handoff, link, hints)
            for conversation in sorted(hints):
                await self._too_late(conversation)
        except ChatwootAway:
            self._hints |= hints
            raise

    def _at_work(self, asked_before: int) -> list[tuple[Handoff, Link]]:
        with self._database.read() as connection:
            return links.at_work(connection, asked_before)

    async def _serve(self, handoff: Handoff, link: Link, hints: set[int]) -> None:
        if time.monotonic() < self._refused.get(handoff.id, 0.0):
            return
        try:
            if not link.noted:
                link = await self._open(handoff, link)
            link = await self._forward(handoff, link)
            due = time.monotonic() > self._pulled.get(handoff.id, 0.0) + _PULL
            if not handoff.is_open:
                await self._finish(handoff, link)
            elif due or link.chatwoot_id in hints:
                await self._pull(handoff, link)
                self._pulled[handoff.id] = time.monotonic()
        except ChatwootRefused as problem:
            logger.error("a conversation cannot be carried over to Chatwoot: %s", problem)
            self._refused[handoff.id] = time.monotonic() + _REFUSED_WAIT

    async def _open(self, handoff: Handoff, link: Link) -> Link:
        """Begin the conversation there; repeated after a failure, it begins no second one."""
        if link.chatwoot_id is None:
            whose = handoff.customer_id or handoff.conversation_id
            kind = "customer" if handoff.customer_id else "conversation"
            name = handoff.facts.get("first name") or f"Customer ({handoff.channel})"
            contact = await self._chatwoot.contact(f"frontdesk:{kind}:{whose}", name)
            facts = {"channel": handoff.channel, "reason": handoff.reason.replace("_", " ")}
            number = await self._chatwoot.conversation(contact, f"handoff-{handoff.id}", facts)
            link = await self._keep(replace(link, chatwoot_id=number))
        number = _number(link)
        text, last = await asyncio.to_thread(self._briefing, handoff)
        there = await self._chatwoot.after(number, 0)
        noted = next((one.id for one in there if one.text.startswith(briefing.HEAD)), 0)
        noted = noted or await self._chatwoot.note(number, text)
        return await self._keep(replace(link, noted=noted, told_event=last))

    def _briefing(self, handoff: Handoff) -> tuple[str, int]:
        with self._database.read() as connection:
            entries = conversations.entries(connection, handoff.conversation_id)
            last = max((entry.id for entry in entries), default=0)
            return briefing.text(connection, handoff), last

    async def _forward(self, handoff: Handoff, link: Link) -> Link:
        """Add there what the customer has written since."""
        number = _number(link)
        if handoff.id not in self._sure:
            there = await self._chatwoot.after(number, max(link.told_message, link.noted))
            in_doubt = [one.id for one in there if one.is_customers]
        else:
            in_doubt = []
        for entry in await asyncio.to_thread(self._unsaid, handoff, link.told_event):
            self._sure.discard(handoff.id)
            if entry.who != "customer":  # what did not reach the customer
                await self._chatwoot.note(number, entry.text)
                told = link.told_message
            elif in_doubt:  # it had arrived, only the answer was lost
                told = in_doubt.pop(0)
            else:
                told = await self._chatwoot.customer_says(number, entry.text)
            link = await self._keep(replace(link, told_event=entry.id, told_message=told))
        self._sure.add(handoff.id)
        return link

    def _unsaid(self, handoff: Handoff, told_event: int) -> list[Entry]:
        until = handoff.closed_at or now()
        with self._database.read() as connection:
            new = conversations.entries(connection, handoff.conversation_id, told_event)
        said = [one for one in new if one.who == "customer" or one.kind == UNDELIVERED]
        return sorted((one for one in said if one.text and one.at <= until), key=lambda one: one.id)

    async def _pull(self, handoff: Handoff, link: Link) -> None:
        """Bring to the customer what agents wrote there, and end it if they have ended it."""
        number = _number(link)
        while messages := await self._chatwoot.after(number, link.read_message):
            for message in messages:
                link = await asyncio.to_thread(self._take_in, handoff.id, link, message)
        standing = await self._chatwoot.standing(number)
        if standing.is_resolved:
            by = standing.assignee or _NOBODY
            await asyncio.to_thread(self._resolve, handoff.id, by, standing.labels)
            await self._keep(replace(link, closed=True))

    def _take_in(self, handoff_id: int, link: Link, message: Message) -> Link:
        link = replace(link, read_message=message.id)
        with self._database.write() as connection:
            handoff = handoffs.get(connection, handoff_id)
            if message.by is not None and message.text and handoff.is_open:
                agent = _as_user(connection, message.by)
                _give(connection, handoff, agent)
                for part, start in enumerate(range(0, len(message.text), MAX_TEXT)):
                    text = cleaned(message.text[start : start + MAX_TEXT])
                    event = deliveries.message(text, "agent", agent.name)
                    key = f"chatwoot:{link.chatwoot_id}:{message.id}:{part}"
                    deliveries.add(connection, handoff.conversation_id, [event], key)
                audit.note(connection, agent.id, "say", handoff.conversation_id, "Chatwoot")
            links.keep(connection, link)
        self._desk.changed()
        return link

    def _resolve(self, handoff_id: int, by: Agent, labels: tuple[str, ...]) -> None:
        with self._database.write() as connection:
            handoff = handoffs.get(connection, handoff_id)
            if not handoff.is_open:
                return
            if handoff.state is State.QUEUED:
                handoff = _give(connection, handoff, _as_user(connection, by))
            agent = users.get(connection, handoff.agent_id or 0)
        if agent is not None:
            self._desk.resolve(agent, handoff_id, "answered", labels)

    async def _finish(self, handoff: Handoff, link: Link) -> None:
        """End there what has ended here."""
        number = _number(link)
        if not (await self._chatwoot.standing(number)).is_resolved:
            await self._chatwoot.note(number, words.ended_here(handoff.state, handoff.ticket))
            await self._chatwoot.resolve(number)
        await self._keep(replace(link, closed=True))

    async def _too_late(self, conversation: int) -> None:
        """Tell agents when what they wrote does not reach the customer any more."""
        link = await asyncio.to_thread(self._closed, conversation)
        if link is None:
            return
        try:
            messages = await self._chatwoot.after(conversation, link.read_message)
            if any(message.by for message in messages):
                await self._chatwoot.note(conversation, _TOO_LATE)
        except ChatwootRefused as problem:
            logger.error("a closed conversation cannot be read: %s", problem)
            return
        if messages:
            await self._keep(replace(link, read_message=messages[-1].id))

    def _closed(self, conversation: int) -> Link | None:
        with self._database.read() as connection:
            return links.closed_one(connection, conversation)

    async def _keep(self, link: Link) -> Link:
        def work() -> None:
            with self._database.write() as connection:
                links.keep(connection, link)

        await asyncio.to_thread(work)
        return link


def _number(link: Link) -> int:
    if link.chatwoot_id is None:
        raise ValueError("the conversation is not there yet")
    return link.chatwoot_id


def _as_user(connection: Connection, agent: Agent) -> User:
    """Return the desk's own row for an agent there; nobody can sign in with it."""
    return users.from_elsewhere(connection, f"chatwoot:{agent.id}", agent.name)


def _give(connection: Connection, handoff: Handoff, agent: User) -> Handoff:
    """Have an agent there be the one who has the conversation, and the customer told so."""
    if handoff.agent_id == agent.id:
        return handoff
    waiting = handoff.state is State.QUEUED
    event = Event.TAKE if waiting else Event.TRANSFER
    moved = handoffs.change(connection, handoff.id, event, by=agent.id, to=agent.id)
    audit.note(connection, agent.id, event.value, moved.conversation_id, "Chatwoot")
    told = words.joined if waiting else words.transferred
    tell(connection, moved, told(agent.name), agent.name)
    return moved
