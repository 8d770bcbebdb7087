"""The SMS channel as Rasa sees it: named in `credentials.yml`, off until its secrets are set."""

from __future__ import annotations

from collections.abc import Mapping

from channels.channel import ProviderChannel
from channels.optouts import optout_tables
from channels.provider import Provider
from channels.sms.provider import NAME, TwilioProvider
from channels.sms.settings import OPTIONS, SECRETS, SmsSettings


class SmsChannel(ProviderChannel):
    """Text messages, and WhatsApp, by Twilio."""

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
        return TwilioProvider(SmsSettings.read(secrets, options))
