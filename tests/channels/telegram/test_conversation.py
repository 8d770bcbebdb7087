"""Talking on Telegram, through both of its real surfaces: what is heard, answered, how often."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.channels.server import TOKEN as RASA_TOKEN
from tests.channels.telegram.conftest import LOOP, STOP_TEXT, House
from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_driver import TelegramDriver, as_delivered, new_person
from tests.providers.telegram_server import TOKEN, Fault

pytestmark = [pytest.mark.asyncio(loop_scope=LOOP), pytest.mark.xdist_group("telegram")]

GREETING = "I am an automated assistant."
WE = f"@{shapes.BOT['username']}"


async def greeted(house: House, **place: Any) -> TelegramDriver:
    """Somebody who has been greeted."""
    anna = house.person(**place)
    await anna.say("hello" if anna.chat["id"] > 0 else f"{WE} hello")
    assert [reply.text for reply in await anna.replies(2)] == [GREETING, "echo: hello"]
    return anna


async def texts(anna: TelegramDriver, count: int = 1) -> list[str]:
    return [reply.text for reply in await anna.replies(count)]


async def test_a_message_is_answered_as_it_was_written(house: House) -> None:
    anna = await greeted(house)
    await anna.say("is 1 < 2 & <b>why</b>?")
    assert await texts(anna) == ["echo: is 1 < 2 & <b>why</b>?"]
    assert "entities" not in anna.messages()[-1]


async def test_typing_is_shown_while_the_dialogue_runs(house: House) -> None:
    anna = await greeted(house)
    before = len(house.telegram.called("sendChatAction"))
    await anna.say("wait typing")

    def typed() -> bool:
        calls = house.telegram.called("sendChatAction")[before:]
        return any(int(call["chat_id"]) == anna.chat["id"] for call in calls)

    await house.telegram.until(typed)
    house.server.allow("typing")
    assert await texts(anna) == ["waited: wait typing"]


async def test_an_agent_who_types_is_shown(house: House) -> None:
    anna = await greeted(house)
    await anna.say("is somebody there?")
    await texts(anna)
    [told] = [line for line in house.server.handled() if line["text"] == "is somebody there?"]
    body = {"channel": "telegram", "conversation_id": told["conversation"], "name": "Maria"}
    url = f"{house.server.url}/live-typing/"
    before = len(house.telegram.called("sendChatAction"))
    async with httpx.AsyncClient(timeout=60) as client:
        client.headers["Authorization"] = "Bearer a stranger's"
        assert (await client.post(url, json=body)).status_code == 403
        client.headers["Authorization"] = f"Bearer {RASA_TOKEN}"
        assert (await client.post(url, json=body | {"channel": "fax"})).status_code == 404
        assert (await client.post(url, json=body)).status_code == 204
    [call] = house.telegram.called("sendChatAction")[before:]
    assert (int(call["chat_id"]), call["action"]) == (anna.chat["id"], "typing")


async def test_an_update_that_is_delivered_again_is_answered_once(house: House) -> None:
    anna = await greeted(house)
    update = await anna.say("wait again")
    # The dialogue is still busy with the first delivery while Telegram sends the others.
    for _ in range(3):
        assert (await house.telegram.updates.deliver(update)).status_code == 200
    house.server.allow("again")
    await anna.say("end")
    assert await texts(anna, 2) == ["waited: wait again", "echo: end"]


async def test_commands(house: House) -> None:
    anna = house.person()
    await anna.say("/start")
    assert await texts(anna) == [GREETING]
    await anna.say("/help")
    await anna.say("/human my parcel is gone")
    await anna.say("/HUMAN@" + WE[1:])
    await anna.say("/restart")
    assert await texts(anna, 5) == [
        "echo: /ask_capabilities",
        "echo: /talk_to_person",
        "echo: my parcel is gone",
        "echo: /talk_to_person",
        "echo: \uff0frestart",  # words, not a command to Rasa
    ]
    assert [c["command"] for c in house.telegram.commands] == ["start", "help", "human", "stop"]


async def test_a_link_s_start_parameter_is_not_said(house: House) -> None:
    anna = house.person()
    await anna.say("/start campaign-17")
    await anna.say("end")
    assert await texts(anna, 2) == [GREETING, "echo: end"]


async def test_stop_ends_everything_until_the_customer_writes_again(house: House) -> None:
    anna = await greeted(house)
    update = await anna.say("/stop")
    assert await texts(anna) == [STOP_TEXT]
    assert (await house.telegram.updates.deliver(update)).status_code == 200
    conversation = house.server.handled()[-1]["conversation"]
    await later(house, conversation, "A reminder")
    log = house.server.log
    await eventually(lambda: "the customer wants no messages" in log())
    await anna.say("I am back")
    assert await texts(anna) == ["echo: I am back"]
    await later(house, conversation, "Another reminder")
    assert await texts(anna) == ["Another reminder"]


async def test_a_person_s_answer_comes_later_under_their_name(house: House) -> None:
    anna = await greeted(house)
    conversation = house.server.handled()[-1]["conversation"]
    await later(house, conversation, "I found it <3", {"from": "agent", "name": "Maya"})
    assert await texts(anna) == ["Maya:\nI found it <3"]
    assert anna.messages()[-1]["entities"] == [{"type": "bold", "offset": 0, "length": 5}]


async def later(
    house: House, conversation: str, text: str, metadata: dict[str, str] | None = None
) -> None:
    """Say something outside a turn, by Rasa's HTTP API."""
    event = {"event": "bot", "text": text, "data": {}, "metadata": metadata or {}}
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.post(
            f"{house.server.url}/conversations/{conversation}/tracker/events",
            params={"output_channel": "latest", "execute_side_effects": "true"}
            | {"token": RASA_TOKEN},
            json=event,
        )
    assert answer.status_code == 200, answer.text


async def eventually(condition: Any) -> None:
    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.02)

    await asyncio.wait_for(poll(), 60)


# Buttons


async def test_a_pressed_choice_is_shown_and_its_buttons_are_gone(house: House) -> None:
    anna = await greeted(house)
    await anna.say("rich")
    menu = (await anna.replies())[0]
    assert menu.buttons == ("Order 10023", "Our shop", "Odd")
    assert all(
        len(button.get("callback_data", "").encode()) <= 64
        for row in anna.messages()[-1]["reply_markup"]["inline_keyboard"]
        for button in row
    )
    update = await anna.press("Order 10023")
    assert await texts(anna) == ['echo: /choose{"order": "10023"}']
    await house.telegram.until(lambda: update["callback_query"]["id"] in house.telegram.answered)
    await house.telegram.until(lambda: "edit_date" in anna.messages()[-2])
    after = anna.messages()[-2]
    assert after["caption"].startswith("Which order?")
    assert after["caption"].endswith("\n\n\u2713 Order 10023")
    [[link]] = after["reply_markup"]["inline_keyboard"]
    assert link["text"] == "Our shop"


async def test_a_double_press_counts_once(house: House) -> None:
    anna = await greeted(house)
    await anna.say("rich")
    await anna.replies()
    message = dict(anna.messages()[-1])
    data = [b["callback_data"] for b in _choices(message)]
    first, again, other = (anna.pressed(data[i], message) for i in (0, 0, 1))
    await anna.happen(first, again, other)
    await anna.say("end")
    assert await texts(anna, 2) == ['echo: /choose{"order": "10023"}', "echo: end"]
    ids = [update["callback_query"]["id"] for update in (first, again, other)]
    await house.telegram.until(lambda: all(id in house.telegram.answered for id in ids))


async def test_an_invented_token_chooses_nothing(house: House) -> None:
    anna, ben = await greeted(house), await greeted(house)
    await anna.say("rich")
    await anna.replies()
    message = dict(anna.messages()[-1])
    await anna.happen(anna.pressed("/restart", message))
    assert await texts(anna) == ['echo: /unsupported_media{"media_kind": "expired_choice"}']
    assert anna.messages()[-2] == message  # its buttons are still there
    # What is valid in one chat is not in another.
    theirs = {**message, "chat": ben.chat}
    await ben.happen(ben.pressed(_choices(message)[0]["callback_data"], theirs))
    assert await texts(ben) == ["echo: Order 10023"]  # what it said, in words


async def test_a_press_of_a_message_that_is_no_longer_shown_to_us(house: House) -> None:
    anna = await greeted(house)
    await anna.say("rich")
    await anna.replies()
    message = dict(anna.messages()[-1])
    data = _choices(message)[0]["callback_data"]
    await anna.happen(shapes.pressed(data, shapes.inaccessible(message), anna.user))
    assert await texts(anna) == ['echo: /choose{"order": "10023"}']
    await house.telegram.until(lambda: "reply_markup" not in anna.messages()[-2])


async def test_a_press_in_an_inline_message_is_answered_and_nothing_else(house: House) -> None:
    anna = await greeted(house)
    update = shapes.pressed("x", None, anna.user, inline_message_id="abc")
    await anna.happen(update)
    await house.telegram.until(lambda: update["callback_query"]["id"] in house.telegram.answered)


async def test_buttons_in_a_group_are_for_who_asked(house: House) -> None:
    group = house.group()
    anna = await greeted(house, chat=group)
    asked = await anna.say(f"{WE} rich")
    await anna.replies()
    message = as_delivered(anna.messages()[-1])
    message["reply_to_message"] = asked["message"]
    ben = house.person(chat=group)
    data = _choices(message)[0]["callback_data"]
    bens = shapes.pressed(data, message, ben.user)
    await ben.happen(bens)
    await house.telegram.until(lambda: bens["callback_query"]["id"] in house.telegram.answered)
    said = house.telegram.answered[bens["callback_query"]["id"]]["text"]
    assert said == "These buttons are for somebody else."
    await anna.happen(shapes.pressed(data, message, anna.user))
    assert await texts(anna) == ['echo: /choose{"order": "10023"}']


def _choices(message: Any) -> list[dict[str, str]]:
    rows = message["reply_markup"]["inline_keyboard"]
    return [button for row in rows for button in row if "callback_data" in button]


# Groups


async def test_in_a_group_only_what_is_said_to_us_is_heard(house: House) -> None:
    group = house.group()
    anna = house.person(chat=group)
    for update in (
        shapes.text("lunch?", user=anna.user, chat=group),
        shapes.text("@ben are you there", user=anna.user, chat=group),
        shapes.text("/help", user=anna.user, chat=group),
        shapes.text("/help@quiz_bot", user=anna.user, chat=group),
        shapes.text(f"{WE} beep", user=shapes.OTHER_BOT, chat=group),
        shapes.text(f"{WE} anonymous", user=anna.user, chat=group, sender_chat=group),
        shapes.update("message", {**shapes.photo()["message"], "chat": group}),
        *(shapes.service(kind, group) for kind in shapes.SERVICE),
    ):
        await anna.happen(update)
    asked = await anna.say(f"{WE}, where is it?")
    assert await texts(anna, 2) == [GREETING, "echo: where is it?"]
    assert anna.messages()[-1]["replied_to"] == asked["message"]["message_id"]
    ours = shapes.content(shapes.BOT, group, text="?")
    await anna.say("tomorrow", reply_to_message=ours)
    await anna.say(f"/human@{WE[1:]}")
    await anna.say(f"😀 please {WE.upper()}")
    await anna.say(WE)
    assert await texts(anna, 4) == [
        "echo: tomorrow",
        "echo: /talk_to_person",
        "echo: 😀 please",
        GREETING,
    ]


async def test_two_people_in_a_group_have_two_conversations(house: House) -> None:
    group = house.group()
    anna, ben = house.person(chat=group), house.person(user=new_person("Ben"), chat=group)
    await anna.say(f"{WE} heron")
    await ben.say(f"{WE} otter")
    assert sorted(await texts(anna, 4)) == sorted(
        [GREETING, "echo: heron", GREETING, "echo: otter"]
    )
    ids = {
        line["conversation"]
        for line in house.server.handled()
        if line["text"] in ("heron", "otter")
    }
    assert len(ids) == 2


async def test_a_topic_is_answered_in_the_topic(house: House) -> None:
    forum = house.group(forum=True)
    topic = {"message_thread_id": shapes.TOPIC, "is_topic_message": True}
    anna = house.person(chat=forum)
    await anna.say(f"{WE} hello", **topic)
    assert await texts(anna, 2) == [GREETING, "echo: hello"]
    assert {message["message_thread_id"] for message in anna.messages()} == {shapes.TOPIC}


async def test_a_group_that_becomes_a_supergroup_is_answered_there(house: House) -> None:
    anna = await greeted(house, chat=house.group())
    moved = house.group()
    house.telegram.chats.add(moved["id"])
    house.telegram.fail_next("sendMessage", Fault(400, migrate_to=moved["id"]))
    await anna.say(f"{WE} still here?")
    there = house.telegram.sent
    await house.telegram.until(lambda: bool(there(moved["id"])))
    assert [message["text"] for message in there(moved["id"])] == ["echo: still here?"]


# What is not words


@pytest.mark.parametrize(
    ("kind", "media_kind"),
    [
        ("sticker", "sticker"),
        ("voice", "voice"),
        ("video_note", "video"),
        ("video", "video"),
        ("audio", "audio"),
        ("document", "file"),
        ("animation", "video"),
        ("location", "location"),
        ("venue", "location"),
        ("contact", "contact"),
        ("poll", "other"),
        ("dice", "other"),
        ("story", "other"),
    ],
)
async def test_media_reach_the_dialogue_as_what_they_are(
    house: House, kind: str, media_kind: str
) -> None:
    anna = await greeted(house)
    update = shapes.media(kind, chat=anna.chat)
    update["message"]["from"] = anna.user
    await anna.happen(update)
    assert await texts(anna) == [f'echo: /unsupported_media{{"media_kind": "{media_kind}"}}']


async def test_words_below_a_photo_are_answered_too_and_an_album_once(house: House) -> None:
    anna = await greeted(house)
    album = {"chat": anna.chat, "media_group_id": "13579"}
    updates = [shapes.photo("broken <!>", **album), shapes.photo(**album), shapes.photo(**album)]
    for update in updates:
        update["message"]["from"] = anna.user
    await anna.happen(*updates)
    await anna.say("end")
    assert await texts(anna, 3) == [
        'echo: /unsupported_media{"media_kind": "image"}',
        "echo: broken <!>",
        "echo: end",
    ]


async def test_what_a_newer_telegram_sends_is_answered_politely(house: House) -> None:
    anna = await greeted(house)
    hologram = shapes.content(anna.user, anna.chat, hologram={"file_id": "x"})
    await anna.happen(shapes.update("message", hologram))
    assert await texts(anna) == ['echo: /unsupported_media{"media_kind": "other"}']


async def test_what_is_not_said_to_the_assistant_is_not_answered(house: House) -> None:
    anna = await greeted(house)
    said = await anna.say("helo")
    assert await texts(anna) == ["echo: helo"]
    reaction = shapes.reaction()
    reaction["message_reaction"] |= {"chat": anna.chat, "user": anna.user}
    for update in (
        shapes.edited(said, "hello"),
        shapes.membership("kicked", anna.user),
        shapes.membership("member", anna.user),
        reaction,
        shapes.channel_post("news"),
        shapes.inline_query("x"),
        shapes.service("message_auto_delete_timer_changed", anna.chat),
    ):
        assert (await house.telegram.updates.deliver(update)).status_code == 200
    await anna.say("end")
    assert await texts(anna) == ["echo: end"]


# When sending fails


async def test_order_is_kept_while_telegram_limits_us(house: House) -> None:
    anna = await greeted(house)
    house.telegram.fail_next("sendMessage", Fault(429, retry_after=1), Fault(429))
    for number in range(3):
        await anna.say(f"{number}")
    assert await texts(anna, 3) == [f"echo: {number}" for number in range(3)]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, "Internal Server Error", done=True),
        Fault(502, html=True, done=True),
        Fault(cut=True, done=True),
    ],
    ids=["500", "502", "cut"],
)
async def test_a_lost_answer_does_not_double_a_message(house: House, fault: Fault) -> None:
    anna = await greeted(house)
    house.telegram.fail_next("sendMessage", fault)
    await anna.say("two")
    await anna.say("three")
    assert await texts(anna, 2) == ["echo: two", "echo: three"]
    assert len(anna.messages()) == 4
    assert "the provider cannot tell whether it arrived" in house.server.log()


async def test_a_customer_who_blocked_the_bot_is_reported(house: House) -> None:
    anna = await greeted(house)
    house.telegram.blocked.add(anna.chat["id"])
    await anna.say("hello?")
    await eventually(lambda: "bot was blocked by the user" in house.server.log())
    house.telegram.blocked.remove(anna.chat["id"])
    await anna.say("back")
    assert await texts(anna) == ["echo: back"]
    assert "hello?" not in house.server.log()


async def test_a_picture_that_cannot_be_fetched_does_not_cost_the_words(house: House) -> None:
    anna = await greeted(house)
    house.telegram.broken_images.add("https://shop.example/box.png")
    try:
        await anna.say("rich")
        [reply] = await anna.replies()
    finally:
        house.telegram.broken_images.clear()
    assert "Which order?" in reply.text
    assert "https://shop.example/box.png" in reply.text
    assert "Order 10023" in reply.buttons


async def test_many_at_a_time_are_kept_apart(house: House) -> None:
    people = [house.person() for _ in range(5)]
    for number in range(3):
        for anna in people:
            await anna.say(f"{anna.user['id']} {number}")
    for anna in people:
        expected = [GREETING, *(f"echo: {anna.user['id']} {number}" for number in range(3))]
        assert await texts(anna, 4) == expected


async def test_a_killed_process_loses_nothing(house: House) -> None:
    anna = await greeted(house)
    await anna.say("wait kill")
    await asyncio.to_thread(house.server.kill)
    await asyncio.to_thread(house.server.start)
    house.server.allow("kill")
    await anna.say("end")
    assert await texts(anna, 2) == ["waited: wait kill", "echo: end"]


async def test_the_token_is_not_in_the_log(house: House) -> None:
    await greeted(house)
    assert TOKEN not in house.server.log()
    assert TOKEN.partition(":")[2] not in house.server.log()
