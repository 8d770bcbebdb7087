"""Slack's events and button presses, read into what the door takes. Pure functions.

Heard is what is said to the assistant: every direct message, what mentions it in a channel, and
what is written in a thread it answers in. Everything else is none of its business and ignored:
what bots write, edits, deletions, reactions, joins, and talk between people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from channels.incoming import OPENING_INTENT, Event, Incoming, Pressed, Words
from channels.slack.mrkdwn import mentions, read
from channels.slack.render import CHOICE

# Subtypes of `message` that are still somebody writing something.
_WRITTEN = frozenset({None, "file_share", "me_message", "thread_broadcast"})
_DIRECT = "D"  # the first letter of a direct message's id
_SLACKBOT = "USLACKBOT"
_CLIPS = {"slack_audio": "voice", "slack_video": "video"}
_KINDS = frozenset({"image", "video", "audio"})
_TITLES = {
    "image": "(image)",
    "video": "(video)",
    "audio": "(audio file)",
    "voice": "(voice clip)",
    "file": "(file)",
    "other": "(shared message)",
}


@dataclass(frozen=True)
class Heard:
    """What an event says to the assistant.

    Attributes:
        incoming: for the door, in order.
        key: the conversation.
        addressed: it is meant for the assistant for sure; otherwise only if it already answers in
            this thread.
    """

    incoming: tuple[Incoming, ...]
    key: str
    addressed: bool


@dataclass(frozen=True)
class Press:
    """A pressed button of ours.

    Attributes:
        incoming: for the door.
        channel: where the message is.
        message: the message, as Slack has it.
        title: what the button showed.
        user: who pressed it.
        shared: whether others see the message too.
        response_url: where the message can be changed for half an hour.
    """

    incoming: Incoming
    channel: str
    message: Mapping[str, Any]
    title: str
    user: str
    shared: bool
    response_url: str


def read_event(body: Mapping[str, Any]) -> Heard | None:
    """Read an Events API callback.

    Args:
        body: the verified callback.

    Returns:
        What it says to the assistant; None when it says nothing to it.
    """
    event = body.get("event") or {}
    own_user = _own_user(body)
    if not _is_written_by_a_person(event, own_user):
        return None
    channel, ts, text = str(event["channel"]), str(event["ts"]), str(event.get("text") or "")
    if channel.startswith(_DIRECT):
        if event["type"] == "app_mention":
            return None  # it comes as a direct message too
        key, message_id, addressed = f"user/{event['user']}", str(body["event_id"]), True
        thread = event.get("thread_ts")
    else:
        named = mentions(text)
        addressed = event["type"] == "app_mention" or own_user in named
        if named and not addressed:
            return None  # in our thread perhaps, but said to somebody else
        thread = event.get("thread_ts") or ts
        # A mention in a channel is two events, of two kinds: the message is what counts once.
        key, message_id = f"thread/{channel}/{thread}", f"{channel}:{ts}"
    address = _address(channel, thread)
    said = _said(event, text, own_user)
    incoming = tuple(Incoming(key, address, f"{message_id}{suffix}", what) for suffix, what in said)
    return Heard(incoming, key, addressed)


def read_press(payload: Mapping[str, Any]) -> Press | None:
    """Read a `block_actions` payload.

    Args:
        payload: the verified payload.

    Returns:
        The press; None when it is no choice of ours, such as a link.
    """
    action = (payload.get("actions") or [{}])[0]
    container = payload.get("container") or {}
    if not str(action.get("action_id", "")).startswith(f"{CHOICE}:"):
        return None
    if container.get("type") != "message":
        return None
    channel, ts = str(container["channel_id"]), str(container["message_ts"])
    user, thread = str(payload["user"]["id"]), container.get("thread_ts")
    shared = not channel.startswith(_DIRECT)
    if shared:
        thread = thread or ts
        key = f"thread/{channel}/{thread}"
    else:
        key = f"user/{user}"
    title = str((action.get("text") or {}).get("text") or "")
    pressed = Pressed(str(action.get("value") or ""), title)
    # One choice a message: a double click, or a second click before the buttons are gone, is a
    # repetition of the first.
    incoming = Incoming(key, _address(channel, thread), f"press:{channel}:{ts}", pressed)
    return Press(
        incoming=incoming,
        channel=channel,
        message={**(payload.get("message") or {}), "ts": ts},
        title=title,
        user=user,
        shared=shared,
        response_url=str(payload.get("response_url") or ""),
    )


def _own_user(body: Mapping[str, Any]) -> str:
    for authorization in body.get("authorizations") or ():
        if authorization.get("is_bot"):
            return str(authorization["user_id"])
    return ""


def _is_written_by_a_person(event: Mapping[str, Any], own_user: str) -> bool:
    if event.get("type") not in ("message", "app_mention") or event.get("hidden"):
        return False
    if event.get("subtype") not in _WRITTEN or event.get("bot_id") or event.get("bot_profile"):
        return False
    return event.get("user") not in (None, "", own_user, _SLACKBOT)


def _address(channel: str, thread: Any) -> dict[str, str]:
    return {"channel": channel, "thread": str(thread)} if thread else {"channel": channel}


def _said(
    event: Mapping[str, Any], text: str, own_user: str
) -> Iterator[tuple[str, Words | Event]]:
    """Give what a message holds, each with what sets its id apart from the others'."""
    words = read(text, own_user)
    if kind := _media_kind(event, words):
        entities = {"media_kind": kind}
        yield ".media", Event("unsupported_media", entities, _TITLES[kind])
    elif not words:  # only our name: somebody looks for us
        yield "", Event(OPENING_INTENT)
    if words:
        yield "", Words(words)


def _media_kind(event: Mapping[str, Any], words: str) -> str | None:
    for file in event.get("files") or ():
        if clip := _CLIPS.get(str(file.get("subtype"))):
            return clip
        kind = str(file.get("mimetype") or "").partition("/")[0]
        return kind if kind in _KINDS else "file"
    # A shared message comes as an attachment. Beside words it is a link's preview.
    return "other" if event.get("attachments") and not words else None
