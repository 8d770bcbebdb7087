"""Only Slack gets in: signatures over real HTTP, and what is answered to whom."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from channels.settings import ChannelSettingsError
from channels.slack.channel import SlackChannel
from channels.slack.webhook import is_genuine
from tests.channels.slack.conftest import LOOP, House
from tests.providers import slack_events as shapes
from tests.providers.slack_delivery import SIGNING_SECRET, signature

in_house = pytest.mark.asyncio(loop_scope=LOOP)
pytestmark = pytest.mark.xdist_group("slack")

BODY = json.dumps(shapes.message_im("let me in")).encode()
NOW = int(time.time())


class StoppedClock(Clock):
    """Collecting the tests may take longer than a signature is valid."""

    def now(self) -> float:
        return float(NOW)


VERIFIER = SignatureVerifier(SIGNING_SECRET, StoppedClock())


def headers(
    body: bytes = BODY, secret: str = SIGNING_SECRET, at: int | str = NOW
) -> dict[str, str]:
    stamp = str(at)
    return {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature(secret, stamp, body),
    }


@pytest.mark.parametrize(
    ("body", "given"),
    [
        (BODY, headers(secret="another secret")),
        (BODY, {}),
        (BODY, {"x-slack-request-timestamp": str(NOW)}),
        (BODY, {"x-slack-signature": headers()["x-slack-signature"]}),
        (BODY, {**headers(), "x-slack-signature": ""}),
        (BODY, {**headers(), "x-slack-signature": headers()["x-slack-signature"][3:]}),
        (BODY, {**headers(), "x-slack-signature": "v0=\u00fcn\u00efcode"}),
        (BODY, headers(at=NOW - 301)),
        (BODY, headers(at=NOW + 301)),
        (BODY, {**headers(), "x-slack-request-timestamp": str(NOW - 7)}),
        (BODY, headers(at="soon")),
        (BODY, headers(at="9" * 400)),
        (BODY.replace(b"let me in", b"let us in"), headers()),
        (BODY + b" ", headers()),
        (b"\xff\xfe", headers(b"\xff\xfe")),
    ],
    ids=[
        "another secret",
        "nothing",
        "no signature",
        "no timestamp",
        "empty signature",
        "no version",
        "no ASCII",
        "stale",
        "from the future",
        "timestamp changed",
        "timestamp no number",
        "timestamp too large",
        "body changed",
        "body longer",
        "body no UTF-8",
    ],
)
def test_what_slack_did_not_sign_is_not_genuine(body: bytes, given: dict[str, str]) -> None:
    assert not is_genuine(VERIFIER, body, given)


def test_what_slack_signed_is_genuine() -> None:
    for at in (NOW, NOW - 300, NOW + 300):
        assert is_genuine(VERIFIER, BODY, headers(at=at))


@in_house
@pytest.mark.parametrize(
    "wrong",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": "0"},
        {"X-Slack-Request-Timestamp": "soon"},
    ],
    ids=str,
)
async def test_a_forged_delivery_is_refused_without_a_word(
    house: House, wrong: dict[str, str]
) -> None:
    text = f"forged {wrong}"
    answer = await house.delivery.raw(json.dumps(shapes.message_im(text)).encode(), **wrong)
    assert (answer.status_code, answer.content) == (403, b"")
    assert text not in [line["text"] for line in house.server.handled()]
    assert text not in house.server.log()


@in_house
async def test_even_a_verification_request_has_to_be_signed(house: House) -> None:
    body = json.dumps(shapes.url_verification("abc")).encode()
    assert (await house.delivery.raw(body, **{"X-Slack-Signature": "v0=x"})).status_code == 403
    answer = await house.delivery.event(shapes.url_verification("abc"))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "abc"})


@in_house
async def test_a_replayed_delivery_is_answered_once(house: House) -> None:
    anna = house.direct()
    body = json.dumps(shapes.message_im("once", user=anna.user, channel=anna.channel)).encode()
    signed = headers(body, at=int(time.time()))
    for _ in range(3):
        assert (await house.delivery.raw(body, **signed)).status_code == 200
    await anna.say("then")
    greeting, *said = [reply.text for reply in await anna.replies(3)]
    assert greeting == "I am an automated assistant."
    assert said == ["echo: once", "echo: then"]


@in_house
@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback", "event": {"type": "message"}, "event_id": "E1"},
        {"type": "app_rate_limited", "minute_rate_limited": 1},
        {"type": "event_callback", "event": {"type": "team_join", "user": {"id": "U1"}}},
    ],
    ids=str,
)
async def test_a_genuine_delivery_of_any_shape_ends_without_an_error(
    house: House, body: dict[str, Any]
) -> None:
    answer = await house.delivery.event({**shapes.callback({}), **body})
    assert answer.status_code in (200, 404)


@in_house
@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"payload=%7B", b"\x00", b"null"], ids=str)
async def test_signed_rubbish_ends_without_an_error(house: House, raw: bytes) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        assert (await house.delivery.raw(raw, kind)).status_code in (200, 400, 404)


@in_house
async def test_a_huge_delivery_is_not_read(house: House) -> None:
    answer = await house.delivery.raw(b" " * (3 * 2**20))
    assert answer.status_code == 413


@in_house
async def test_only_posts_are_taken(house: House) -> None:
    answer = await house.delivery._http.get(house.delivery.url)
    assert answer.status_code in (404, 405)


@pytest.mark.parametrize("missing", ["bot_token", "signing_secret"])
def test_without_a_secret_the_channel_is_off(missing: str) -> None:
    given = {"bot_token": "xoxb-1", "signing_secret": "x", missing: ""}
    channel = SlackChannel.from_credentials(given)
    assert channel.get_output_channel() is None

    async def nothing(_message: object) -> None: ...

    assert not channel.blueprint(nothing).routes


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bot_token": "xapp-1", "signing_secret": "x"}, "app-level"),
        ({"bot_token": "xoxp-1", "signing_secret": "x"}, "user's"),
        ({"bot_token": "xoxb-1", "signing_secret": "  "}, "spaces"),
    ],
)
def test_a_secret_that_is_plainly_another_one_is_named(given: dict[str, str], said: str) -> None:
    with pytest.raises(ChannelSettingsError, match=said):
        SlackChannel.from_credentials({**given, "seal_secret": "s" * 40})
