"""A route of Rasa's server by which the desk says that an agent is typing to a customer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, runtime_checkable

from rasa.core.channels.channel import UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.own_route import OwnRoute
from channels.verify import forbidden


@runtime_checkable
class ShowsTyping(Protocol):
    """A channel that can show a customer that somebody is writing."""

    async def show_typing(self, conversation_id: str, name: str) -> None:
        """Show it for some seconds; does nothing where the provider cannot. Never raises.

        Args:
            conversation_id: to whom.
            name: who is writing.
        """


class TypingRoute(OwnRoute):
    """Passes on to the customer's channel that an agent is typing."""

    NAME = "typing_route"
    PREFIX = "/live-typing"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the route: `POST` with JSON `channel`, `conversation_id` and `name`.

        It answers 204, also where the channel cannot show it; 404 for an unknown channel.

        Args:
            on_new_message: not needed.
        """
        blueprint = Blueprint("frontdesk_typing_route")

        @blueprint.post("/")
        async def typing(request: Request) -> HTTPResponse:
            if not self.allows(request):
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
