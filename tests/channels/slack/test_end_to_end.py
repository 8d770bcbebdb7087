"""The whole product behind Slack: shop, actions, Rasa, and both of Slack's surfaces."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.providers import slack_events as shapes
from tests.providers.shown import ShownReply
from tests.providers.slack_delivery import SlackDelivery
from tests.providers.slack_driver import SlackDriver, slack_settings
from tests.providers.slack_server import Channel, SlackServer, running_slack
from tests.support.frontdesk import Frontdesk, frontdesk, paused
from tests.support.handed_over import handed_over

LOOP = "session"
pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope=LOOP)]

ANNA = "anna.berg@example.com"


@dataclass
class Whole:
    """Slack on one side, Frontdesk on the other."""

    slack: SlackServer
    desk: Frontdesk
    delivery: SlackDelivery

    def person(self, place: str = "D") -> SlackDriver:
        """A new person in direct messages (D) or in a new channel (C)."""
        channel, user = (f"{letter}{secrets.token_hex(5).upper()}" for letter in (place, "U"))
        self.slack.channels[channel] = Channel()
        return SlackDriver(self.slack, self.delivery, user=user, channel=channel)


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def running(
    model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Whole]:
    async with running_slack() as slack:
        with ExitStack() as stack:
            context = frontdesk(model_path, tmp_path_factory.mktemp("whole"), slack_settings(slack))
            desk = await asyncio.to_thread(stack.enter_context, context)
            delivery = SlackDelivery(f"{desk.rasa_url}/webhooks/slack/events")
            yield Whole(slack, desk, delivery)
            await delivery.close()
            await asyncio.to_thread(stack.close)


@pytest_asyncio.fixture(loop_scope=LOOP)
async def whole(running: Whole) -> Whole:
    """All of it running, and the shop as it was seeded."""
    await asyncio.to_thread(running.desk.renew)
    return running


async def heard(person: SlackDriver, words: str) -> ShownReply:
    """Read until a reply has these words."""
    said: list[str] = []
    while True:
        try:
            replies = await person.replies()
        except asyncio.TimeoutError as problem:
            raise AssertionError(f"{words!r} was never said; said was {said}") from problem
        for reply in replies:
            said.append(reply.text)
            if words.lower() in reply.text.lower():
                return reply


async def test_an_order_is_found_by_code_and_chosen_by_button(whole: Whole) -> None:
    anna = whole.person()
    await anna.say("track my order")
    await heard(anna, "automated assistant")
    await anna.say(f"<mailto:{ANNA}|{ANNA}>")
    await heard(anna, "six-digit code")
    await anna.say(await asyncio.to_thread(whole.desk.shop.latest_code, ANNA))
    menu = await heard(anna, "which order do you mean")
    [title] = [title for title in menu.buttons if "10031" in title]
    await anna.press(title)
    await heard(anna, "is delayed")

    def retired() -> bool:
        return any(f"\u2713 {title}" in str(message) for message in anna.messages())

    await whole.slack.until(retired)
    assert not any(title in str(m.get("blocks")) and "actions" in str(m) for m in anna.messages())


async def test_a_thread_in_a_channel_fails_twice_and_ends_with_a_person(whole: Whole) -> None:
    anna = whole.person("C")
    await anna.say("florp")
    suggestion = await heard(anna, "sorry")
    assert suggestion.buttons
    await anna.say("florp glorp")
    await heard(anna, "ticket T-")
    tickets = await asyncio.to_thread(whole.desk.shop.tickets)
    assert any("florp glorp" in str(ticket) for ticket in tickets)
    assert all(message["thread_ts"] == anna.thread for message in whole.slack.sent(anna.channel))


@pytest.mark.parametrize("place", ["D", "C"], ids=["direct", "thread"])
async def test_a_person_takes_over_and_gives_back(whole: Whole, place: str) -> None:
    person = whole.person(place)
    await handed_over(whole.desk, person, lambda words: heard(person, words))


async def test_everything_delivered_twice_is_answered_once(whole: Whole) -> None:
    anna = whole.person()
    for text in ("where is my order 10023?", ANNA):
        body = shapes.message_im(text, user=anna.user, channel=anna.channel)
        first, second = await asyncio.gather(
            whole.delivery.event(body), whole.delivery.event(body, retry=1)
        )
        assert (first.status_code, second.status_code) == (200, 200)
    await heard(anna, "is on its way with")
    await anna.say("bye")
    await heard(anna, "bye")
    texts = [message["text"] for message in anna.messages()]
    assert len(texts) == len(set(texts)), texts


async def test_a_restart_in_the_middle_loses_nothing(whole: Whole) -> None:
    anna = whole.person()
    await anna.say("where is my order 10023?")
    await heard(anna, "which e-mail address or postcode")
    with paused(whole.desk.actions):  # the turn cannot end before the process does
        await anna.say(ANNA)
        await asyncio.to_thread(whole.desk.rasa.kill)
    await asyncio.to_thread(whole.desk.rasa.start)
    await heard(anna, "is on its way with")
    assert sum("is on its way with" in message["text"] for message in anna.messages()) == 1


async def test_a_slow_shop_does_not_hold_up_the_acknowledgement(whole: Whole) -> None:
    anna = whole.person()
    await anna.say("where is my order 10023?")
    await heard(anna, "which e-mail address or postcode")
    before = len(anna.messages())
    with paused(whole.desk.actions):
        await anna.say(ANNA)  # returns: it was acknowledged
        assert len(anna.messages()) == before
    await heard(anna, "is on its way with")


async def test_a_voice_clip_is_answered_politely(whole: Whole) -> None:
    anna = whole.person()
    body = shapes.voice_clip(user=anna.user, channel=anna.channel)
    assert (await whole.delivery.event(body)).status_code == 200
    await heard(anna, "voice")


async def test_a_code_that_is_typed_is_nowhere_in_clear(whole: Whole) -> None:
    anna = whole.person()
    await anna.say("my password is hunter2hunter2, where is order 10023")
    await heard(anna, "order 10023")
    for path in whole.desk.folder.iterdir():
        if path.is_file():
            assert b"hunter2hunter2" not in path.read_bytes(), path.name
