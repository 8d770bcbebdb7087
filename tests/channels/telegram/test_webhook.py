"""Only Telegram gets in: its secret over real HTTP, and what is answered to whom."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest

from channels.settings import ChannelSettingsError
from channels.telegram.channel import TelegramChannel
from channels.telegram.settings import TelegramSettings
from channels.verify import same
from tests.channels.telegram.conftest import LOOP, House
from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_driver import SECRET
from tests.providers.telegram_server import TOKEN
from tests.providers.telegram_updates import SECRET_HEADER

in_house = pytest.mark.asyncio(loop_scope=LOOP)
pytestmark = pytest.mark.xdist_group("telegram")


@in_house
@pytest.mark.parametrize(
    "given",
    [
        None,
        b"",
        b"x",
        SECRET[:-1].encode(),
        SECRET.encode() + b"x",
        SECRET.upper().encode(),
        SECRET.replace("a", "b", 1).encode(),
        b"\xfcn\xefcode",
        "\u00fc".encode(),
    ],
    ids=["missing", "empty", "wrong", "short", "long", "upper case", "one letter", "bytes", "utf8"],
)
async def test_a_forged_delivery_is_refused_without_a_word(
    house: House, given: bytes | None
) -> None:
    text = f"forged {given!r}"
    headers = {} if given is None else {SECRET_HEADER.encode(): given}
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.post(house.webhook, json=shapes.text(text), headers=headers)
    assert (answer.status_code, answer.content) == (403, b"")
    assert text not in [line["text"] for line in house.server.handled()]
    assert text not in house.server.log()


@in_house
async def test_a_secret_that_is_not_in_the_header_lets_nobody_in(house: House) -> None:
    body = shapes.text("let me in") | {"secret_token": SECRET}
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{house.webhook}?secret_token={SECRET}", json=body)
    assert answer.status_code == 403


@pytest.mark.parametrize("given", [None, "", "x"])
def test_a_secret_that_is_not_set_lets_nobody_in(given: str | None) -> None:
    assert not same(given, "")


@in_house
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"1", b"\xff", b'{"update_id": "x", "message": 3}', b"{}"],
    ids=str,
)
async def test_rubbish_with_the_secret_ends_without_an_error(house: House, body: bytes) -> None:
    assert (await post(house, body)).status_code in (200, 400)


async def post(house: House, body: bytes) -> httpx.Response:
    headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
    async with httpx.AsyncClient(timeout=60) as http:
        return await http.post(house.webhook, content=body, headers=headers)


@in_house
@pytest.mark.parametrize("kind", ["message_reaction_count", "purchased_paid_media", "new_thing"])
async def test_an_update_of_any_kind_is_taken(house: House, kind: str) -> None:
    body = json.dumps({"update_id": shapes.update("x", {})["update_id"], kind: None}).encode()
    assert (await post(house, body)).status_code == 200


@in_house
async def test_a_huge_delivery_is_not_read(house: House) -> None:
    assert (await post(house, b" " * (2 * 2**20))).status_code == 413


@in_house
async def test_only_posts_are_taken(house: House) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.get(house.webhook, headers={SECRET_HEADER: SECRET})
    assert answer.status_code in (404, 405)


# Settings

GIVEN: dict[str, Any] = {"bot_token": TOKEN, "secret_token": SECRET, "seal_secret": "s" * 40}


async def nothing(_message: object) -> None: ...


def test_without_a_token_the_channel_is_off(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        channel = TelegramChannel.from_credentials({**GIVEN, "bot_token": ""})
    assert channel.get_output_channel() is None
    assert not channel.blueprint(nothing).routes
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_polling_needs_no_secret_and_has_no_webhook() -> None:
    polling = {**GIVEN, "mode": "polling", "secret_token": ""}
    assert not TelegramChannel.from_credentials(polling).blueprint(nothing).routes


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bot_token": "xoxb-1"}, "not a bot's token"),
        ({"bot_token": "   "}, "not a bot's token"),
        ({"secret_token": ""}, "FRONTDESK_TELEGRAM_SECRET.*missing"),
        ({"secret_token": "short"}, "shorter than 32"),
        ({"secret_token": "!" * 40}, "does not take"),
        ({"secret_token": "x" * 257}, "does not take"),
        ({"mode": "pull"}, "webhook or polling"),
        ({"colour": "red"}, "does not know the setting 'colour'"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(given: dict[str, str], said: str) -> None:
    with pytest.raises(ChannelSettingsError, match=said):
        TelegramChannel.from_credentials({**GIVEN, **given})


def test_secrets_are_not_shown() -> None:
    settings = TelegramSettings(TOKEN, False, SECRET, "https://api.telegram.org", "Bye")
    assert TOKEN not in repr(settings)
    assert SECRET not in repr(settings)
