"""The whole product by text message: Rasa, actions and shop are real, Twilio as documented."""

import asyncio
import sqlite3
from contextlib import ExitStack

import pytest
import pytest_asyncio

from tests.channels.conftest import LOOP, Everywhere
from tests.channels.dialogue import ANNA, Reader
from tests.providers.twilio_driver import TwilioDriver
from tests.support.agent import desk_agent, let_in
from tests.support.frontdesk import Frontdesk
from tests.support.handed_over import handed_over

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope=LOOP)]


@pytest.fixture
def running(everywhere: Everywhere) -> Frontdesk:
    return everywhere.frontdesk


@pytest_asyncio.fixture(loop_scope=LOOP)
async def anna(everywhere: Everywhere) -> TwilioDriver:
    """Somebody new with a telephone."""
    return await everywhere.on_sms()


async def heard(customer: TwilioDriver, words: str) -> list[str]:
    """What comes until a reply holds these words."""
    texts: list[str] = []
    while not any(words.lower() in text.lower() for text in texts):
        texts += [reply.text for reply in await customer.replies(1)]
    return texts


async def test_an_order_is_tracked_by_code_and_number(
    anna: TwilioDriver, running: Frontdesk
) -> None:
    await anna.say("where is my order")
    opening, *_ = await heard(anna, "what's your order number")
    assert "automated assistant, not a person" in opening
    await anna.say("i don’t have it")
    await heard(anna, "which e-mail address did you order with")
    await anna.say(ANNA)
    await heard(anna, "six-digit code")
    code = running.shop.latest_code(ANNA)
    await anna.say(code)
    texts = await heard(anna, "which order do you mean")
    assert any("Thank you, Anna" in text for text in texts)
    question = anna.messages()[-1]
    assert "Reply with a number:\n1 " in question
    await anna.say("the second")
    answer = (await heard(anna, "order 1"))[-1]
    second = next(line for line in question.split("\n") if line.startswith("2 "))
    assert answer.split("Order ")[1][:5] in second
    with sqlite3.connect(running.folder / "tracker.db") as tracker:
        assert not tracker.execute(
            "select 1 from events where data like ?", (f"%{code}%",)
        ).fetchall()


async def test_a_failed_turn_offers_choices_and_a_person_takes_over(anna: TwilioDriver) -> None:
    await anna.say("florp the wibble")
    _, suggestions = await anna.replies(2)
    assert "Talk to a person" in suggestions.buttons
    await anna.press("Talk to a person")
    texts = await heard(anna, "which e-mail address or phone number")
    assert any("ticket T-" in text for text in texts)
    await anna.say(ANNA)
    await heard(anna, f"the answer goes to {ANNA}")


async def test_an_order_number_is_no_choice_and_a_repeated_message_no_second_one(
    anna: TwilioDriver,
) -> None:
    message = anna.written("where is my order 10023?")
    for _ in range(3):
        assert (await anna.post(message)).status_code == 200
    await heard(anna, "e-mail address or postcode is on order 10023")
    await anna.say(ANNA)
    (answer,) = await heard(anna, "is on its way with")
    assert "10023" in answer
    assert sum("postcode is on order" in body for body in anna.messages()) == 1


async def test_stop_ends_everything_until_start(anna: TwilioDriver, running: Frontdesk) -> None:
    await anna.say("hello")
    await heard(anna, "what can I do for you")
    await anna.say("STOP")
    await heard(anna, "no more messages")
    await anna.say("where is my order 10023?")
    await until_refused(running, "10023")
    await anna.say("Start")
    texts = await heard(anna, "you will get our messages again")
    await anna.say("where is my order 10031?")
    texts += await heard(anna, "10031")
    assert not any("10023" in text for text in texts)


async def until_refused(frontdesk: Frontdesk, words: str) -> None:
    """Wait until a reply with these words is kept as one that may not be sent."""
    query = "select 1 from sms_outgoing where reason like '%opted out%' and content like ?"

    def refused() -> bool:
        with sqlite3.connect(frontdesk.folder / "sms.db") as database:
            return database.execute(query, (f"%{words}%",)).fetchone() is not None

    async def poll() -> None:
        while not refused():
            await asyncio.sleep(0.05)

    await asyncio.wait_for(poll(), 120)


async def test_a_person_takes_over_and_gives_back(anna: TwilioDriver, running: Frontdesk) -> None:
    await handed_over(running, anna, Reader(anna).heard)


async def test_an_agents_words_are_not_sent_to_who_wrote_stop(
    anna: TwilioDriver, running: Frontdesk
) -> None:
    with ExitStack() as stack:
        database = await asyncio.to_thread(stack.enter_context, running.with_desk())
        let_in(database, "ben", "Ben Ode")
        async with desk_agent(running.desk_url, "ben") as ben:
            await anna.say("can I talk to a human about my wobbly shelf")
            await heard(anna, "will join you")
            await ben.take("wobbly shelf")
            await heard(anna, "Ben Ode has joined")
            await anna.say("STOP")
            await heard(anna, "no more messages")
            await ben.say("Which shelf is it?")
            await ben.reads("Not delivered: a message did not reach the customer")
            await ben.reads("opted out")
            await anna.say("START")
            await heard(anna, "you will get our messages again")
            await ben.say("Is it the oak one?")
            texts = await heard(anna, "Is it the oak one?")
            assert not any("Which shelf" in text for text in texts)
            await ben.resolve()
            await heard(anna, "Ben Ode has closed this conversation")
        await asyncio.to_thread(stack.close)
