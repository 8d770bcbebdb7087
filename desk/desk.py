"""What can be done at the desk: each of these is one transaction, whole or not at all.

A change of a handoff, its record, and what Rasa and the customer are to be told of it belong
together. The methods block: call them from a thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Literal

from sqlalchemy.engine import Connection

from desk import audit, conversations, deliveries, handoffs, notes, surveys, users, words
from desk.database import Database, now
from desk.handoffs import Handoff, Request
from desk.hours import Hours
from desk.states import Event, NotPossible, State
from desk.telling import back_to_assistant, mirror, tell
from desk.users import Role, User
from privacy import mask_secrets

# Somebody whose page was open this recently is at the desk.
_PRESENT_MINUTES = 15.0
MAX_TEXT = 4000  # characters of one message or note
OUTCOMES = ("solved", "answered", "passed_on", "not_solved", "no_reply", "spam")


class NotAllowed(Exception):
    """The user's role does not let them do this."""


class BadInput(Exception):
    """What was sent cannot be used; the message says why, for the person who sent it."""


@dataclass(frozen=True)
class Answer:
    """What the assistant is told when it asks for a person.

    Attributes:
        state: `queued`, `assigned` (a person has it already) or `closed` (nobody is there).
        place: 1 is next; 0 unless queued.
        wait: seconds that it usually takes, by the last hour; None if nobody knows.
        opens_at: when somebody is there again, if that is known and lies ahead.
    """

    state: Literal["queued", "assigned", "closed"]
    place: int = 0
    wait: int | None = None
    opens_at: datetime | None = None


class Desk:
    """The desk's operations over its database."""

    def __init__(
        self,
        database: Database,
        hours: Hours,
        promise: int,
        changed: Callable[[], None],
        *,
        elsewhere: bool = False,
    ):
        """Bind the parts.

        Args:
            database: the desk's.
            hours: when people are there.
            promise: seconds within which somebody comes, or the customer is told.
            changed: is called after every change; from any thread.
            elsewhere: people answer at another desk: within the hours somebody is there.
        """
        self.database = database
        self.hours = hours
        self.promise = promise
        self.changed = changed
        self._elsewhere = elsewhere

    # The customer's side

    def request(self, wanted: Request) -> Answer:
        """Put a conversation into the queue, if somebody is there to take it."""
        with self.database.write() as connection:
            there = handoffs.open_of(connection, wanted.conversation_id)
            there = there or handoffs.by_key(connection, wanted.key)
            if there is None:
                moment = datetime.now(timezone.utc)
                if not self.hours.is_open(moment):
                    return Answer("closed", opens_at=self.hours.opens_at(moment))
                if not self._somebody_is_there(connection):
                    return Answer("closed")
                there = handoffs.request(connection, replace(wanted, wait=self.promise))
                mirror(connection, wanted.conversation_id)
            elif there.state is State.QUEUED and there.ticket is not None:
                # It waits beside a ticket, and the customer asks again: will somebody come now?
                if not self._somebody_is_there(connection):
                    return Answer("closed")
                there = handoffs.wait_at_the_line(connection, there, self.promise)
                mirror(connection, wanted.conversation_id)
            answer = _answer(connection, there)
        self.changed()
        return answer

    def _somebody_is_there(self, connection: Connection) -> bool:
        if not self.hours.is_open(datetime.now(timezone.utc)):
            return False
        return self._elsewhere or bool(users.present(connection, _PRESENT_MINUTES))

    def leave(self, conversation_id: str, event: Event) -> tuple[int | None, State | None]:
        """Have a customer go back to the assistant, or leave a message instead of waiting.

        Args:
            conversation_id: whose.
            event: `BACK` or `MESSAGE`.

        Returns:
            The id of the handoff that ended by it, None also when it had ended before; and the
            state of the one that goes on all the same.
        """
        with self.database.write() as connection:
            there = handoffs.open_of(connection, conversation_id)
            if there is None:
                return None, None
            if event is Event.MESSAGE and there.state is State.ASSIGNED:
                return None, there.state  # somebody came at the last moment
            handoffs.change(connection, there.id, event)
            mirror(connection, conversation_id)
        self.changed()
        return there.id, None

    def undelivered(self, conversation_id: str, key: str, reason: str, at: float) -> None:
        """Note that a message did not reach a customer who waits for a person or has one.

        Args:
            conversation_id: whose.
            key: the same for the same message.
            reason: why.
            at: when, s since 1970.
        """
        with self.database.write() as connection:
            if handoffs.open_of(connection, conversation_id) is None:
                return
            event = {
                "sender_id": conversation_id,
                "event": conversations.UNDELIVERED,
                "timestamp": at,
                "message_id": key,
                "text": words.undelivered(reason),
            }
            conversations.add(connection, event)
        self.changed()

    # The agent's side

    def take(self, user: User, handoff_id: int) -> Handoff:
        """Give a waiting conversation to the agent who asks first."""
        with self.database.write() as connection:
            taken = handoffs.change(connection, handoff_id, Event.TAKE, by=user.id, to=user.id)
            audit.note(connection, user.id, "take", taken.conversation_id)
            tell(connection, taken, words.joined(user.name), user.name)
        self.changed()
        return taken

    def give(self, user: User, handoff_id: int, agent_id: int) -> Handoff:
        """Assign a waiting conversation to somebody (leads only), or transfer one's own."""
        with self.database.write() as connection:
            agent = users.get(connection, agent_id)
            if agent is None or not agent.active:
                raise BadInput("There is no such agent.")
            waiting = handoffs.get(connection, handoff_id).state is State.QUEUED
            if waiting and user.role < Role.LEAD:
                raise NotAllowed
            event = Event.ASSIGN if waiting else Event.TRANSFER
            moved = handoffs.change(
                connection, handoff_id, event, by=user.id, to=agent.id, only_of=_own(user, waiting)
            )
            audit.note(connection, user.id, event.value, moved.conversation_id, agent.login)
            told = words.joined if waiting else words.transferred
            tell(connection, moved, told(agent.name), agent.name)
        self.changed()
        return moved

    def release(self, user: User, handoff_id: int) -> Handoff:
        """Put a conversation back into the queue, in its old place."""
        with self.database.write() as connection:
            freed = handoffs.change(
                connection, handoff_id, Event.RELEASE, by=user.id, only_of=_own(user)
            )
            audit.note(connection, user.id, "release", freed.conversation_id)
            tell(connection, freed, words.released(handoffs.place(connection, freed)))
        self.changed()
        return freed

    def resolve(self, user: User, handoff_id: int, outcome: str, tags: Sequence[str]) -> Handoff:
        """End a conversation with people; the assistant answers from here on."""
        if outcome not in OUTCOMES:
            raise BadInput("Choose an outcome.")
        kept = sorted({tag.strip().lower()[:40] for tag in tags if tag.strip()})[:20]
        with self.database.write() as connection:
            agent_id = handoffs.get(connection, handoff_id).agent_id
            agent = users.get(connection, agent_id) if agent_id else None
            closing = {"outcome": outcome, "tags": json.dumps(kept)}
            done = handoffs.change(
                connection,
                handoff_id,
                Event.RESOLVE,
                by=user.id,
                only_of=_own(user),
                closing=closing,
            )
            audit.note(connection, user.id, "resolve", done.conversation_id, outcome)
            back_to_assistant(connection, done, words.resolved((agent or user).name))
            if surveys.asked(connection, done, now()):
                deliveries.add_intent(connection, done.conversation_id, "ask_survey")
        self.changed()
        return done

    def say(self, user: User, handoff_id: int, text: str, key: str) -> None:
        """Send the customer a message under the agent's name.

        Args:
            user: who writes; must have the conversation.
            handoff_id: in which.
            text: what is said.
            key: the browser's id of the message: the same one is sent once.
        """
        said = cleaned(text)
        with self.database.write() as connection:
            there = _at_work(connection, user, handoff_id)
            event = deliveries.message(said, "agent", user.name)
            key = f"{user.id}:{handoff_id}:{key}"
            deliveries.add(connection, there.conversation_id, [event], key)
            audit.note(connection, user.id, "say", there.conversation_id)
        self.changed()

    def of_agent(self, user: User, handoff_id: int) -> Handoff:
        """Return a handoff that this agent has, and writes in.

        Raises:
            UnknownHandoff: there is none of that id.
            NotYours: the agent does not have it.
        """
        with self.database.read() as connection:
            return _at_work(connection, user, handoff_id)

    def note(self, user: User, handoff_id: int, text: str) -> None:
        """Keep an internal note, which no customer ever sees."""
        with self.database.write() as connection:
            there = handoffs.get(connection, handoff_id)
            notes.add(connection, there.conversation_id, user.id, cleaned(text))
            audit.note(connection, user.id, "note", there.conversation_id)
        self.changed()


def _answer(connection: Connection, handoff: Handoff) -> Answer:
    if handoff.state is State.QUEUED:
        place = handoffs.place(connection, handoff)
        return Answer("queued", place, handoffs.usual_wait(connection))
    return Answer("assigned" if handoff.state is State.ASSIGNED else "closed")


def _at_work(connection: Connection, user: User, handoff_id: int) -> Handoff:
    there = handoffs.get(connection, handoff_id)
    if there.state is not State.ASSIGNED:
        raise NotPossible(there.state, Event.RESOLVE)
    if there.agent_id != user.id:
        raise handoffs.NotYours
    return there


def _own(user: User, anybodys: bool = False) -> int | None:
    """Agents change their own conversations; leads everybody's."""
    return None if anybodys or user.role >= Role.LEAD else user.id


def cleaned(text: str) -> str:
    """Return what an agent wrote as it is kept and sent: without secrets, as customers' words are.

    Raises:
        BadInput: there is nothing, or too much.
    """
    cleaned = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not cleaned:
        raise BadInput("There is no text.")
    if len(cleaned) > MAX_TEXT:
        raise BadInput(f"The text has {len(cleaned)} characters; at most {MAX_TEXT} can be sent.")
    return mask_secrets(cleaned).text
