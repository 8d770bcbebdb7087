"""What Slack posts to an app, one function a kind of event, as its documentation shows them.

Ids, names and words are our own. Each function gives the body of one Events API callback (or of
one interactive payload); the delivery signs it and adds the headers.
"""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Any

TEAM = "T0TALLOWICK"
APP = "A0FRONTDESK"
BOT_USER = "U0FRONTDESK"
BOT_ID = "B0FRONTDESK"
CUSTOMER = "U0ANNABERG1"
COLLEAGUE = "U0BENOKAF01"
DM = "D0ANNADIREC"
CHANNEL = "C0SUPPORT01"

Body = dict[str, Any]

_clock = itertools.count()


def new_ts() -> str:
    """Give a message's timestamp, which is also its id: unlike any before it, and rising."""
    return f"{int(time.time())}.{next(_clock):06d}"


def callback(event: Body, *, event_id: str | None = None, team: str = TEAM) -> Body:
    """Wrap an event as the Events API does."""
    return {
        "token": "unused-legacy-token",
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": event_id or f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJldCI6Im1lc3NhZ2UifQ",
    }


def url_verification(challenge: str) -> Body:
    """The question Slack asks when somebody enters the request URL."""
    return {"token": "unused-legacy-token", "challenge": challenge, "type": "url_verification"}


def rich_text(text: str) -> list[Body]:
    """The block that Slack's own clients add to everything people write."""
    said = {"type": "text", "text": text}
    section = {"type": "rich_text_section", "elements": [said]}
    return [{"type": "rich_text", "block_id": secrets.token_hex(2), "elements": [section]}]


def _message(text: str, channel: str, kind: str, user: str, ts: str | None, **more: Any) -> Body:
    stamp = ts or new_ts()
    return {
        "client_msg_id": secrets.token_hex(16),
        "type": "message",
        "text": text,
        "user": user,
        "ts": stamp,
        "blocks": rich_text(text),
        "team": TEAM,
        "channel": channel,
        "event_ts": stamp,
        "channel_type": kind,
        **more,
    }


def message_im(text: str, *, user: str = CUSTOMER, channel: str = DM, **more: Any) -> Body:
    """`message.im`: somebody writes to the app directly."""
    return callback(_message(text, channel, "im", user, more.pop("ts", None), **more))


def message_channels(
    text: str, *, user: str = CUSTOMER, channel: str = CHANNEL, **more: Any
) -> Body:
    """`message.channels`: somebody writes in a channel that the app is in; to a person or to it."""
    return callback(_message(text, channel, "channel", user, more.pop("ts", None), **more))


def app_mention(text: str, *, user: str = CUSTOMER, channel: str = CHANNEL, **more: Any) -> Body:
    """`app_mention`: somebody names the app in a channel. It has no `channel_type`."""
    event = _message(f"<@{BOT_USER}> {text}", channel, "", user, more.pop("ts", None), **more)
    del event["channel_type"]
    return callback({**event, "type": "app_mention"})


def mention_pair(text: str, **more: Any) -> tuple[Body, Body]:
    """The two callbacks, with two event ids, that one mention causes with both subscriptions."""
    ts = more.pop("ts", None) or new_ts()
    return (
        app_mention(text, ts=ts, **more),
        message_channels(f"<@{BOT_USER}> {text}", ts=ts, **more),
    )


def bot_message(text: str, *, channel: str = CHANNEL, bot_id: str = "B0OTHERBOT1") -> Body:
    """`bot_message`: an integration without a user posted something."""
    ts = new_ts()
    return callback(
        {
            "type": "message",
            "subtype": "bot_message",
            "ts": ts,
            "text": text,
            "bot_id": bot_id,
            "username": "deploys",
            "channel": channel,
            "event_ts": ts,
            "channel_type": "channel",
        }
    )


def own_message(text: str, *, channel: str = DM) -> Body:
    """What the app itself posted comes back to it as an event, without a subtype."""
    profile = {"id": BOT_ID, "app_id": APP, "name": "Frontdesk", "team_id": TEAM}
    event = _message(text, channel, "im", BOT_USER, None, bot_id=BOT_ID, app_id=APP)
    return callback({**event, "bot_profile": profile})


def other_app_message(text: str, *, channel: str = DM) -> Body:
    """Another app's bot user: a user id, a `bot_id`, and no subtype."""
    return callback(_message(text, channel, "im", "U0OTHERBOT1", None, bot_id="B0OTHERBOT1"))


def message_changed(text: str, *, channel: str = DM, user: str = CUSTOMER) -> Body:
    """`message_changed`: somebody edited a message."""
    ts, stamp = new_ts(), new_ts()
    inner = {"type": "message", "user": user, "text": text, "ts": ts}
    return callback(
        {
            "type": "message",
            "subtype": "message_changed",
            "message": {**inner, "edited": {"user": user, "ts": stamp}},
            "previous_message": {**inner, "text": "before"},
            "channel": channel,
            "hidden": True,
            "ts": stamp,
            "event_ts": stamp,
            "channel_type": "im",
        }
    )


def message_deleted(*, channel: str = DM, user: str = CUSTOMER) -> Body:
    """`message_deleted`: somebody took a message back."""
    ts, stamp = new_ts(), new_ts()
    return callback(
        {
            "type": "message",
            "subtype": "message_deleted",
            "previous_message": {"type": "message", "user": user, "text": "gone", "ts": ts},
            "deleted_ts": ts,
            "channel": channel,
            "hidden": True,
            "ts": stamp,
            "event_ts": stamp,
            "channel_type": "im",
        }
    )


def file_share(
    text: str = "", *, mimetype: str = "image/png", channel: str = DM, user: str = CUSTOMER
) -> Body:
    """`file_share`: a message with a file; `text` is what was written beside it."""
    file = {
        "id": "F0PHOTO0001",
        "name": f"upload.{mimetype.partition('/')[2]}",
        "mimetype": mimetype,
        "filetype": mimetype.partition("/")[2],
        "mode": "hosted",
        "size": 48213,
        "url_private": "https://files.slack.com/files-pri/T0TALLOWICK-F0PHOTO0001/upload",
    }
    event = _message(text, channel, "im", user, None, subtype="file_share", files=[file])
    return callback({**event, "upload": False})


def voice_clip(*, channel: str = DM, user: str = CUSTOMER) -> Body:
    """An audio clip recorded in Slack: a file whose subtype says so."""
    body = file_share(mimetype="audio/mp4", channel=channel, user=user)
    body["event"]["files"][0] |= {"subtype": "slack_audio", "media_display_type": "audio"}
    return body


def thread_broadcast(text: str, *, thread_ts: str, channel: str = CHANNEL) -> Body:
    """`thread_broadcast`: a reply in a thread that its author also sent to the channel."""
    event = _message(
        text, channel, "channel", CUSTOMER, None, subtype="thread_broadcast", thread_ts=thread_ts
    )
    return callback({**event, "root": {"ts": thread_ts, "type": "message"}})


def me_message(text: str, *, channel: str = DM, user: str = CUSTOMER) -> Body:
    """`me_message`: what `/me` writes."""
    return callback(_message(text, channel, "im", user, None, subtype="me_message"))


def reaction_added(*, channel: str = DM, user: str = CUSTOMER, name: str = "thumbsup") -> Body:
    """`reaction_added`: an emoji under one of the app's messages."""
    item = {"type": "message", "channel": channel, "ts": new_ts()}
    return callback(
        {
            "type": "reaction_added",
            "user": user,
            "reaction": name,
            "item_user": BOT_USER,
            "item": item,
            "event_ts": new_ts(),
        }
    )


def member_joined(*, channel: str = CHANNEL, user: str = CUSTOMER) -> Body:
    """`member_joined_channel`: somebody (or the app itself) joined a channel."""
    return callback(
        {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel,
            "channel_type": "C",
            "team": TEAM,
            "inviter": COLLEAGUE,
            "event_ts": new_ts(),
        }
    )


def channel_join(*, channel: str = CHANNEL, user: str = CUSTOMER) -> Body:
    """`channel_join`: the line that Slack itself writes when somebody joins."""
    text = f"<@{user}> has joined the channel"
    return callback(_message(text, channel, "channel", user, None, subtype="channel_join"))


def app_home_opened(*, channel: str = DM, user: str = CUSTOMER) -> Body:
    """`app_home_opened`: somebody opened the direct messages with the app."""
    return callback(
        {
            "type": "app_home_opened",
            "user": user,
            "channel": channel,
            "tab": "messages",
            "event_ts": new_ts(),
        }
    )


def tokens_revoked() -> Body:
    """`tokens_revoked`: the app's token is no longer valid."""
    body = callback({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
    del body["authorizations"]
    return body


def block_actions(
    message: Body,
    element: Body,
    *,
    block_id: str,
    channel: str,
    response_url: str,
    user: str = CUSTOMER,
) -> Body:
    """`block_actions`: somebody pressed a button of a message.

    Args:
        message: as `chat.postMessage` stored it.
        element: the button, as it was sent.
        block_id: of the block that holds it.
        channel: where the message is.
        response_url: where the app may answer, up to five times within half an hour.
        user: who pressed.
    """
    ts = message["ts"]
    container: Body = {
        "type": "message",
        "message_ts": ts,
        "channel_id": channel,
        "is_ephemeral": False,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    action = {
        **{key: element[key] for key in ("action_id", "text", "value", "style") if key in element},
        "block_id": block_id,
        "type": "button",
        "action_ts": new_ts(),
    }
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "anna", "name": "anna", "team_id": TEAM},
        "api_app_id": APP,
        "token": "unused-legacy-token",
        "container": container,
        "trigger_id": f"{secrets.randbelow(10**10)}.{secrets.token_hex(8)}",
        "team": {"id": TEAM, "domain": "tallowick"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel, "name": "directmessage" if channel[0] == "D" else "support"},
        "message": message,
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }
