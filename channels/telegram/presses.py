"""Pressed buttons of ours: what was chosen, and the message without its buttons afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Chat, Message, Update

from channels.incoming import Incoming, Pressed
from channels.provider import Part
from channels.telegram.markup import escape
from channels.telegram.render import NO_WORDS
from channels.telegram.updates import conversation_key, reply_address, topic_of

_TICK = "\u2713"


@dataclass(frozen=True)
class Press:
    """A pressed button.

    Attributes:
        query_id: what has to be answered, or the client goes on waiting.
        incoming: for the door; None when the message is somebody else's, or not a chat's.
        chat: where the message is.
        message_id: which one.
        genuine: the message has such a button, as far as Telegram shows us: it may be changed.
        after: what it shows from now on; None when Telegram no longer shows us what it held.
    """

    query_id: str
    incoming: Incoming | None
    chat: int = 0
    message_id: int = 0
    genuine: bool = False
    after: Part | None = None


def read_press(update: Update) -> Press | None:
    """Read an update that may be a pressed button.

    Args:
        update: of any kind.

    Returns:
        The press; None when it is none.
    """
    query = update.callback_query
    if query is None:
        return None
    message = query.message
    if message is None:
        return Press(query.id, None)
    chat, data = message.chat, query.data or ""
    if isinstance(message, Message) and message.is_accessible:
        if chat.type != Chat.PRIVATE and _is_for_another(message, query.from_user.id):
            return Press(query.id, None)
        title = _title(message, data)
        key = conversation_key(chat, query.from_user, topic_of(message))
        address = reply_address(key, message)
        genuine = bool(title)
        after = retired(message, title) if genuine else None
    else:
        title, after, genuine = "", None, True
        key = conversation_key(chat, query.from_user, None)
        address = {"key": key, "chat": chat.id}
    # One choice a message: a double press, or a second one before the buttons are gone, is a
    # repetition of the first.
    message_id = f"press:{chat.id}:{message.message_id}"
    incoming = Incoming(key, address, message_id, Pressed(data, title))
    return Press(query.id, incoming, chat.id, message.message_id, genuine, after)


def retired(message: Message, title: str) -> Part:
    """Give a message after a choice was made: without its choices, with what was chosen.

    Args:
        message: as Telegram has it.
        title: what was pressed.

    Returns:
        A part as of `render`; its `image` is not an address here, but tells a photo from words.
    """
    words = message.caption_html if message.photo else message.text_html
    kept = [words] if words and words != NO_WORDS else []
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    links = [[b for b in row if b.url] for row in rows]  # they can be opened again
    return {
        "text": "\n\n".join([*kept, f"{_TICK} {escape(title)}"]),
        "image": "photo" if message.photo else "",
        "keyboard": [[{"text": b.text, "url": str(b.url)} for b in row] for row in links if row],
    }


def _title(message: Message, data: str) -> str:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((b.text for row in rows for b in row if data and b.callback_data == data), "")


def _is_for_another(message: Message, presser: int) -> bool:
    """Whether a message in a group answers another person than the one who pressed."""
    asked = message.reply_to_message.from_user if message.reply_to_message else None
    return asked is not None and not asked.is_bot and asked.id != presser
