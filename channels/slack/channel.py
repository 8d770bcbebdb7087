"""The Slack channel as Rasa sees it: named in `credentials.yml`, served below `/webhooks/slack`."""

from __future__ import annotations

from collections.abc import Mapping

from channels.channel import ProviderChannel
from channels.provider import Provider
from channels.settings import ChannelSettingsError
from channels.slack.provider import SlackProvider

_WRONG_TOKENS = {
    "xapp-": "an app-level token",
    "xoxp-": "a user's token",
}


class SlackChannel(ProviderChannel):
    """Customers in a Slack workspace, by direct messages and mentions."""

    NAME = "slack"
    SECRETS = {
        "bot_token": "FRONTDESK_SLACK_BOT_TOKEN",
        "signing_secret": "FRONTDESK_SLACK_SIGNING_SECRET",
    }
    OPTIONS = {"api_url": "https://slack.com/api/", "app_token": ""}

    @classmethod
    def make(cls, secrets: Mapping[str, str], options: Mapping[str, str]) -> Provider:
        """Make the provider.

        Args:
            secrets: `bot_token` and `signing_secret`.
            options: `api_url`; `app_token`, with which deliveries come by Socket Mode.

        Raises:
            ChannelSettingsError: a secret is plainly another one than asked for.
        """
        token, signing_secret = secrets["bot_token"].strip(), secrets["signing_secret"].strip()
        for prefix, kind in _WRONG_TOKENS.items():
            if token.startswith(prefix):
                raise ChannelSettingsError(
                    f"FRONTDESK_SLACK_BOT_TOKEN is {kind} ({prefix}...). Give the Bot User OAuth "
                    "Token (xoxb-...), under OAuth & Permissions in the app's settings."
                )
        if not token or not signing_secret:
            raise ChannelSettingsError(
                "FRONTDESK_SLACK_BOT_TOKEN or FRONTDESK_SLACK_SIGNING_SECRET is only spaces. "
                "Give both, or leave both unset to switch the Slack channel off."
            )
        app_token = options["app_token"].strip()
        if app_token and not app_token.startswith("xapp-"):
            raise ChannelSettingsError(
                "FRONTDESK_SLACK_APP_TOKEN is not an app-level token (xapp-...). Make one under "
                "Basic Information in the app's settings, or leave it unset: it is for Socket "
                "Mode only."
            )
        api_url = options["api_url"].rstrip("/") + "/"
        return SlackProvider(token, signing_secret, api_url, app_token or None)
