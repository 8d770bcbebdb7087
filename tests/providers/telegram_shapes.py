"""Recorded shapes of Telegram's updates, as the Bot API's public reference describes them.

Each function gives one complete `Update` with a new `update_id`; what a test varies is an argument.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from typing import Any

from tests.providers.telegram_text import units

Shape = dict[str, Any]

BOT = {
    "id": 7000000001,
    "is_bot": True,
    "first_name": "Tallowick Support",
    "username": "tallowick_bot",
}
ANNA = {
    "id": 500100,
    "is_bot": False,
    "first_name": "Anna",
    "last_name": "Berg",
    "username": "anna_b",
    "language_code": "en",
}
BEN = {"id": 500200, "is_bot": False, "first_name": "Ben", "language_code": "en"}
OTHER_BOT = {"id": 7000000002, "is_bot": True, "first_name": "Quiz", "username": "quiz_bot"}
GROUP = {
    "id": -4200100,
    "type": "group",
    "title": "Flat 7",
    "all_members_are_administrators": True,
}
SUPERGROUP = {"id": -1001500000001, "type": "supergroup", "title": "Tallowick fans"}
FORUM = {"id": -1001500000002, "type": "supergroup", "title": "Neighbours", "is_forum": True}
CHANNEL = {"id": -1001600000001, "type": "channel", "title": "Tallowick news"}
TOPIC = 17  # the message that opened the forum's topic

_ids = itertools.count(860_000_001)
_messages = itertools.count(4001)
_queries = itertools.count(4382_0000_0000_0001)


def private(user: Mapping[str, Any] = ANNA) -> Shape:
    """The private chat with a user: it has the user's id."""
    names = {key: user[key] for key in ("id", "first_name", "last_name", "username") if key in user}
    return {**names, "type": "private"}


def next_message_id() -> int:
    """A message id that nobody has yet."""
    return next(_messages)


def update(kind: str, content: Mapping[str, Any]) -> Shape:
    """An update of any kind."""
    return {"update_id": next(_ids), kind: dict(content)}


def content(
    user: Mapping[str, Any] | None = ANNA, chat: Mapping[str, Any] | None = None, **parts: Any
) -> Shape:
    """A `Message` with the given parts."""
    shape: Shape = {
        "message_id": next_message_id(),
        "chat": dict(chat or private(user or ANNA)),
        "date": int(time.time()),
        **parts,
    }
    if user is not None:
        shape["from"] = dict(user)
    return shape


def text(words: str, **parts: Any) -> Shape:
    """A text message, with the entities that Telegram finds in it: commands and mentions."""
    return update("message", content(**{"text": words, **_marked(words, "entities"), **parts}))


def _marked(words: str, name: str) -> Shape:
    entities = []
    for start, word in _words(words):
        kind = {"/": "bot_command", "@": "mention"}.get(word[0])
        if kind and len(word) > 1:
            entities.append({"type": kind, "offset": start, "length": units(word)})
    return {name: entities} if entities else {}


def _words(text: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for word in text.replace("\n", " ").split(" "):
        if bare := word.rstrip(",.:!?"):
            found.append((start, bare))
        start += units(word) + 1
    return found


def reply(words: str, to: Mapping[str, Any], **parts: Any) -> Shape:
    """A text message that replies to another message."""
    return text(words, reply_to_message=dict(to), **parts)


def edited(of: Mapping[str, Any], words: str) -> Shape:
    """An edited message."""
    return update("edited_message", {**of["message"], "text": words, "edit_date": int(time.time())})


def pressed(
    data: str, message: Mapping[str, Any] | None, user: Mapping[str, Any] = ANNA, **parts: Any
) -> Shape:
    """A button of an inline keyboard, pressed.

    Args:
        data: the button's `callback_data`.
        message: the message with the keyboard.
        user: who pressed it.
        parts: what else the callback query has.
    """
    query = {
        "id": str(next(_queries)),
        "from": dict(user),
        "chat_instance": "-3844567712345678901",
        "data": data,
        **parts,
    }
    if message is not None:
        query["message"] = dict(message)
    return update("callback_query", query)


def inaccessible(message: Mapping[str, Any]) -> Shape:
    """A message that the bot can no longer see: only its chat and id, its date is 0."""
    return {"chat": message["chat"], "message_id": message["message_id"], "date": 0}


def photo(caption: str = "", **parts: Any) -> Shape:
    """A photo, with or without words below it."""
    sizes = [_file("photo", width=90, height=67), _file("photo-large", width=1280, height=960)]
    below = {"caption": caption, **_marked(caption, "caption_entities")} if caption else {}
    return update("message", content(**{"photo": sizes, **below, **parts}))


def _file(name: str, **more: Any) -> Shape:
    file = {"file_id": f"AgACAgQAAx-{name}", "file_unique_id": f"AQAD-{name}", "file_size": 1253}
    return {**file, **more}


_PLACE = {"latitude": 51.5007, "longitude": -0.1246}
_CONTACT = {"phone_number": "+441632960123", "first_name": "Ben", "user_id": BEN["id"]}

# Kinds of messages that are not text, by the name of their field.
MEDIA: Mapping[str, Shape] = {
    "sticker": {
        "sticker": _file(
            "sticker",
            type="regular",
            width=512,
            height=512,
            is_animated=False,
            is_video=False,
            emoji="👍",
            set_name="Cats",
        )
    },
    "voice": {"voice": _file("voice", duration=4, mime_type="audio/ogg")},
    "video_note": {"video_note": _file("note", length=240, duration=6)},
    "video": {"video": _file("video", width=640, height=360, duration=9, mime_type="video/mp4")},
    "audio": {"audio": _file("audio", duration=180, mime_type="audio/mpeg", title="Waltz")},
    "document": {"document": _file("file", file_name="invoice.pdf", mime_type="application/pdf")},
    "animation": {
        "animation": _file("gif", width=320, height=240, duration=2, mime_type="video/mp4"),
        "document": _file("gif", mime_type="video/mp4"),
    },
    "location": {"location": _PLACE},
    "venue": {
        "location": _PLACE,
        "venue": {"location": _PLACE, "title": "Station", "address": "1 Bridge Street"},
    },
    "contact": {"contact": _CONTACT},
    "poll": {
        "poll": {
            "id": "5407",
            "question": "Tea?",
            "options": [
                {"text": "Yes", "voter_count": 0, "persistent_id": "1"},
                {"text": "No", "voter_count": 0, "persistent_id": "2"},
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
    },
    "dice": {"dice": {"emoji": "🎲", "value": 4}},
    "story": {"story": {"chat": private(BEN), "id": 12}},
}

# Messages that Telegram writes itself.
SERVICE: Mapping[str, Shape] = {
    "new_chat_members": {"new_chat_members": [dict(BEN)]},
    "bot_added": {"new_chat_members": [dict(BOT)]},
    "left_chat_member": {"left_chat_member": dict(BEN)},
    "new_chat_title": {"new_chat_title": "Flat 8"},
    "group_chat_created": {"group_chat_created": True},
    "migrate_to_chat_id": {"migrate_to_chat_id": SUPERGROUP["id"]},
    "migrate_from_chat_id": {"migrate_from_chat_id": GROUP["id"]},
    "message_auto_delete_timer_changed": {
        "message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}
    },
    "forum_topic_created": {
        "forum_topic_created": {"name": "Orders", "icon_color": 7322096},
        "message_thread_id": TOPIC,
        "is_topic_message": True,
    },
    "video_chat_started": {"video_chat_started": {}},
}


def media(kind: str, **parts: Any) -> Shape:
    """A message of one of the kinds in `MEDIA`."""
    return update("message", content(**{**MEDIA[kind], **parts}))


def service(kind: str, chat: Mapping[str, Any] = GROUP) -> Shape:
    """A message that Telegram writes itself, of one of the kinds in `SERVICE`."""
    return update("message", content(chat=chat, **SERVICE[kind]))


def membership(status: str, user: Mapping[str, Any] = ANNA) -> Shape:
    """The bot's own membership: `kicked` when the user blocked it, `member` when not any more."""
    was = "member" if status == "kicked" else "kicked"
    until = {"until_date": 0}
    return update(
        "my_chat_member",
        {
            "chat": private(user),
            "from": dict(user),
            "date": int(time.time()),
            "old_chat_member": {"user": BOT, "status": was, **(until if was == "kicked" else {})},
            "new_chat_member": {
                "user": BOT,
                "status": status,
                **(until if status == "kicked" else {}),
            },
        },
    )


def reaction(emoji: str = "👍") -> Shape:
    """A reaction to a message."""
    return update(
        "message_reaction",
        {
            "chat": private(),
            "message_id": 4001,
            "user": dict(ANNA),
            "date": int(time.time()),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        },
    )


def channel_post(words: str) -> Shape:
    """A post in a channel that the bot is in; nobody is its sender."""
    post = content(None, CHANNEL, text=words, sender_chat=CHANNEL, author_signature="Tom")
    return update("channel_post", post)


def inline_query(words: str) -> Shape:
    """A query typed behind the bot's name in some other chat."""
    return update(
        "inline_query",
        {"id": str(next(_queries)), "from": dict(ANNA), "query": words, "offset": ""},
    )
