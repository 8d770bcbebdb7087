"""What every channel counts: one message, delivered again, and one that is forged."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.channels.conftest import LOOP, Everywhere
from tests.channels.dialogue import Reader
from tests.providers import slack_events

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope=LOOP)]

WORDS = "are you a bot?"
ANSWER = "automated assistant"
Figures = dict[tuple[str, str], float]


async def figures(everywhere: Everywhere, channel: str) -> Figures:
    """Read what is counted for a channel: by name, and outcome where there is one."""
    page = f"{everywhere.frontdesk.rasa_url}/metrics/"
    assert (await everywhere.http.get(page)).status_code == 403
    token = everywhere.frontdesk.rasa.environ["FRONTDESK_RASA_TOKEN"]
    answer = await everywhere.http.get(page, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, sample.labels.get("outcome", "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.labels.get("channel") == channel and "le" not in sample.labels
    }


async def web(everywhere: Everywhere) -> None:
    person = await everywhere.on_web()
    message = {"id": str(uuid.uuid4()), "text": WORDS}
    for _ in range(2):
        assert (await person.post(message)).is_success
    await Reader(person).heard(ANSWER)
    person.token += "x"
    assert (await person.say(WORDS)).status_code == 401


async def slack(everywhere: Everywhere) -> None:
    person = await everywhere.on_slack()
    body = slack_events.message_im(WORDS, user=person.user, channel=person.channel)
    for retry in range(2):
        assert (await everywhere.delivery.event(body, retry=retry)).is_success
    await Reader(person).heard(ANSWER)
    forged = {"X-Slack-Signature": "v0=" + "0" * 64}
    assert (await everywhere.delivery.raw(b"{}", **forged)).status_code in (401, 403)


async def telegram(everywhere: Everywhere) -> None:
    person = await everywhere.on_telegram()
    updates = everywhere.telegram.updates
    update = await person.say(WORDS)
    assert (await updates.deliver(update)).is_success
    await Reader(person).heard(ANSWER)
    assert (await updates.deliver(update, secret="another")).status_code in (401, 403)


async def sms(everywhere: Everywhere) -> None:
    person = await everywhere.on_sms()
    params = person.written(WORDS)
    for _ in range(2):
        assert (await person.post(params)).is_success
    await Reader(person).heard(ANSWER)
    forged = await person.post(params, **{"X-Twilio-Signature": "bm8="})
    assert forged.status_code == 403


@pytest.mark.parametrize("deliver", [web, slack, telegram, sms], ids=lambda one: one.__name__)
async def test_every_outcome_is_counted(everywhere: Everywhere, deliver) -> None:
    channel = deliver.__name__
    before = await figures(everywhere, channel)
    await deliver(everywhere)
    messages, parts = "frontdesk_channel_messages_total", "frontdesk_channel_parts_total"
    waits = "frontdesk_channel_acknowledge_seconds_count"
    turns = "frontdesk_channel_answer_seconds_count"
    wanted = {
        (messages, "verified"): 2,
        (messages, "received"): 1,
        (messages, "duplicate"): 1,
        (messages, "refused"): 1,
        (messages, "answered"): 1,
        (waits, ""): 3,
        (turns, ""): 1,
    }
    now: Figures = {}

    def grown(key: tuple[str, str]) -> float:
        return now.get(key, 0) - before.get(key, 0)

    # The web sends nothing: its pages read.
    sent = 0 if channel == "web" else 1
    for _ in range(300):  # turn and sending are counted a moment after the customer has the reply
        now = await figures(everywhere, channel)
        if grown((turns, "")) == 1 and grown((parts, "sent")) >= sent:
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError(f"no turn, or nothing sent: {now}")
    assert {key: grown(key) for key in wanted} == wanted
    assert grown((messages, "failed")) == 0
