"""A route of Rasa's server by which it takes up another model while customers write.

Rasa's own `PUT /model` reads the model in the server's event loop: for a second or two, on a busy
machine for ten, nothing is even received, and widgets time out. Here it is read in a thread, and
given to the agent that is there, with its locks and its tracker store.

Like the metrics page it is a channel for Rasa's eyes only, and not below `/webhooks`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.settings import given_values, strong_secret
from channels.verify import forbidden, same

logger = logging.getLogger(__name__)


class ModelRoute(InputChannel):
    """Takes up the model that it is told of, by whoever has the token."""

    def __init__(self, token: str):
        """Take the token.

        Args:
            token: that our own processes send as `Authorization: Bearer ...`.
        """
        self._token = token

    @classmethod
    def name(cls) -> str:
        """Return the name, which no message comes from."""
        return "model_route"

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> ModelRoute:
        """Make the route from its block of `credentials.yml`.

        Args:
            credentials: `token`.

        Raises:
            ChannelSettingsError: the token is missing or short; the server does not start.
        """
        token = given_values("model_route", credentials, ["token"]).get("token", "")
        return cls(strong_secret("model_route", "token", "FRONTDESK_RASA_TOKEN", token))

    def url_prefix(self) -> str:
        """Return the route's address."""
        return "/live-model"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the route: `PUT` with JSON `{"model_file": path}`.

        It answers 204 when the next message is answered by that model, 400 with `error` when it
        cannot be loaded; then the model that is there goes on answering.

        Args:
            on_new_message: not needed.
        """
        blueprint = Blueprint("frontdesk_model_route")

        @blueprint.put("/")
        async def take_up(request: Request) -> HTTPResponse:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not same(token.strip(), self._token):
                return forbidden()
            model = (request.json or {}).get("model_file")
            try:
                await asyncio.to_thread(request.app.ctx.agent.load_model, model)
            except Exception as error:  # whatever a file may have in it
                logger.exception("The model %s cannot be loaded.", model)
                return response.json({"error": f"{type(error).__name__}: {error}"}, status=400)
            return response.empty()

        return blueprint
