"""A route of Rasa's server by which it takes up another model while customers write.

Rasa's own `PUT /model` reads the model in the server's event loop: for a second or two, on a busy
machine for ten, nothing is even received, and widgets time out. Here it is read in a thread, and
given to the agent that is there, with its locks and its tracker store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.own_route import OwnRoute
from channels.verify import forbidden

logger = logging.getLogger(__name__)


class ModelRoute(OwnRoute):
    """Takes up the model that it is told of, by whoever has the token."""

    NAME = "model_route"
    PREFIX = "/live-model"

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
            if not self.allows(request):
                return forbidden()
            model = (request.json or {}).get("model_file")
            try:
                await asyncio.to_thread(request.app.ctx.agent.load_model, model)
            except Exception as error:  # whatever a file may have in it
                logger.exception("The model %s cannot be loaded.", model)
                return response.json({"error": f"{type(error).__name__}: {error}"}, status=400)
            return response.empty()

        return blueprint
