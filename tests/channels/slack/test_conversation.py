"""Talking in Slack, through both of its real surfaces: what is heard, answered, and how often."""

from __future__ import annotations

import pytest

from tests.channels.slack.conftest import LOOP, House
from tests.providers import slack_events as shapes
from tests.providers.slack_server import Fault

pytestmark = [pytest.mark.asyncio(loop_scope=LOOP), pytest.mark.xdist_group("slack")]

GREETING = "I am an automated assistant."


async def test_a_direct_message_is_answered_where_it_was_written(house: House) -> None:
    anna = house.direct()
    await anna.say("where is <mailto:a@b.example|a@b.example>? &amp; why")
    assert [reply.text for reply in await anna.replies(2)] == [
        GREETING,
        "echo: where is a@b.example? & why",
    ]
    posted = house.slack.sent(anna.channel)[1]
    assert posted["text"] == "echo: where is a@b.example? &amp; why"
    assert "thread_ts" not in posted


async def test_a_question_in_a_thread_of_a_direct_message_is_answered_there(house: House) -> None:
    anna = house.direct()
    await anna.say("one")
    await anna.replies(2)
    anna.thread = "1700000000.000001"
    body = shapes.message_im("two", user=anna.user, channel=anna.channel, thread_ts=anna.thread)
    await house.delivery.event(body)
    await house.slack.until(lambda: bool(anna.messages()))
    assert [message["text"] for message in anna.messages()] == ["echo: two"]


async def test_a_thread_in_a_channel_is_one_conversation(house: House) -> None:
    anna = house.in_channel()
    await anna.say("one")
    assert [reply.text for reply in await anna.replies(2)] == [GREETING, "echo: one"]
    await anna.say("two")  # without a mention: it is our thread
    anna.user = shapes.COLLEAGUE
    await anna.say("three")
    assert [reply.text for reply in await anna.replies(2)] == ["echo: two", "echo: three"]
    assert {m["thread_ts"] for m in house.slack.sent(anna.channel)} == {anna.thread}


async def test_a_mention_that_slack_sends_as_two_events_is_one_message(house: House) -> None:
    anna = house.in_channel()
    first, second = shapes.mention_pair("both", user=anna.user, channel=anna.channel)
    anna.thread = first["event"]["ts"]
    for body in (second, first, second):
        assert (await house.delivery.event(body)).status_code == 200
    await anna.say("end")
    assert [r.text for r in await anna.replies(3)] == [GREETING, "echo: both", "echo: end"]


async def test_a_retried_event_is_answered_once(house: House) -> None:
    anna = house.direct()
    body = shapes.message_im("wait gate", user=anna.user, channel=anna.channel)
    # The dialogue is still busy with the first delivery while Slack sends the others.
    assert (await house.delivery.event(body)).status_code == 200
    for retry in (1, 2, 3):
        assert (await house.delivery.event(body, retry=retry)).status_code == 200
    house.server.allow("gate")
    await anna.say("end")
    assert [r.text for r in await anna.replies(3)] == [GREETING, "waited: wait gate", "echo: end"]


async def test_what_is_not_said_to_the_assistant_is_not_answered(house: House) -> None:
    anna = house.in_channel()
    elsewhere = {"channel": anna.channel}
    for body in (
        shapes.message_channels("lunch?", **elsewhere),
        shapes.message_channels("sure", thread_ts="1700000000.000001", **elsewhere),
        shapes.bot_message("deployed", **elsewhere),
        shapes.own_message("echo", **elsewhere),
        shapes.other_app_message("beep", **elsewhere),
        shapes.message_changed("edited", **elsewhere),
        shapes.message_deleted(**elsewhere),
        shapes.reaction_added(**elsewhere),
        shapes.member_joined(**elsewhere),
        shapes.channel_join(**elsewhere),
        shapes.app_home_opened(),
        shapes.tokens_revoked(),
    ):
        assert (await house.delivery.event(body)).status_code == 200
    await anna.say("hello")
    assert [reply.text for reply in await anna.replies(2)] == [GREETING, "echo: hello"]
    assert len(house.slack.sent(anna.channel)) == 2


async def test_files_and_voice_reach_the_dialogue_as_what_they_are(house: House) -> None:
    anna = house.direct()
    place = {"user": anna.user, "channel": anna.channel}
    for body in (shapes.voice_clip(**place), shapes.file_share("broken", **place)):
        assert (await house.delivery.event(body)).status_code == 200
    texts = [reply.text for reply in await anna.replies(4)]
    assert [text.partition("{")[0] for text in texts] == [
        GREETING,
        "echo: /unsupported_media",
        "echo: /unsupported_media",
        "echo: broken",
    ]
    assert '"voice"' in texts[1]
    assert '"image"' in texts[2]


async def test_a_pressed_choice_is_shown_and_its_buttons_are_gone(house: House) -> None:
    anna = house.direct()
    await anna.say("rich")
    _, menu = await anna.replies(2)
    assert menu.buttons == ("Order 10023", "Our shop", "Odd")
    before = house.slack.sent(anna.channel)[1]
    await anna.press("Order 10023")
    [answer] = await anna.replies()
    assert answer.text == 'echo: /choose{"order": "10023"}'
    await house.slack.until(lambda: "edited" in house.slack.sent(anna.channel)[1])
    after = house.slack.sent(anna.channel)[1]
    titles = [
        e["text"]["text"]
        for b in after["blocks"]
        for e in b.get("elements", ())
        if "action_id" in e
    ]
    assert titles == ["Our shop"]
    assert after["blocks"][-1]["elements"][0]["text"] == "\u2713 Order 10023"
    assert after["ts"] == before["ts"]


async def test_a_double_click_counts_once(house: House) -> None:
    anna = house.direct()
    # The buttons are still there at the second click.
    house.slack.fail_next("chat.update", Fault(error="cant_update_message"))
    await anna.say("rich")
    await anna.replies(2)
    await anna.press("Order 10023")
    await anna.replies()
    message = house.slack.sent(anna.channel)[1]
    again = shapes.block_actions(
        {**message, "blocks": []},
        {"action_id": "choice:1", "text": {"text": "Order 10023"}, "value": "whatever"},
        block_id="b",
        channel=anna.channel,
        response_url="https://hooks.slack.com/x",
        user=anna.user,
    )
    assert (await house.delivery.interaction(again)).status_code == 200
    await anna.say("end")
    assert [reply.text for reply in await anna.replies()] == ["echo: end"]


async def test_a_link_s_press_is_acknowledged_and_says_nothing(house: House) -> None:
    anna = house.direct()
    await anna.say("rich")
    await anna.replies(2)
    await anna.press("Our shop")
    await anna.say("end")
    assert [reply.text for reply in await anna.replies()] == ["echo: end"]


async def test_an_invented_token_chooses_nothing(house: House) -> None:
    anna = house.direct()
    await anna.say("rich")
    await anna.replies(2)
    forged = shapes.block_actions(
        {"ts": shapes.new_ts(), "blocks": []},
        {"action_id": "choice:1", "text": {"text": "Order 1"}, "value": "/restart"},
        block_id="b",
        channel=anna.channel,
        response_url="",
        user=anna.user,
    )
    await house.delivery.interaction(forged)
    assert [reply.text for reply in await anna.replies()] == ["echo: Order 1"]


async def test_a_lost_answer_does_not_double_a_message(house: House) -> None:
    anna = house.direct()
    await anna.say("one")
    await anna.replies(2)
    house.slack.fail_next("chat.postMessage", Fault(cut=True, done=True), Fault(status=503))
    await anna.say("two")
    await anna.say("three")
    assert [reply.text for reply in await anna.replies(2)] == ["echo: two", "echo: three"]
    assert len(house.slack.sent(anna.channel)) == 4


async def test_order_is_kept_while_slack_limits_us(house: House) -> None:
    anna = house.direct()
    house.slack.fail_next("chat.postMessage", *[Fault(status=429, retry_after=0)] * 3)
    for number in range(4):
        await anna.say(f"{number}")
    texts = [reply.text for reply in await anna.replies(5)]
    assert texts == [GREETING, *(f"echo: {number}" for number in range(4))]


async def test_what_cannot_be_sent_is_reported_with_its_mend(house: House) -> None:
    anna = house.direct()
    house.slack.channels[anna.channel].archived = True
    await anna.say("hello?")
    channel = anna.channel
    await house.slack.until(
        lambda: sum(c["channel"] == channel for c in house.slack.called("chat.postMessage")) >= 2
    )
    house.slack.channels[channel].archived = False
    await anna.say("back")
    assert [reply.text for reply in await anna.replies()] == ["echo: back"]
    assert "is_archived" in house.server.log()
    assert "hello?" not in house.server.log()


async def test_more_than_one_message_at_a_time_keeps_conversations_apart(house: House) -> None:
    people = [house.direct() for _ in range(5)]
    for number in range(3):
        for anna in people:
            await anna.say(f"{anna.user} {number}")
    for anna in people:
        texts = [reply.text for reply in await anna.replies(4)]
        assert texts == [GREETING, *(f"echo: {anna.user} {number}" for number in range(3))]
