"""What customers send, in words that no provider owns, and how it becomes a message for Rasa."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.choices import Choice
from channels.inbox import InboxMessage
from channels.normalise import escape_command
from privacy import mask_secrets

# Rasa's message that opens a conversation; a rule answers it with who is speaking.
OPENING_INTENT = "start_conversation"
# No provider or client can choose this id: theirs have no colon in this place.
OPENING_ID = "channel:opening"


@dataclass(frozen=True)
class Words:
    """What the customer wrote, as it came."""

    text: str


@dataclass(frozen=True)
class Pressed:
    """A button.

    Attributes:
        token: what it carried.
        title: what it showed: taken as the customer's words when the token is no longer valid.
    """

    token: str
    title: str = ""


@dataclass(frozen=True)
class Picked:
    """A number of the latest menu.

    Attributes:
        number: from 1.
        text: what the customer wrote: taken as words when there is no such number.
    """

    number: int
    text: str


@dataclass(frozen=True)
class Event:
    """Something that happened, which the channel itself vouches for.

    Attributes:
        intent: Rasa's name for it, such as `unsupported_media`; a rule answers it.
        entities: JSON values.
        title: how people who read the conversation see it, such as `(voice message)`.
    """

    intent: str
    entities: Mapping[str, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Incoming:
    """One verified delivery.

    Attributes:
        key: the provider's name of the conversation, at most 255 characters.
        address: where replies go; JSON values.
        message_id: the provider's id of the delivery, the same when it is repeated.
        said: what it holds.
    """

    key: str
    address: Mapping[str, Any]
    message_id: str
    said: Words | Pressed | Picked | Event


def unsupported(kind: str, title: str = "") -> Event:
    """Return the event that something came which cannot be read; domain.yml has the words.

    Args:
        kind: image, video, voice, audio, file, sticker, location, contact, other, too_long or
            expired_choice.
        title: how people who read the conversation see it.
    """
    shown = title or f"({kind.replace('_', ' ')})"
    return Event("unsupported_media", {"media_kind": kind}, shown)


def opening(conversation_id: str) -> InboxMessage:
    """Return the channel's own first message, which has the assistant say what it is.

    Args:
        conversation_id: that begins.
    """
    return event_message(conversation_id, OPENING_ID, Event(OPENING_INTENT))


def words_message(
    conversation_id: str, message_id: str, text: str, seal_secret: str
) -> tuple[InboxMessage, str]:
    """Return a customer's words as Rasa gets them: without secrets, and never as a command.

    Args:
        conversation_id: whose conversation.
        message_id: the id of the message.
        text: cleaned text.
        seal_secret: encrypts one-time codes for the action that checks them.

    Returns:
        The message; and the masked text as people may read it.
    """
    masked = mask_secrets(text, seal_secret)
    metadata: dict[str, Any] = {"masked": list(masked.kinds)}
    if masked.sealed_code is not None:
        metadata["sealed_code"] = masked.sealed_code
    message = InboxMessage(conversation_id, message_id, escape_command(masked.text), metadata)
    return message, masked.text


def choice_message(conversation_id: str, message_id: str, choice: Choice) -> InboxMessage:
    """Return a made choice as Rasa gets it.

    Args:
        conversation_id: whose conversation.
        message_id: the id of the message.
        choice: opened and found genuine.
    """
    metadata = {"masked": [], "choice_title": choice.title}
    return InboxMessage(conversation_id, message_id, choice.payload, metadata)


def event_message(conversation_id: str, message_id: str, event: Event) -> InboxMessage:
    """Return an event as Rasa gets it: as an intent, which customers cannot write.

    Args:
        conversation_id: whose conversation.
        message_id: the id of the delivery.
        event: what happened.
    """
    metadata: dict[str, Any] = {"masked": [], "origin": "channel"}
    if event.title:
        metadata["choice_title"] = event.title
    entities = json.dumps(dict(event.entities)) if event.entities else ""
    return InboxMessage(conversation_id, message_id, f"/{event.intent}{entities}", metadata)
