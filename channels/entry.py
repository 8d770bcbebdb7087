"""A provider's verified deliveries become stored messages for the dialogue, each only once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from channels.addresses import Entered
from channels.choices import Choice
from channels.inbox import InboxMessage
from channels.incoming import (
    OPENING_ID,
    OPENING_INTENT,
    Event,
    Incoming,
    Picked,
    Pressed,
    Words,
    choice_message,
    event_message,
    opening,
    unsupported,
    words_message,
)
from channels.metrics import count
from channels.normalise import EmptyText, TextTooLong, clean_text
from channels.rate import RateLimit
from channels.settings import ProviderSettings
from channels.store import Store

_MAX_ID = 128  # characters of the inbox's column


@dataclass(frozen=True)
class Accepted:
    """How a delivery was taken. It is stored: it may be acknowledged.

    Attributes:
        conversation_id: whose conversation; empty when there was nothing to read in it.
        duplicate: it had been accepted before, and nothing was changed.
        limited: the customer writes too fast; it was not accepted, and they are told so.
    """

    conversation_id: str
    duplicate: bool = False
    limited: bool = False


class Entry:
    """The way in of one channel."""

    def __init__(self, channel: str, store: Store, settings: ProviderSettings):
        """Bind the parts.

        Args:
            channel: the channel's name.
            store: where messages are kept.
            settings: the channel's.
        """
        self._channel = channel
        self._store = store
        self._settings = settings
        self._rate = RateLimit(settings.rate, settings.redis_url, f"{channel}:messages")

    async def take(self, incoming: Incoming) -> Accepted:
        """Store a message, unless it was stored before, is empty or one too many.

        Args:
            incoming: the message.

        Returns:
            How it was taken.

        Raises:
            SQLAlchemyError: it could not be stored.
        """
        if isinstance(incoming.said, Words) and not _readable(incoming.said.text):
            return Accepted("")
        write = self._store.database.write
        try:
            accepted = await write(lambda c: self._store_new(c, incoming))
        except IntegrityError:  # another process began the conversation this very moment
            accepted = await write(lambda c: self._store_new(c, incoming))
        if accepted.duplicate:
            count(self._channel, "duplicate")
        else:
            count(self._channel, "refused" if accepted.limited else "received")
        return accepted

    def _store_new(self, connection: Connection, incoming: Incoming) -> Accepted:
        message_id = _short(incoming.message_id)
        entered = self._store.addresses.enter(connection, incoming.key, incoming.address)
        conversation_id = entered.conversation_id
        if self._store.inbox.has(connection, conversation_id, message_id):
            return Accepted(conversation_id, duplicate=True)
        if self._rate.hit(conversation_id):
            return Accepted(conversation_id, limited=True)
        address = incoming.address
        message = self._message(connection, entered, message_id, incoming)
        # A conversation that the customer begins with a greeting command is opened by it.
        opens = isinstance(incoming.said, Event) and incoming.said.intent == OPENING_INTENT
        if not entered.heard_at and not opens:
            self._store.inbox.add(connection, replace(opening(conversation_id), address=address))
        self._store.inbox.add(connection, replace(message, address=address))
        self._store.addresses.heard(connection, conversation_id)
        return Accepted(conversation_id)

    def _message(
        self, connection: Connection, entered: Entered, message_id: str, incoming: Incoming
    ) -> InboxMessage:
        said, conversation_id = incoming.said, entered.conversation_id
        if isinstance(said, Event):
            return event_message(conversation_id, message_id, said)
        choice: Choice | None = None
        if isinstance(said, Pressed):
            choice = self._store.choices.open(connection, conversation_id, said.token)
        elif isinstance(said, Picked):
            menu = self._store.choices.menu(connection, conversation_id, entered.heard_at)
            choice = menu[said.number - 1] if 1 <= said.number <= len(menu) else None
        if choice is not None:
            return choice_message(conversation_id, message_id, choice)
        text = said.title if isinstance(said, Pressed) else said.text
        try:
            cleaned = clean_text(text, self._settings.max_chars)
        except EmptyText:
            return event_message(conversation_id, message_id, unsupported("expired_choice"))
        except TextTooLong:
            return event_message(conversation_id, message_id, unsupported("too_long"))
        return words_message(conversation_id, message_id, cleaned, self._settings.seal_secret)[0]


def _readable(text: str) -> bool:
    try:
        clean_text(text, len(text) or 1)
    except EmptyText:
        return False
    except TextTooLong:  # composed characters may count more
        return True
    return True


def _short(message_id: str) -> str:
    """Return an id that fits the inbox."""
    if message_id == OPENING_ID or len(message_id) > _MAX_ID:
        return hashlib.sha256(message_id.encode()).hexdigest()
    return message_id
