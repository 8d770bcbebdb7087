"""The Telegram channel as Rasa sees it: named in `credentials.yml`, off until its token is set."""

from __future__ import annotations

from collections.abc import Mapping

from channels.channel import ProviderChannel
from channels.optouts import optout_tables
from channels.provider import Provider
from channels.telegram.provider import TelegramProvider
from channels.telegram.settings import NAME, OPTIONS, SECRETS, TelegramSettings


class TelegramChannel(ProviderChannel):
    """Customers on Telegram, in private chats and in groups."""

    NAME = NAME
    SECRETS = SECRETS
    OPTIONS = OPTIONS
    # mypy takes a function in a class for a method
    TABLES = staticmethod(optout_tables)  # type: ignore[assignment]

    @classmethod
    def make(cls, secrets: Mapping[str, str], options: Mapping[str, str]) -> Provider:
        """Make the provider.

        Raises:
            ChannelSettingsError: a setting makes no sense; the server does not start.
        """
        return TelegramProvider(TelegramSettings.read(secrets, options))
