"""The web channel as Rasa sees it: named in `credentials.yml`, served below `/webhooks/web`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint

from channels.web.output import NAME
from channels.web.routes import web_blueprint
from channels.web.service import WebService
from channels.web.settings import WebSettings


class WebChannel(InputChannel):
    """Customers in a web page: messages come by POST, answers go by server-sent events."""

    def __init__(self, settings: WebSettings):
        """Set the channel up; nothing is opened before the server starts.

        Args:
            settings: from `credentials.yml`.
        """
        self._settings = settings
        self._service = WebService(settings)

    @classmethod
    def name(cls) -> str:
        """Return the channel's name: the last part of its address, and Rasa's `input_channel`."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> WebChannel:
        """Make the channel from its block of `credentials.yml`.

        Args:
            credentials: the block.

        Raises:
            ChannelSettingsError: a setting is missing or wrong; the server does not start.
        """
        return cls(WebSettings.from_credentials(credentials))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes and what happens at start and stop.

        Args:
            on_new_message: has Rasa's agent handle a message.
        """
        return web_blueprint(self._service, self._settings, on_new_message)

    def get_output_channel(self) -> OutputChannel:
        """Return the way to customers, also outside a turn (Rasa's `output_channel=latest`)."""
        return self._service.output

    async def show_typing(self, conversation_id: str, name: str) -> None:
        """See `channels.typing_route.ShowsTyping`."""
        self._service.show_typing(conversation_id, name)
