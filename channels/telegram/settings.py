"""The Telegram channel's own settings, checked before anything is served."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from channels.settings import ChannelSettingsError, strong_secret
from channels.telegram.client import API_URL

NAME = "telegram"
SECRETS = {"bot_token": "FRONTDESK_TELEGRAM_BOT_TOKEN"}
OPTIONS = {
    "mode": "webhook",
    "secret_token": "",
    "api_url": API_URL,
    "stop_text": "You will get no more messages from me. Write anything to begin again.",
}

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]{30,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # of `setWebhook` in the Bot API's reference


@dataclass(frozen=True, repr=False)
class TelegramSettings:
    """How messages of a bot are taken and sent.

    Attributes:
        bot_token: what the Bot API is called with; never logged.
        polling: whether Telegram is asked for updates; otherwise it delivers them.
        secret_token: what Telegram sends along with each delivery; never logged; empty when
            polling.
        api_url: where the Bot API is, without a slash at the end.
        stop_text: confirms `/stop`.
    """

    bot_token: str
    polling: bool
    secret_token: str
    api_url: str
    stop_text: str

    @classmethod
    def read(cls, secrets: Mapping[str, str], options: Mapping[str, str]) -> TelegramSettings:
        """Check and take over the settings.

        Args:
            secrets: all of `SECRETS`, none empty.
            options: all of `OPTIONS`; an empty one has its default.

        Raises:
            ChannelSettingsError: one makes no sense; the message says which and how to mend it.
        """
        given = {name: options.get(name, "").strip() or OPTIONS[name] for name in OPTIONS}
        token = secrets["bot_token"].strip()
        if not _TOKEN.fullmatch(token):
            raise ChannelSettingsError(
                "FRONTDESK_TELEGRAM_BOT_TOKEN is not a bot's token, which looks like "
                "123456789:AAE... Ask @BotFather for it (/token), or leave it unset to switch the "
                "Telegram channel off."
            )
        if given["mode"] not in ("webhook", "polling"):
            raise ChannelSettingsError(
                f"FRONTDESK_TELEGRAM_MODE (`mode` in credentials.yml) is {given['mode']!r}. Write "
                "webhook or polling."
            )
        polling = given["mode"] == "polling"
        return cls(
            bot_token=token,
            polling=polling,
            secret_token="" if polling else _secret(given["secret_token"]),
            api_url=given["api_url"].rstrip("/"),
            stop_text=given["stop_text"],
        )


def _secret(given: str) -> str:
    secret = strong_secret(NAME, "secret_token", "FRONTDESK_TELEGRAM_SECRET", given)
    if not _SECRET.fullmatch(secret):
        raise ChannelSettingsError(
            "FRONTDESK_TELEGRAM_SECRET (`secret_token` in credentials.yml) holds characters that "
            "Telegram does not take. Use letters, digits, _ and -, at most 256 of them."
        )
    return secret
