"""A route of Rasa's server by which the desk says that an agent is typing to a customer.

Like the metrics page it is a channel for Rasa's eyes only, and not below `/webhooks`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.settings import given_values, strong_secret
from channels.verify import forbidden, same


@runtime_checkable
class ShowsTyping(Protocol):
    """A channel that can show a customer that somebody is writing."""

    async def show_typing(self, conversation_id: str, name: str) -> None:
        """Show it for some seconds; does nothing where the provider cannot. Never raises.

        Args:
            conversation_id: to whom.
            name: who is writing.
        """


class TypingRoute(InputChannel):
    """Passes on to the customer's channel that an agent is typing."""

    def __init__(self, token: str):
        """Take the token.

        Args:
            token: that our own processes send as `Authorization: Bearer ...`.
        """
        self._token = token

    @classmethod
    def name(cls) -> str:
        """Return the name, which no message comes from."""
        return "typing_route"

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> TypingRoute:
        """Make the route from its block of `credentials.yml`.

        Args:
            credentials: `token`.

        Raises:
            ChannelSettingsError: the token is missing or short; the server does not start.
        """
        token = given_values("typing_route", credentials, ["token"]).get("token", "")
        return cls(strong_secret("typing_route", "token", "FRONTDESK_RASA_TOKEN", token))

    def url_prefix(self) -> str:
        """Return the route's address."""
        return "/live-typing"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the route: `POST` with JSON `channel`, `conversation_id` and `name`.

        It answers 204, also where the channel cannot show it; 404 for an unknown channel.

        Args:
            on_new_message: not needed.
        """
        blueprint = Blueprint("frontdesk_typing_route")

        @blueprint.post("/")
        async def typing(request: Request) -> HTTPResponse:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not same(token.strip(), self._token):
                return forbidden()
            body: dict[str, Any] = request.json if isinstance(request.json, dict) else {}
            for channel in request.app.ctx.input_channels:
                if channel.name() == body.get("channel") and isinstance(channel, ShowsTyping):
                    await channel.show_typing(
                        str(body.get("conversation_id")), str(body.get("name"))
                    )
                    return response.empty()
            return response.json({"error": "There is no such channel."}, status=404)

        return blueprint
