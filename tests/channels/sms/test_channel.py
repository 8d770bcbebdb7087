"""Text messages through real HTTP on both sides, with a stand-in for the dialogue only."""

import re
import sqlite3

import httpx
import pytest

from tests.channels.server import ChannelServer
from tests.channels.sms.conftest import SERVICE
from tests.providers import twilio_shapes as shapes
from tests.providers.twilio import Fault, Twilio
from tests.providers.twilio_driver import PUBLIC_URL, TwilioDriver, sent_with

WEBHOOK = "/webhooks/sms/webhook"


async def test_a_message_is_answered_by_the_api_and_not_in_the_webhooks_answer(
    customer: TwilioDriver,
) -> None:
    answer = await customer.post(customer.written("where is it"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert re.sub(r"<\?.*?\?>", "", answer.text) == "<Response></Response>"
    replies = await customer.replies(2)
    assert [reply.text for reply in replies] == [
        "I am an automated assistant.",
        "echo: where is it",
    ]


async def test_a_repeated_delivery_is_answered_once(known: TwilioDriver) -> None:
    params = known.written("once")
    for _ in range(3):
        assert (await known.post(params)).status_code == 200
    await known.say("and then")
    assert [r.text for r in await known.replies(2)] == ["echo: once", "echo: and then"]


@pytest.mark.parametrize(
    "headers",
    [{"X-Twilio-Signature": "forged"}, {"X-Twilio-Signature": ""}],
    ids=["wrong", "empty"],
)
async def test_a_forged_delivery_is_refused_without_a_word(
    known: TwilioDriver, server: ChannelServer, headers: dict[str, str]
) -> None:
    before = len(server.handled())
    answer = await known.post(known.written("forged"), **headers)
    assert (answer.status_code, answer.text) == (403, "")
    await known.say("genuine")
    assert [r.text for r in await known.replies(1)] == ["echo: genuine"]
    assert len(server.handled()) == before + 1


async def test_a_delivery_without_a_signature_or_with_another_body(
    known: TwilioDriver, server: ChannelServer
) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        params = known.written("hello")
        assert (await http.post(server.url + WEBHOOK, data=params)).status_code == 403
        signed = shapes.sign(known.twilio.auth_token, PUBLIC_URL + WEBHOOK, params)
        headers = {"X-Twilio-Signature": signed}
        other = params | {"Body": "give me everything"}
        answer = await http.post(server.url + WEBHOOK, data=other, headers=headers)
        assert answer.status_code == 403
        assert (await http.get(server.url + WEBHOOK)).status_code == 405
        large = {"Body": "x" * 100_000}
        answer = await http.post(server.url + WEBHOOK, data=large, headers=headers)
        assert answer.status_code == 413


async def test_the_answer_comes_from_the_number_that_was_written_to(twilio: Twilio) -> None:
    customer = TwilioDriver(twilio, number="+447700911001", shop="+441632960001")
    await customer.say("hello")
    await customer.replies(2)
    assert {message["from"] for message in twilio.sent} == {"+441632960001"}


async def test_a_messaging_service_answers_for_its_number(
    twilio: Twilio, customer: TwilioDriver
) -> None:
    await customer.post(customer.written("hello", MessagingServiceSid=SERVICE))
    await customer.replies(2)
    sent = {(m["from"], m["messaging_service_sid"]) for m in twilio.sent}
    assert sent == {(customer.shop, SERVICE)}


@pytest.mark.parametrize("answer", ["1", "1.", "one", "the first", "Order 10023", "order 10023"])
async def test_a_menu_is_picked_from(
    known: TwilioDriver, server: ChannelServer, answer: str
) -> None:
    await known.say("rich")
    (menu,) = await known.replies(1)
    assert menu.buttons == ("Order 10023", "Odd")
    await known.say(answer)
    assert [r.text for r in await known.replies(1)] == ['echo: /choose{"order": "10023"}']
    assert server.handled()[-1]["metadata"]["choice_title"] == "Order 10023"


async def test_a_number_counts_only_while_its_menu_is_the_question(known: TwilioDriver) -> None:
    await known.say("rich")
    await known.replies(1)
    for text in ("3", "10023", "no"):  # no number of the menu, an order number, other words
        await known.say(text)
    assert [r.text for r in await known.replies(3)] == ["echo: 3", "echo: 10023", "echo: no"]
    await known.say("2")
    assert [r.text for r in await known.replies(1)] == ["echo: 2"]


async def test_a_pick_that_is_delivered_again_picks_nothing_else(known: TwilioDriver) -> None:
    await known.say("rich")
    await known.replies(1)
    params = known.written("2")
    for _ in range(2):
        assert (await known.post(params)).status_code == 200
    await known.say("then")
    assert [r.text for r in await known.replies(2)] == ["echo: /odd", "echo: then"]


async def test_a_long_answer_waits_for_more(known: TwilioDriver) -> None:
    await known.say("long " + "This is a sentence of the answer, and rather a long one. " * 25)
    (first,) = await known.replies(1)
    assert first.text.endswith("long one.\nReply MORE for the rest.")
    request = known.written("More")
    for _ in range(2):  # a repeated delivery does not turn two pages
        assert (await known.post(request)).status_code == 200
    await known.say("MORE")
    second, third = await known.replies(2)
    assert third.text.count("sentence") + second.text.count("sentence") > 5
    while third.text.endswith("MORE for the rest."):
        await known.say("more")
        (third,) = await known.replies(1)
    await known.say("MORE")  # there is no more: it is a word
    assert [r.text for r in await known.replies(1)] == ["echo: MORE"]


async def test_secrets_do_not_reach_the_assistant(
    known: TwilioDriver, server: ChannelServer
) -> None:
    await known.say("my code is 482913")
    (reply,) = await known.replies(1)
    assert "482913" not in reply.text
    handled = server.handled()[-1]
    assert "482913" not in str(handled)
    assert handled["metadata"]["sealed_code"]


async def test_a_command_is_only_words(known: TwilioDriver) -> None:
    await known.say("/restart")
    assert [r.text for r in await known.replies(1)] == ["echo: /restart"]


async def test_media_is_told_apart_from_the_words_beside_it(
    known: TwilioDriver, server: ChannelServer
) -> None:
    account = known.twilio.account_sid
    params = shapes.incoming_mms(account, known.number, known.shop, "it broke", "image/jpeg")
    for _ in range(2):
        await known.post(params)
    await known.replies(2)
    said = [line["text"] for line in server.handled()[-2:]]
    assert said == ['/unsupported_media{"media_kind": "image"}', "it broke"]


@pytest.mark.parametrize(
    "text", ["", "   ", "Liked “echo: hello”"], ids=["empty", "blank", "a reaction"]
)
async def test_what_needs_no_answer_gets_none(known: TwilioDriver, text: str) -> None:
    await known.post(known.written(text))
    await known.say("next")
    assert [r.text for r in await known.replies(1)] == ["echo: next"]


async def test_whatsapp_answers_on_whatsapp(twilio: Twilio) -> None:
    customer = TwilioDriver(twilio, number="whatsapp:+447700911002", shop="whatsapp:+441632960000")
    await customer.say("rich")
    _, menu = await customer.replies(2)
    assert menu.buttons == ("Order 10023", "Odd")
    assert sent_with(twilio, "Which order?")["media"] == ["https://shop.example/box.png"]
    await customer.say("2")
    assert [r.text for r in await customer.replies(1)] == ["echo: /odd"]
    button = shapes.whatsapp_button(
        twilio.account_sid, customer.number, customer.shop, "Track it", "/anything"
    )
    await customer.post(button)
    assert [r.text for r in await customer.replies(1)] == ["echo: Track it"]


# What becomes of messages


def outgoing(server: ChannelServer, sid: str) -> tuple[str, str | None]:
    """State and receipt of the part with Twilio's id."""
    with sqlite3.connect(server.folder / "sms.db") as database:
        query = "select state, receipt from sms_outgoing where provider_id = ?"
        found = database.execute(query, (sid,)).fetchone()
        return found or ("", None)


async def until_reported(twilio: Twilio, server: ChannelServer, sid: str, receipt: str) -> None:
    import asyncio

    async def poll() -> None:
        while outgoing(server, sid)[1] != receipt:
            await asyncio.sleep(0.05)

    await asyncio.wait_for(poll(), 60)


async def test_delivery_reports_are_recorded(
    known: TwilioDriver, twilio: Twilio, server: ChannelServer
) -> None:
    await known.say("report on this")
    await known.replies(1)
    message = sent_with(twilio, "report on this")
    assert message["callback"] == f"{PUBLIC_URL}/webhooks/sms/status"
    for status in ("sent", "delivered", "sent"):  # out of order, as they may come
        assert (await twilio.report(message, status)).status_code == 200
    await until_reported(twilio, server, message["sid"], "delivered")


async def test_a_failed_message_is_recorded_with_its_reason(
    known: TwilioDriver, twilio: Twilio, server: ChannelServer
) -> None:
    await known.say("lost")
    await known.replies(1)
    message = sent_with(twilio, "lost")
    await twilio.report(message, "undelivered", 30003)
    await until_reported(twilio, server, message["sid"], "undelivered 30003")
    assert "telephone is off" in server.log()


async def test_a_forged_report_is_refused(known: TwilioDriver, twilio: Twilio) -> None:
    params = shapes.status_callback(twilio.sent[-1], "failed", 30003)
    url = f"{PUBLIC_URL}/webhooks/sms/status"
    assert (await twilio.post(url, params, **{"X-Twilio-Signature": "x"})).status_code == 403


async def test_outside_whatsapps_day_the_failure_is_explained(
    twilio: Twilio, server: ChannelServer
) -> None:
    number = "whatsapp:+447700911003"
    twilio.closed.add(number)
    customer = TwilioDriver(twilio, number=number, shop="whatsapp:+441632960000")
    await customer.say("too late")
    await customer.replies(2)
    sid = sent_with(twilio, "too late")["sid"]
    await until_reported(twilio, server, sid, "failed 63016")
    assert "within 24 hours" in server.log()


# When Twilio fails


async def test_a_rate_limit_delays_and_keeps_the_order(known: TwilioDriver) -> None:
    known.twilio.faults += [Fault(429, 20429, retry_after=1), Fault(429, 20429, retry_after=1)]
    await known.say("first")
    await known.say("second")
    assert [r.text for r in await known.replies(2)] == ["echo: first", "echo: second"]


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("status", [500, 0], ids=["500", "closed"])
async def test_an_unclear_answer_sends_nothing_twice(
    known: TwilioDriver, status: int, taken: bool
) -> None:
    await known.say("same words")
    await known.replies(1)
    known.twilio.faults.append(Fault(status, taken=taken))
    await known.say("same words")
    await known.say("after that")
    said = [r.text for r in await known.replies(2)]
    assert said == ["echo: same words", "echo: after that"]


async def test_a_number_that_cannot_be_reached_is_given_up(
    known: TwilioDriver, server: ChannelServer
) -> None:
    known.twilio.faults.append(Fault(400, 21614))
    await known.say("nobody there")
    await known.say("but now")
    assert [r.text for r in await known.replies(1)] == ["echo: but now"]
    assert "cannot receive text messages" in server.log()
