"""STOP, START and HELP through real HTTP: obeyed, confirmed, kept, and honoured by every send."""

import asyncio
import sqlite3

import httpx
import pytest

from channels.sms.segments import count_segments
from channels.sms.settings import OPTIONS
from tests.channels.server import TOKEN, ChannelServer
from tests.providers.twilio import Twilio
from tests.providers.twilio_driver import TwilioDriver

STOPPED = OPTIONS["stop_text"]
STARTED = OPTIONS["start_text"]
HELP = OPTIONS["help_text"]


async def until_refused(server: ChannelServer, words: str) -> str:
    """The reason why a text was not sent, once it is noted."""

    def reason() -> str:
        with sqlite3.connect(server.folder / "sms.db") as database:
            query = "select reason from sms_outgoing where state = 'failed' and content like ?"
            found = database.execute(query, (f"%{words}%",)).fetchone()
            return str(found[0]) if found else ""

    async def poll() -> str:
        while not (found := reason()):
            await asyncio.sleep(0.05)
        return found

    return await asyncio.wait_for(poll(), 60)


async def test_stop_is_confirmed_once_and_then_nothing_goes(
    known: TwilioDriver, server: ChannelServer
) -> None:
    stop = known.written("Stop")
    for _ in range(3):
        assert (await known.post(stop)).status_code == 200
    assert [r.text for r in await known.replies(1)] == [STOPPED]
    await known.say("are you there, stopped one")
    assert "opted out" in await until_refused(server, "are you there, stopped one")
    assert server.handled()[-1]["text"] == "are you there, stopped one"  # kept all the same
    assert known.messages()[-1] == STOPPED


async def test_an_agent_cannot_write_to_somebody_who_stopped(
    known: TwilioDriver, server: ChannelServer
) -> None:
    conversation = server.handled()[-1]["conversation"]
    await known.say("STOP")
    await known.replies(1)
    event = {"event": "bot", "text": "Ann here, stopped?", "metadata": {"from": "agent"}}
    url = f"{server.url}/conversations/{conversation}/tracker/events"
    query = {"output_channel": "latest", "execute_side_effects": "true", "token": TOKEN}
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.post(url, params=query, json=event)
        assert answer.status_code == 200, answer.text
        assert "opted out" in await until_refused(server, "Ann here, stopped?")
        await known.say("START")
        await http.post(url, params=query, json=event | {"text": "Ann here, started"})
    assert [r.text for r in await known.replies(2)] == [STARTED, "Ann here, started"]


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
async def test_start_opens_again(known: TwilioDriver, word: str) -> None:
    await known.say("STOP")
    await known.replies(1)
    start = known.written(word)
    for _ in range(2):  # delivered twice
        await known.post(start)
    await known.say("again")
    assert [r.text for r in await known.replies(2)] == [STARTED, "echo: again"]


async def test_start_right_after_stop(known: TwilioDriver) -> None:
    await known.say("STOP")
    await known.say("START")  # perhaps while the confirmation is being sent
    await known.say("again")
    said = [r.text for r in await known.replies(2)]
    while said[-1] != "echo: again":
        said += [r.text for r in await known.replies(1)]
    assert set(said) <= {STOPPED, STARTED, "echo: again"}


async def test_yes_is_an_answer_unless_somebody_has_stopped(known: TwilioDriver) -> None:
    await known.say("YES")
    assert [r.text for r in await known.replies(1)] == ["echo: YES"]


async def test_an_old_start_that_is_posted_again_opens_nothing(
    known: TwilioDriver, server: ChannelServer
) -> None:
    start = known.written("START")
    await known.post(start)
    assert [r.text for r in await known.replies(1)] == [STARTED]
    await known.say("STOP")
    assert [r.text for r in await known.replies(1)] == [STOPPED]
    await known.post(start)
    await known.say("after an old start")
    assert "opted out" in await until_refused(server, "after an old start")


async def test_cancel_stops_and_says_how_to_be_understood(known: TwilioDriver) -> None:
    await known.say("cancel my order")
    assert [r.text for r in await known.replies(1)] == ["echo: cancel my order"]
    await known.say("CANCEL")
    (reply,) = await known.replies(1)
    assert reply.text.startswith(STOPPED)
    assert "If you meant something else, reply START" in reply.text


async def test_help_is_answered_also_as_the_very_first_message(customer: TwilioDriver) -> None:
    await customer.say("HELP")
    assert [r.text for r in await customer.replies(1)] == [HELP]
    await customer.say("hello")
    said = [r.text for r in await customer.replies(2)]
    assert said == ["I am an automated assistant.", "echo: hello"]


async def test_what_twilio_has_answered_itself_is_not_answered_again(
    known: TwilioDriver, server: ChannelServer
) -> None:
    await known.post(known.written("ARRET", OptOutType="STOP"))
    await known.say("unheard words")
    await until_refused(server, "unheard words")
    await known.post(known.written("Start", OptOutType="START"))
    await known.post(known.written("help", OptOutType="HELP"))
    await known.say("heard again")
    assert [r.text for r in await known.replies(1)] == ["echo: heard again"]


async def test_a_stop_that_twilio_confirms_itself_is_no_failure(
    known: TwilioDriver, twilio: Twilio, server: ChannelServer
) -> None:
    twilio.stopped.add((known.shop, known.number))  # as Twilio does with its own handling on
    await known.say("STOP")
    await known.say("unanswered question")
    assert "opted out" in await until_refused(server, "unanswered question")
    with sqlite3.connect(server.folder / "sms.db") as database:
        query = "select count(*) from sms_outgoing where state = 'failed' and content like ?"
        assert database.execute(query, (f"%{STOPPED}%",)).fetchone() == (0,)


async def test_an_opt_out_that_only_twilio_knows_is_kept(
    known: TwilioDriver, twilio: Twilio, server: ChannelServer
) -> None:
    twilio.stopped.add((known.shop, known.number))
    await known.say("an unseen opt-out")
    assert "21610" in await until_refused(server, "an unseen opt-out")
    twilio.stopped.clear()
    await known.say("still not wanted")
    assert "opted out" in await until_refused(server, "still not wanted")


async def test_it_outlives_a_restart(known: TwilioDriver, server: ChannelServer) -> None:
    await known.say("STOP")
    await known.replies(1)
    assert server.stop() == 0
    server.start()
    await known.say("after the restart")
    assert "opted out" in await until_refused(server, "after the restart")


async def test_whatsapp_takes_only_clear_words(twilio: Twilio) -> None:
    customer = TwilioDriver(twilio, number="whatsapp:+447700912001", shop="whatsapp:+441632960000")
    for text in ("HELP", "CANCEL", "MORE"):
        await customer.say(text)
    said = [r.text for r in await customer.replies(4)]
    assert said[1:] == ["echo: HELP", "echo: CANCEL", "echo: MORE"]
    await customer.say("STOP")
    assert [r.text for r in await customer.replies(1)] == [STOPPED]


@pytest.mark.parametrize("name", ["stop_text", "start_text", "help_text"])
def test_the_texts_take_one_segment(name: str) -> None:
    assert count_segments(OPTIONS[name]).count == 1
