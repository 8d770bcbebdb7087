from typing import Any

import pytest
from rasa.shared.exceptions import RasaException

from channels.web import WebChannel
from channels.web.settings import ChannelSettingsError, WebSettings
from tests.channels.web.client import SEAL_SECRET, SECRET


def settings(**given: Any) -> WebSettings:
    return WebSettings.from_credentials({"secret": SECRET, "seal_secret": SEAL_SECRET, **given})


@pytest.mark.parametrize("secret", [None, "", "too short", "x" * 31])
def test_without_a_good_secret_the_channel_is_not_served(secret: str | None) -> None:
    with pytest.raises(RasaException, match="FRONTDESK_WEB_SECRET") as caught:
        WebChannel.from_credentials({"secret": secret, "seal_secret": SEAL_SECRET})
    if secret:
        assert secret not in str(caught.value)


def test_without_any_credentials_the_channel_is_not_served() -> None:
    with pytest.raises(ChannelSettingsError, match="FRONTDESK_WEB_SECRET"):
        WebChannel.from_credentials(None)


def test_the_seal_secret_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_SEAL_SECRET", SEAL_SECRET)
    assert WebSettings.from_credentials({"secret": SECRET}).seal_secret == SEAL_SECRET
    monkeypatch.delenv("FRONTDESK_SEAL_SECRET")
    with pytest.raises(ChannelSettingsError, match="FRONTDESK_SEAL_SECRET"):
        WebSettings.from_credentials({"secret": SECRET})


def test_values_from_variables_are_text() -> None:
    made = settings(
        origins=" https://shop.example/, http://localhost:8090 ,",
        max_chars="500",
        rate="5/second",
        turn_timeout="12.5",
        database="postgresql://localhost/web",
    )
    assert made.origins == {"https://shop.example", "http://localhost:8090"}
    assert (made.max_chars, made.rate, made.turn_timeout) == (500, "5/second", 12.5)


def test_what_is_left_empty_has_its_default() -> None:
    made = settings(max_chars="", rate=None, origins="")
    assert (made.max_chars, made.rate, made.origins) == (4000, "30/minute", frozenset())


def test_origins_may_be_a_list() -> None:
    assert settings(origins=["https://Shop.Example"]).origins == {"https://shop.example"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("origins", "*"),
        ("origins", "https://*.shop.example"),
        ("origins", "shop.example"),
        ("origins", "https://shop.example/chat"),
        ("origins", "null"),
        ("database", "web.db"),
        ("rate", "often"),
        ("session_rate", "often"),
        ("max_chars", "many"),
        ("max_chars", "0"),
        ("max_chars", "10.5"),
        ("token_hours", "-1"),
        ("turn_timeout", "60"),
        ("heartbeat", "0"),
        ("max_charz", "10"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ChannelSettingsError) as caught:
        settings(**{name: value})
    message = str(caught.value)
    assert name in message
    if name != "database":  # it may hold a password
        assert value in message or name == "max_charz"


def test_secrets_do_not_show() -> None:
    made = settings(database="postgresql://shop:hidden@localhost/web")
    for shown in (repr(made), str(made), f"{made}"):
        assert SECRET not in shown
        assert SEAL_SECRET not in shown
        assert "hidden" not in shown


def test_rasa_finds_the_channel_by_its_names() -> None:
    from rasa.core.run import _create_single_channel

    credentials = {"secret": SECRET, "seal_secret": SEAL_SECRET}
    for path in ("channels.web.channel.WebChannel", "channels.web.WebChannel"):
        channel = _create_single_channel(path, credentials)
        assert isinstance(channel, WebChannel)
        assert (channel.name(), channel.url_prefix()) == ("web", "web")
