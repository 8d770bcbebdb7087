"""The channel's settings: off without its secrets, and clear about what is wrong."""

from typing import Any

import pytest

from channels.settings import ChannelSettingsError
from channels.sms.channel import SmsChannel
from channels.sms.settings import _NAMES, OPTIONS, SmsSettings
from ops.settings import SETTINGS

SECRETS = {
    "account_sid": "AC" + "0123456789abcdef" * 2,
    "auth_token": "a-token",
    "public_url": "https://chat.example.com/",
}
SEAL = "a secret for one-time codes, in tests only"


def test_the_defaults() -> None:
    settings = SmsSettings.read(SECRETS, {})
    assert settings.public_url == "https://chat.example.com"
    assert (settings.segments, settings.mms, settings.answers_keywords) == (3, False, True)
    assert "CANCEL" in settings.stop_words


@pytest.mark.parametrize("missing", [*SECRETS])
def test_without_a_secret_it_is_off(missing: str, caplog: pytest.LogCaptureFixture) -> None:
    channel = SmsChannel.from_credentials(SECRETS | {missing: "", "seal_secret": SEAL})
    assert channel.door is None
    assert SmsChannel.SECRETS[missing] in caplog.text


def test_with_its_secrets_it_is_on() -> None:
    assert SmsChannel.from_credentials(SECRETS | {"seal_secret": SEAL}).door is not None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"account_sid": "SK123"}, "FRONTDESK_TWILIO_ACCOUNT_SID"),
        ({"public_url": "chat.example.com"}, "FRONTDESK_PUBLIC_URL"),
        ({"public_url": "https://u:p@chat.example.com"}, "FRONTDESK_PUBLIC_URL"),
        ({"public_url": "https://chat.example.com?a=1"}, "FRONTDESK_PUBLIC_URL"),
        ({"api_url": "ftp://api"}, "FRONTDESK_TWILIO_API_URL"),
        ({"sender": "07700 900123"}, "FRONTDESK_TWILIO_FROM"),
        ({"segments": "0"}, "FRONTDESK_SMS_SEGMENTS"),
        ({"segments": "many"}, "FRONTDESK_SMS_SEGMENTS"),
        ({"mms": "perhaps"}, "FRONTDESK_SMS_MMS"),
        ({"keywords": "nobody"}, "FRONTDESK_SMS_KEYWORDS"),
        ({"stop_words": "END,QUIT"}, "FRONTDESK_SMS_STOP_WORDS"),
    ],
)
def test_what_makes_no_sense_stops_the_start(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ChannelSettingsError, match=words):
        SmsChannel.from_credentials(SECRETS | {"seal_secret": SEAL} | given)


@pytest.mark.parametrize(
    "sender", ["+44 1632 960000", "whatsapp:+441632960000", "MG" + "a" * 32, "60777"]
)
def test_senders(sender: str) -> None:
    assert SmsSettings.read(SECRETS, {"sender": sender}).sender == sender.replace(" ", "")


def test_the_token_is_not_shown() -> None:
    assert "a-token" not in repr(SmsSettings.read(SECRETS, {}))


def test_the_defaults_are_the_same_in_both_places() -> None:
    for option, name in _NAMES.items():
        assert SETTINGS[name].default in ("", OPTIONS[option]), name
