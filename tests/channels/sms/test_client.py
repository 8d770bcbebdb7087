"""Twilio's own client against a server that answers as Twilio does."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone

import pytest

from channels.provider import Retry, Uncertain
from channels.sms.client import Outgoing, Refused, TwilioMessages
from tests.providers.twilio import Fault, Twilio
from tests.support.shop import free_port

CUSTOMER = "+447700900123"
SERVICE = "MG" + "1" * 32
HELLO = Outgoing(CUSTOMER, "+441632960000", "", "Hello!")
CALLBACK = "https://shop.example/webhooks/sms/status"
AGES_AGO = datetime.now(timezone.utc) - timedelta(days=1)


@pytest.fixture
async def twilio() -> AsyncIterator[Twilio]:
    async with Twilio(services={SERVICE: ("+441632960000",)}) as twilio:
        yield twilio


@pytest.fixture
async def messages(twilio: Twilio) -> AsyncIterator[TwilioMessages]:
    messages = TwilioMessages(twilio.account_sid, twilio.auth_token, twilio.url, timeout=30)
    yield messages
    await messages.close()


async def test_a_message_is_taken(twilio: Twilio, messages: TwilioMessages) -> None:
    sid = await messages.post(HELLO, CALLBACK)
    (sent,) = twilio.sent
    assert sid == sent["sid"]
    assert (sent["to"], sent["from"], sent["body"]) == (CUSTOMER, "+441632960000", "Hello!")
    assert sent["callback"] == CALLBACK


async def test_a_messaging_service_picks_the_sender(
    twilio: Twilio, messages: TwilioMessages
) -> None:
    await messages.post(Outgoing(CUSTOMER, "", SERVICE, "Hello!"), CALLBACK)
    (sent,) = twilio.sent
    assert (sent["from"], sent["messaging_service_sid"]) == (None, SERVICE)


async def test_media_are_given_one_by_one(twilio: Twilio, messages: TwilioMessages) -> None:
    images = ("https://shop.example/a.png", "https://shop.example/b.png")
    await messages.post(Outgoing(CUSTOMER, "+441632960000", "", "", images), CALLBACK)
    assert twilio.sent[0]["media"] == list(images)


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (Outgoing("12", "+441632960000", "", "Hi"), 21211, "not a telephone number"),
        (Outgoing(CUSTOMER, "+15550000000", "", "Hi"), 21606, "FRONTDESK_TWILIO_FROM"),
        (Outgoing(CUSTOMER, "+441632960000", "", "x" * 1601), 21617, "1600"),
        (Outgoing("whatsapp:" + CUSTOMER, "+441632960000", "", "Hi"), 21910, "21910"),
    ],
)
async def test_what_twilio_refuses_is_refused_for_good(
    messages: TwilioMessages, message: Outgoing, code: int, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        await messages.post(message, CALLBACK)
    assert refused.value.code == code


async def test_a_customer_who_opted_out_with_twilio(
    twilio: Twilio, messages: TwilioMessages
) -> None:
    twilio.stopped.add(("+441632960000", CUSTOMER))
    with pytest.raises(Refused, match="opted out") as refused:
        await messages.post(HELLO, CALLBACK)
    assert refused.value.code == 21610


async def test_a_wrong_token_names_the_settings(twilio: Twilio) -> None:
    messages = TwilioMessages(twilio.account_sid, "another", twilio.url, timeout=30)
    try:
        with pytest.raises(Refused, match="FRONTDESK_TWILIO_AUTH_TOKEN"):
            await messages.post(HELLO, CALLBACK)
    finally:
        await messages.close()


async def test_a_rate_limit_says_how_long_to_wait(twilio: Twilio, messages: TwilioMessages) -> None:
    twilio.faults += [Fault(429, 20429, retry_after=7), Fault(429, 20429)]
    with pytest.raises(Retry) as limited:
        await messages.post(HELLO, CALLBACK)
    assert limited.value.after == 7
    with pytest.raises(Retry) as limited:
        await messages.post(HELLO, CALLBACK)
    assert limited.value.after is None
    assert not twilio.sent


async def test_nobody_there_means_not_taken(twilio: Twilio) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    messages = TwilioMessages(twilio.account_sid, twilio.auth_token, nowhere, timeout=30)
    try:
        with pytest.raises(Retry, match="cannot be reached"):
            await messages.post(HELLO, CALLBACK)
    finally:
        await messages.close()


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize(
    "fault",
    [Fault(500), Fault(503, body=b"<h1>Bad gateway</h1>"), Fault(0), Fault(502, body=b"\xff\xfe")],
    ids=["500", "a proxy's page", "closed", "not text"],
)
async def test_an_unclear_answer_is_cleared_up_by_the_list(
    twilio: Twilio, messages: TwilioMessages, fault: Fault, taken: bool
) -> None:
    earlier = await messages.post(HELLO, CALLBACK)  # the same words, said before
    twilio.faults.append(Fault(fault.status, fault.code, taken=taken, body=fault.body))
    with pytest.raises(Uncertain):
        await messages.post(HELLO, CALLBACK)
    found = await messages.find(HELLO, AGES_AGO)
    assert found == [earlier, *([twilio.sent[1]["sid"]] if taken else [])]


async def test_an_answer_that_does_not_come_is_unclear(twilio: Twilio) -> None:
    never = asyncio.Event()
    twilio.faults.append(Fault(taken=True, until=never))
    messages = TwilioMessages(twilio.account_sid, twilio.auth_token, twilio.url, timeout=0.3)
    try:
        with pytest.raises(Uncertain, match="Timeout"):
            await messages.post(HELLO, CALLBACK)
    finally:
        await messages.close()
        never.set()


async def test_a_message_of_long_ago_with_the_same_words_is_another(
    twilio: Twilio, messages: TwilioMessages
) -> None:
    await messages.post(HELLO, CALLBACK)
    soon = datetime.now(timezone.utc) + timedelta(hours=1)
    assert await messages.find(HELLO, soon) == []


async def test_a_list_that_cannot_be_read_is_read_again(
    twilio: Twilio, messages: TwilioMessages
) -> None:
    twilio.auth_token = "changed meanwhile"
    with pytest.raises(Uncertain, match="list"):
        await messages.find(HELLO, AGES_AGO)


async def test_numbers_and_words_are_not_logged(
    twilio: Twilio, messages: TwilioMessages, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await messages.post(HELLO, CALLBACK)
    await messages.find(HELLO, AGES_AGO)
    assert "900123" not in caplog.text
    assert "Hello!" not in caplog.text
