"""What Slack's events and button presses say to the assistant, and which say nothing to it."""

from __future__ import annotations

from typing import Any

import pytest

from channels.incoming import Event, Pressed, Words
from channels.slack.events import Heard, Press, read_event, read_press
from tests.providers import slack_events as shapes

Body = dict[str, Any]


def heard(body: Body) -> Heard:
    found = read_event(body)
    assert found is not None
    return found


def said(body: Body) -> list[object]:
    return [incoming.said for incoming in heard(body).incoming]


def test_a_direct_message_is_words() -> None:
    body = shapes.message_im("where is <tel:10023|10023>?")
    found = heard(body)
    [incoming] = found.incoming
    assert found.addressed
    assert incoming.said == Words("where is 10023?")
    assert incoming.key == found.key == f"user/{shapes.CUSTOMER}"
    assert incoming.message_id == body["event_id"]
    assert incoming.address == {"channel": shapes.DM}


def test_a_direct_message_in_a_thread_is_the_same_conversation_answered_there() -> None:
    [incoming] = heard(shapes.message_im("and now?", thread_ts="1700000000.000001")).incoming
    assert incoming.key == f"user/{shapes.CUSTOMER}"
    assert incoming.address == {"channel": shapes.DM, "thread": "1700000000.000001"}


def test_a_mention_begins_a_thread_and_its_two_events_are_one_message() -> None:
    mention, message = shapes.mention_pair("where is 10023?")
    first, second = heard(mention), heard(message)
    assert mention["event_id"] != message["event_id"]
    assert first.incoming == second.incoming
    assert first.addressed
    assert second.addressed
    ts = mention["event"]["ts"]
    [incoming] = first.incoming
    assert incoming.said == Words("where is 10023?")
    assert incoming.key == f"thread/{shapes.CHANNEL}/{ts}"
    assert incoming.address == {"channel": shapes.CHANNEL, "thread": ts}


def test_a_thread_is_one_conversation_for_everybody_in_it() -> None:
    thread = "1700000000.000001"
    keys = {
        heard(shapes.app_mention("hello", thread_ts=thread)).key,
        heard(shapes.message_channels("10023", thread_ts=thread)).key,
        heard(shapes.message_channels("me too", thread_ts=thread, user=shapes.COLLEAGUE)).key,
    }
    assert keys == {f"thread/{shapes.CHANNEL}/{thread}"}


def test_talk_in_a_channel_is_for_the_assistant_only_in_its_own_threads() -> None:
    assert not heard(shapes.message_channels("lunch?")).addressed
    assert not heard(shapes.message_channels("yes", thread_ts="1700000000.000001")).addressed
    assert not heard(shapes.thread_broadcast("yes", thread_ts="1700000000.000001")).addressed


def test_what_is_said_to_somebody_else_is_ignored() -> None:
    body = shapes.message_channels(f"<@{shapes.COLLEAGUE}> what do you think?", thread_ts="17.1")
    assert read_event(body) is None


@pytest.mark.parametrize(
    "body",
    [
        shapes.bot_message("deployed"),
        shapes.own_message("Hello"),
        shapes.other_app_message("beep"),
        shapes.message_im("reminder", user="USLACKBOT"),
        shapes.message_changed("where is 10024?"),
        shapes.message_deleted(),
        shapes.app_mention("twice", channel=shapes.DM),
        shapes.reaction_added(),
        shapes.member_joined(),
        shapes.member_joined(user=shapes.BOT_USER),
        shapes.channel_join(),
        shapes.app_home_opened(),
        shapes.tokens_revoked(),
        shapes.url_verification("x"),
        {"type": "event_callback", "event": None},
    ],
    ids=lambda body: str((body.get("event") or {}).get("subtype") or body.get("type")),
)
def test_what_is_no_business_of_the_assistant_is_ignored(body: Body) -> None:
    assert read_event(body) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (shapes.file_share(), "image"),
        (shapes.file_share(mimetype="video/mp4"), "video"),
        (shapes.file_share(mimetype="audio/mpeg"), "audio"),
        (shapes.file_share(mimetype="application/pdf"), "file"),
        (shapes.voice_clip(), "voice"),
    ],
)
def test_files_are_named_for_what_they_are(body: Body, kind: str) -> None:
    [event] = said(body)
    assert isinstance(event, Event)
    assert (event.intent, event.entities) == ("unsupported_media", {"media_kind": kind})


def test_words_beside_a_file_are_read_too() -> None:
    body = shapes.file_share("this one is broken")
    media, words = heard(body).incoming
    assert isinstance(media.said, Event)
    assert words.said == Words("this one is broken")
    assert media.message_id != words.message_id == body["event_id"]


def test_a_shared_message_without_words_is_not_met_with_silence() -> None:
    body = shapes.message_im("", attachments=[{"is_share": True, "text": "Look"}])
    [event] = said(body)
    assert event == Event("unsupported_media", {"media_kind": "other"}, "(shared message)")


def test_a_link_s_preview_is_not_a_file() -> None:
    body = shapes.message_im("see <https://x.example>", attachments=[{"title": "X"}])
    assert said(body) == [Words("see https://x.example")]


def test_a_bare_mention_is_greeted() -> None:
    assert said(shapes.app_mention("")) == [Event("start_conversation")]


def test_me_messages_are_words() -> None:
    assert said(shapes.me_message("waits for 10023")) == [Words("waits for 10023")]


# Button presses

BUTTON = {
    "type": "button",
    "action_id": "choice:2",
    "text": {"type": "plain_text", "text": "Order 10023"},
    "value": "aToken",
}


def press_of(element: Body = BUTTON, channel: str = shapes.DM, **message: Any) -> Press | None:
    return read_press(
        shapes.block_actions(
            {"ts": "1700000000.000009", "text": "Which?", "blocks": [], **message},
            element,
            block_id="b1",
            channel=channel,
            response_url="https://hooks.slack.com/actions/x",
        )
    )


def test_a_press_brings_back_what_the_button_carried() -> None:
    press = press_of()
    assert press is not None
    assert press.incoming.said == Pressed("aToken", "Order 10023")
    assert press.incoming.key == f"user/{shapes.CUSTOMER}"
    assert press.incoming.address == {"channel": shapes.DM}
    assert not press.shared


def test_a_message_can_be_answered_by_one_press_only() -> None:
    first, second = press_of(), press_of({**BUTTON, "value": "another"})
    assert first is not None
    assert second is not None
    assert first.incoming.message_id == second.incoming.message_id


def test_a_press_in_a_thread_belongs_to_its_conversation() -> None:
    press = press_of(channel=shapes.CHANNEL, thread_ts="1700000000.000001")
    assert press is not None
    assert press.shared
    assert press.incoming.key == f"thread/{shapes.CHANNEL}/1700000000.000001"


def test_links_and_other_elements_are_no_choices() -> None:
    assert press_of({**BUTTON, "action_id": "link:1"}) is None
    assert press_of({**BUTTON, "action_id": "someone-elses"}) is None
    assert read_press({"type": "block_actions", "actions": []}) is None
