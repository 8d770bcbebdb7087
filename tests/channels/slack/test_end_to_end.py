"""The whole product behind Slack: shop, actions, Rasa, and both of Slack's surfaces."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.conftest import LOOP, Everywhere
from tests.channels.dialogue import ANNA, Reader
from tests.providers import slack_events as shapes
from tests.support.frontdesk import paused
from tests.support.handed_over import handed_over

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope=LOOP)]


async def test_an_order_is_found_by_code_and_chosen_by_button(everywhere: Everywhere) -> None:
    anna = await everywhere.on_slack()
    heard = Reader(anna).heard
    await anna.say("track my order")
    await heard("automated assistant")
    await anna.say(f"<mailto:{ANNA}|{ANNA}>")
    await heard("six-digit code")
    await anna.say(await asyncio.to_thread(everywhere.frontdesk.shop.latest_code, ANNA))
    menu = await heard("which order do you mean")
    [title] = [title for title in menu.buttons if "10031" in title]
    await anna.press(title)
    await heard("is delayed")

    def retired() -> bool:
        return any(f"\u2713 {title}" in str(message) for message in anna.messages())

    await everywhere.slack.until(retired)
    assert not any(title in str(m.get("blocks")) and "actions" in str(m) for m in anna.messages())


async def test_a_thread_in_a_channel_fails_twice_and_ends_with_a_person(
    everywhere: Everywhere,
) -> None:
    anna = await everywhere.on_slack("C")
    heard = Reader(anna).heard
    await anna.say("florp")
    suggestion = await heard("sorry")
    assert suggestion.buttons
    await anna.say("florp glorp")
    await heard("ticket T-")
    tickets = await asyncio.to_thread(everywhere.frontdesk.shop.tickets)
    assert any("florp glorp" in str(ticket) for ticket in tickets)
    assert all(
        message["thread_ts"] == anna.thread for message in everywhere.slack.sent(anna.channel)
    )


@pytest.mark.parametrize("place", ["D", "C"], ids=["direct", "thread"])
async def test_a_person_takes_over_and_gives_back(everywhere: Everywhere, place: str) -> None:
    person = await everywhere.on_slack(place)
    await handed_over(everywhere.frontdesk, person, Reader(person).heard)


async def test_everything_delivered_twice_is_answered_once(everywhere: Everywhere) -> None:
    anna = await everywhere.on_slack()
    heard = Reader(anna).heard
    for text in ("where is my order 10023?", ANNA):
        body = shapes.message_im(text, user=anna.user, channel=anna.channel)
        first, second = await asyncio.gather(
            everywhere.delivery.event(body), everywhere.delivery.event(body, retry=1)
        )
        assert (first.status_code, second.status_code) == (200, 200)
    await heard("is on its way with")
    await anna.say("bye")
    await heard("bye")
    texts = [message["text"] for message in anna.messages()]
    assert len(texts) == len(set(texts)), texts


async def test_a_slow_shop_does_not_hold_up_the_acknowledgement(everywhere: Everywhere) -> None:
    anna = await everywhere.on_slack()
    heard = Reader(anna).heard
    await anna.say("where is my order 10023?")
    await heard("which e-mail address or postcode")
    before = len(anna.messages())
    with paused(everywhere.frontdesk.actions):
        await anna.say(ANNA)  # returns: it was acknowledged
        assert len(anna.messages()) == before
    await heard("is on its way with")


async def test_a_voice_clip_is_answered_politely(everywhere: Everywhere) -> None:
    anna = await everywhere.on_slack()
    heard = Reader(anna).heard
    body = shapes.voice_clip(user=anna.user, channel=anna.channel)
    assert (await everywhere.delivery.event(body)).status_code == 200
    await heard("voice")


async def test_a_code_that_is_typed_is_nowhere_in_clear(everywhere: Everywhere) -> None:
    anna = await everywhere.on_slack()
    heard = Reader(anna).heard
    await anna.say("my password is hunter2hunter2, where is order 10023")
    await heard("order 10023")
    for path in everywhere.frontdesk.folder.iterdir():
        if path.is_file():
            assert b"hunter2hunter2" not in path.read_bytes(), path.name
