"""Telegram's updates, read into what the door takes. Pure functions.

Heard is what is said to the assistant: everything in a private chat, and in a group what names it,
replies to it or is a command with its name. Everything else is none of its business and ignored:
what bots and channels write, edits, reactions, joins, and talk between people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from telegram import Chat, Message, MessageEntity, Update, User

from channels.incoming import OPENING_INTENT, Event, Incoming, Words, unsupported
from channels.telegram.commands import COMMANDS, START, STOP

# What a message may hold beside or in place of words, by the library's name. The first that is
# there counts: an animation is a document too, a venue a location.
_MEDIA = {
    "photo": "image",
    "animation": "video",
    "video": "video",
    "video_note": "video",
    "voice": "voice",
    "audio": "audio",
    "document": "file",
    "sticker": "sticker",
    "venue": "location",
    "location": "location",
    "contact": "contact",
    "poll": "other",
    "dice": "other",
    "game": "other",
    "story": "other",
    "paid_media": "other",
    "checklist": "other",
}


@dataclass(frozen=True)
class Me:
    """The bot itself.

    Attributes:
        id: its user id.
        username: its name behind an `@`, in small letters.
    """

    id: int
    username: str


@dataclass(frozen=True)
class Heard:
    """What an update says to the assistant.

    Attributes:
        key: the conversation.
        address: where answers go.
        update_id: Telegram's id of the update.
        incoming: for the door, in order; empty for `/stop`.
        stops: the customer wants no more messages.
    """

    key: str
    address: dict[str, Any]
    update_id: int
    incoming: tuple[Incoming, ...]
    stops: bool = False


def read_message(update: Update, me: Me) -> Heard | None:
    """Read an update that may be a message.

    Args:
        update: of any kind.
        me: the bot.

    Returns:
        What it says to the assistant; None when it says nothing to it.
    """
    message = update.message
    if message is None or not _is_written_by_a_person(message):
        return None
    user = message.from_user
    private = message.chat.type == Chat.PRIVATE
    if user is None or not (private or _is_addressed(message, me)):
        return None
    key = conversation_key(message.chat, user, _topic(message))
    address = _address(key, message)
    if not private:
        address["reply_to"] = message.message_id
    command = _command(message, me)
    if command == STOP:
        return Heard(key, address, update.update_id, (), stops=True)
    said = _commanded(message, command) if command in COMMANDS else _said(message, me)
    incoming = tuple(
        Incoming(key, address, message_id or f"update:{update.update_id}", what)
        for message_id, what in said
    )
    return Heard(key, address, update.update_id, incoming) if incoming else None


def conversation_key(chat: Chat, user: User, topic: int | None) -> str:
    """Name a conversation: a private chat, or one person in one topic of a group.

    Args:
        chat: where it is.
        user: the customer.
        topic: the forum's topic.
    """
    if chat.type == Chat.PRIVATE:
        return f"chat/{chat.id}"
    return f"group/{chat.id}/{topic or 0}/{user.id}"


def reply_address(key: str, message: Message) -> dict[str, Any]:
    """Return where the answer to a pressed button of a message goes.

    Args:
        key: the conversation.
        message: ours, with the buttons.
    """
    address = _address(key, message)
    if message.chat.type != Chat.PRIVATE and message.reply_to_message is not None:
        address["reply_to"] = message.reply_to_message.message_id
    return address


def topic_of(message: Message) -> int | None:
    """Return the topic of a forum that a message is in, or None.

    Args:
        message: any message.
    """
    return _topic(message)


def _is_written_by_a_person(message: Message) -> bool:
    user = message.from_user
    return (
        user is not None
        and not user.is_bot  # nor an anonymous administrator, whom nobody can tell apart
        and message.sender_chat is None
        and not message.is_automatic_forward
    )


def _topic(message: Message) -> int | None:
    return message.message_thread_id if message.is_topic_message else None


def _address(key: str, message: Message) -> dict[str, Any]:
    address: dict[str, Any] = {"key": key, "chat": message.chat.id}
    if topic := _topic(message):
        address["topic"] = topic
    return address


def _words(message: Message) -> tuple[str, tuple[MessageEntity, ...]]:
    if message.text is not None:
        return message.text, tuple(message.entities)
    return message.caption or "", tuple(message.caption_entities)


def _slice(text: str, entity: MessageEntity) -> str:
    """Return what an entity marks; its place is counted in UTF-16 code units."""
    coded = text.encode("utf-16-le", "surrogatepass")
    marked = coded[2 * entity.offset : 2 * (entity.offset + entity.length)]
    return marked.decode("utf-16-le", "replace")


def _is_us(text: str, entity: MessageEntity, me: Me) -> bool:
    """Whether an entity is our name."""
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    return (
        entity.type == MessageEntity.MENTION and _slice(text, entity).lower() == f"@{me.username}"
    )


def _is_addressed(message: Message, me: Me) -> bool:
    """Whether something in a group is said to us."""
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == me.id:
        return True
    text, entities = _words(message)
    return any(
        _is_us(text, entity, me)
        or (
            entity.type == MessageEntity.BOT_COMMAND
            and _slice(text, entity).lower().endswith(f"@{me.username}")
        )
        for entity in entities
    )


def _command(message: Message, me: Me) -> str:
    """The command that a message is, such as `start`; empty when it is none, or another bot's."""
    text, entities = _words(message)
    for entity in entities:
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            name, _, bot = _slice(text, entity)[1:].lower().partition("@")
            return name if bot in ("", me.username) else ""
    return ""


def _commanded(message: Message, command: str) -> Iterator[tuple[str, Words | Event]]:
    """Give what a command says, and the words behind it."""
    yield f"command:{message.message_id}", COMMANDS[command]
    words = _words(message)[0].partition(" ")[2].strip()
    if words and command != START:  # what stands behind that one comes from a link, not a person
        yield "", Words(words)


def _said(message: Message, me: Me) -> Iterator[tuple[str, Words | Event]]:
    """Give what a message holds, each with its id where that is not the update's."""
    words = _without_us(message, me)
    if kind := _media_kind(message):
        # The pictures of an album are messages of their own; one answer is enough.
        album = message.media_group_id
        same = f"album:{album}" if album else f"media:{message.message_id}"
        yield same, unsupported(kind)
    elif not words and _names_us(message, me):  # somebody looks for us
        yield "", Event(OPENING_INTENT)
    if words:
        yield "", Words(words)


def _names_us(message: Message, me: Me) -> bool:
    text, entities = _words(message)
    return any(_is_us(text, entity, me) for entity in entities)


def _without_us(message: Message, me: Me) -> str:
    text, entities = _words(message)
    coded = text.encode("utf-16-le", "surrogatepass")
    ours = [entity for entity in entities if _is_us(text, entity, me)]
    if not ours:
        return text.strip()
    for entity in sorted(ours, key=lambda entity: -entity.offset):
        end = 2 * (entity.offset + entity.length)
        coded = coded[: 2 * entity.offset] + coded[end:]
    return coded.decode("utf-16-le", "replace").strip(" ,:\n\t")


def _media_kind(message: Message) -> str:
    for name, kind in _MEDIA.items():
        if getattr(message, name, None):
            return kind
    # Something that Telegram has and this version of the library does not know.
    return "other" if message.api_kwargs and not message.text else ""
