"""The small Slack behaves as the documentation says, seen through Slack's own SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from tests.providers import slack_events as shapes
from tests.providers.slack_delivery import SIGNING_SECRET, signature
from tests.providers.slack_server import TOKEN, Fault, SlackServer, running_slack


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with running_slack() as server:
        yield server


def client(slack: SlackServer, token: str = TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slack.url, retry_handlers=[])


async def error_of(call: object) -> str:
    with pytest.raises(SlackApiError) as raised:
        await call  # type: ignore[misc]
    return str(raised.value.response["error"])


async def test_the_token_is_checked(slack: SlackServer) -> None:
    who = await client(slack).auth_test()
    assert (who["team_id"], who["user_id"]) == (shapes.TEAM, shapes.BOT_USER)
    assert await error_of(client(slack, "xoxb-other").auth_test()) == "invalid_auth"
    slack.revoked = "account_inactive"
    assert await error_of(client(slack).auth_test()) == "account_inactive"


async def test_a_message_is_kept_changed_and_found(slack: SlackServer) -> None:
    app = client(slack)
    metadata = {"event_type": "frontdesk", "event_payload": {"part": "7"}}
    first = await app.chat_postMessage(channel=shapes.DM, text="one", metadata=metadata)
    await app.chat_postMessage(channel=shapes.DM, text="two")
    reply = await app.chat_postMessage(channel=shapes.DM, text="below", thread_ts=first["ts"])
    await app.chat_update(channel=shapes.DM, ts=first["ts"], text="one, edited")

    page = await app.conversations_history(channel=shapes.DM, include_all_metadata=True)
    assert [message["text"] for message in page["messages"]] == ["two", "one, edited"]
    assert page["messages"][1]["metadata"] == metadata
    page = await app.conversations_history(channel=shapes.DM, limit=1)
    assert page["has_more"] is True
    assert "metadata" not in page["messages"][0]
    page = await app.conversations_replies(channel=shapes.DM, ts=first["ts"])
    assert [message["ts"] for message in page["messages"]] == [first["ts"], reply["ts"]]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": shapes.DM}, "no_text"),
        ({"channel": shapes.DM, "text": "x" * 40_001}, "msg_too_long"),
        (
            {"channel": shapes.DM, "text": "x", "blocks": [{"type": "divider"}] * 51},
            "invalid_blocks",
        ),
        ({"channel": shapes.DM, "text": "x", "blocks": [{"type": "table"}]}, "invalid_blocks"),
    ],
)
async def test_what_slack_refuses_is_refused(
    slack: SlackServer, arguments: dict[str, object], error: str
) -> None:
    assert await error_of(client(slack).api_call("chat.postMessage", json=arguments)) == error
    assert slack.sent() == []


async def test_a_limited_call_is_repeated_by_the_sdk(slack: SlackServer) -> None:
    slack.fail_next("chat.postMessage", Fault(status=429, retry_after=0))
    app = AsyncWebClient(
        token=TOKEN, base_url=slack.url, retry_handlers=[AsyncRateLimitErrorRetryHandler()]
    )
    await app.chat_postMessage(channel=shapes.DM, text="once")
    assert [message["text"] for message in slack.sent()] == ["once"]
    assert len(slack.called("chat.postMessage")) == 2


async def test_an_answer_can_be_lost_after_the_message_was_taken(slack: SlackServer) -> None:
    slack.fail_next("chat.postMessage", Fault(cut=True, done=True), Fault(status=503))
    with pytest.raises(aiohttp.ClientError):
        await client(slack).chat_postMessage(channel=shapes.DM, text="arrived")
    with pytest.raises(SlackApiError) as raised:
        await client(slack).chat_postMessage(channel=shapes.DM, text="not")
    assert raised.value.response.status_code == 503
    assert [message["text"] for message in slack.sent()] == ["arrived"]


async def test_an_answer_can_be_slow(slack: SlackServer) -> None:
    go = asyncio.Event()
    slack.fail_next("chat.postMessage", Fault(wait=go, error="internal_error"))
    call = asyncio.create_task(client(slack).chat_postMessage(channel=shapes.DM, text="x"))
    await asyncio.wait({call}, timeout=0.05)
    assert not call.done()
    go.set()
    assert await error_of(call) == "internal_error"


async def test_a_response_url_changes_its_message_and_wears_out(slack: SlackServer) -> None:
    from slack_sdk.webhook.async_client import AsyncWebhookClient

    posted = await client(slack).chat_postMessage(channel=shapes.DM, text="pick")
    hook = AsyncWebhookClient(slack.response_url(shapes.DM, posted["ts"]))
    assert (await hook.send(text="picked", replace_original=True)).status_code == 200
    assert slack.sent()[0]["text"] == "picked"
    for _ in range(4):
        assert (await hook.send(text="psst")).status_code == 200
    assert (await hook.send(text="psst")).status_code == 404
    assert len(slack.ephemeral) == 4


def test_deliveries_are_signed_as_the_sdk_verifies() -> None:
    verifier = SignatureVerifier(SIGNING_SECRET)
    made = signature(SIGNING_SECRET, 1_531_420_618, b"token=x&text=caf\xc3\xa9")
    assert made == verifier.generate_signature(
        timestamp="1531420618", body=b"token=x&text=caf\xc3\xa9"
    )
