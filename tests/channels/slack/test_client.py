"""Posting to Slack through its SDK: never twice, never silently not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timezone

import pytest

from channels.provider import CannotTell, Retry, Uncertain, Undeliverable
from channels.slack import client as module
from channels.slack.client import SlackClient
from tests.providers import slack_events as shapes
from tests.providers.slack_server import TOKEN, Fault, SlackServer, running_slack

DM = {"channel": shapes.DM}
THREAD = {"channel": shapes.CHANNEL, "thread": "1700000000.000001"}
PART = {"text": "Your order is on its way.", "mrkdwn": False}
BEGUN = datetime.fromtimestamp(0, timezone.utc)


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with running_slack() as server:
        yield server


@pytest.fixture(autouse=True)
def short_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SETTLE", 0.2)
    monkeypatch.setattr(module, "_LOOK_AGAIN", 0.02)


@pytest.fixture
async def client(slack: SlackServer) -> AsyncIterator[SlackClient]:
    made = SlackClient(TOKEN, slack.url)
    yield made
    await made.close()


async def test_a_message_is_posted_and_found_by_its_key(
    slack: SlackServer, client: SlackClient
) -> None:
    for address in (DM, THREAD):
        ts = await client.post(address, PART, "conversation:1")
        await client.post(address, PART, "conversation:2")
        assert await client.find(address, "conversation:1", BEGUN) == ts
        assert await client.find(address, "conversation:3", BEGUN) is None
    assert slack.sent(shapes.CHANNEL)[0]["thread_ts"] == THREAD["thread"]
    posted = slack.called("chat.postMessage")[0]
    assert not any(posted[name] for name in ("unfurl_links", "unfurl_media"))


async def test_it_is_found_on_a_later_page(
    slack: SlackServer, client: SlackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ts = await client.post(DM, PART, "first")
    for number in range(4):
        await client.post(DM, PART, f"later {number}")
    monkeypatch.setattr(module, "_PAGE", 2)
    assert await client.find(DM, "first", BEGUN) == ts
    assert len(slack.called("conversations.history")) == 3


async def test_a_short_rate_limit_is_waited_for_by_the_sdk(
    slack: SlackServer, client: SlackClient
) -> None:
    slack.fail_next("chat.postMessage", Fault(status=429, retry_after=0))
    await client.post(DM, PART, "k")
    assert len(slack.sent()) == 1


async def test_a_long_rate_limit_is_left_to_the_queue(
    slack: SlackServer, client: SlackClient
) -> None:
    slack.fail_next("chat.postMessage", Fault(status=429, retry_after=90))
    with pytest.raises(Retry) as raised:
        await client.post(DM, PART, "k")
    assert raised.value.after == 90


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=503, done=True),
        Fault(error="internal_error", done=True),
        Fault(error="fatal_error"),
        Fault(cut=True),
        Fault(cut=True, done=True),
    ],
)
async def test_what_may_have_arrived_is_posted_once_and_then_looked_for(
    slack: SlackServer, client: SlackClient, fault: Fault
) -> None:
    slack.fail_next("chat.postMessage", fault)
    with pytest.raises(Uncertain):
        await client.post(DM, PART, "k")
    assert len(slack.called("chat.postMessage")) == 1
    assert (await client.find(DM, "k", BEGUN) is not None) is fault.done


async def test_no_answer_in_time_is_uncertain(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TIMEOUT", 0.2)
    impatient = SlackClient(TOKEN, slack.url)
    never = asyncio.Event()
    slack.fail_next("chat.postMessage", Fault(wait=never))
    try:
        with pytest.raises(Uncertain, match="in time"):
            await impatient.post(DM, PART, "k")
    finally:
        never.set()
        await impatient.close()


async def test_a_message_that_slack_takes_after_we_gave_up_waiting_is_found(
    slack: SlackServer, client: SlackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SETTLE", 60.0)
    slack.fail_next("chat.postMessage", Fault(cut=True))
    with pytest.raises(Uncertain):
        await client.post(DM, PART, "k")
    looking = asyncio.create_task(client.find(DM, "k", BEGUN))
    await slack.until(lambda: len(slack.called("conversations.history")) > 1)
    metadata = {"event_type": "frontdesk_part", "event_payload": {"part": "k"}}
    late = slack._store(shapes.DM, {"text": "late", "metadata": metadata})
    assert await looking == late["ts"]


async def test_without_a_connection_it_is_safe_to_try_again() -> None:
    nobody = SlackClient(TOKEN, "http://127.0.0.1:9/api/")
    try:
        with pytest.raises(Retry, match="cannot be reached"):
            await nobody.post(DM, PART, "k")
    finally:
        await nobody.close()


@pytest.mark.parametrize(
    ("error", "unreachable", "mend"),
    [
        ("invalid_auth", False, "FRONTDESK_SLACK_BOT_TOKEN"),
        ("token_revoked", False, "FRONTDESK_SLACK_BOT_TOKEN"),
        ("account_inactive", False, "removed"),
        ("missing_scope", False, "manifest"),
        ("channel_not_found", True, "another workspace"),
        ("not_in_channel", True, "/invite"),
        ("is_archived", True, "archived"),
        ("an_error_of_tomorrow", False, "an_error_of_tomorrow"),
    ],
)
async def test_what_will_not_work_is_reported_with_its_mend(
    slack: SlackServer, client: SlackClient, error: str, unreachable: bool, mend: str
) -> None:
    slack.fail_next("chat.postMessage", Fault(error=error))
    with pytest.raises(Undeliverable) as raised:
        await client.post(DM, PART, "k")
    assert error in str(raised.value)
    assert mend in str(raised.value)
    assert raised.value.unreachable is unreachable


async def test_a_channel_that_was_left_says_so(slack: SlackServer, client: SlackClient) -> None:
    slack.channels[shapes.CHANNEL].member = False
    with pytest.raises(Undeliverable, match="not_in_channel"):
        await client.post(THREAD, PART, "k")


async def test_slack_may_refuse_to_say(slack: SlackServer, client: SlackClient) -> None:
    slack.fail_next("conversations.history", Fault(error="missing_scope"))
    with pytest.raises(CannotTell):
        await client.find(DM, "k", BEGUN)


async def test_an_image_slack_cannot_fetch_costs_no_words(
    slack: SlackServer, client: SlackClient
) -> None:
    image = {"type": "image", "image_url": "http://127.0.0.1/a.png", "alt_text": "A"}
    words = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Look"}]}],
    }
    await client.post(DM, {"text": "Look", "blocks": [words, image]}, "k")
    [message] = slack.sent()
    assert [block["type"] for block in message["blocks"]] == ["rich_text", "rich_text"]
    link = message["blocks"][1]["elements"][0]["elements"][0]
    assert link == {"type": "link", "url": "http://127.0.0.1/a.png"}


async def test_a_person_is_named_by_slack_where_that_is_allowed(
    slack: SlackServer, client: SlackClient
) -> None:
    part = {**PART, "name": "Maya"}
    await client.introduce()
    await client.post(DM, part, "1")
    slack.scopes.remove("chat:write.customize")
    await client.introduce()
    await client.post(DM, part, "2")
    by_slack, by_us = slack.sent()
    assert (by_slack["username"], by_slack["text"]) == ("Maya", PART["text"])
    assert "username" not in by_us
    assert by_us["text"] == f"Maya: {PART['text']}"


async def test_a_message_is_changed_in_place(slack: SlackServer, client: SlackClient) -> None:
    ts = await client.post(DM, PART, "k")
    slack.fail_next("chat.update", Fault(status=429, retry_after=0), Fault(status=503))
    await client.change(shapes.DM, ts, {"text": "done", "blocks": []}, "")
    assert [message["text"] for message in slack.sent()] == ["done"]


async def test_a_message_is_changed_by_its_response_url_if_need_be(
    slack: SlackServer, client: SlackClient
) -> None:
    ts = await client.post(DM, PART, "k")
    slack.fail_next("chat.update", Fault(error="cant_update_message"))
    url = slack.response_url(shapes.DM, ts)
    await client.change(shapes.DM, ts, {"text": "done", "blocks": []}, url)
    assert slack.sent()[0]["text"] == "done"


async def test_a_failed_change_is_told_to_the_operator_and_to_nobody_else(
    slack: SlackServer, client: SlackClient, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fail_next("chat.update", Fault(error="cant_update_message"))
    await client.change(shapes.DM, "1.1", {"text": "done", "blocks": []}, "")
    assert "cant_update_message" in caplog.text
