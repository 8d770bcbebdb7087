"""A route of Rasa's server by which it takes up another model while customers write.

Rasa's own `PUT /model` reads the model in the server's event loop: for a second or two, on a busy
machine for ten, nothing is even received, and widgets time out. Here it is read in a thread, and
given to the agent that is there, with its locks and its tracker store. Where several processes
serve, each reads it, and the answer is given when all have it.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from redis.exceptions import RedisError
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.fanout import Fanout, News
from channels.own_route import OwnRoute
from channels.verify import forbidden

logger = logging.getLogger(__name__)

_LOOK = 0.2  # s between two looks whether a process has started
_SECONDS = 90.0  # that the other processes may take; below what `make run` waits for the answer


class ModelRoute(OwnRoute):
    """Takes up the model that it is told of, by whoever has the token."""

    NAME = "model_route"
    PREFIX = "/live-model"
    OPTIONS = ("redis_url",)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the route: `PUT` with JSON `{"model_file": path}`.

        It answers 204 when the next message is answered by that model, 400 with `error` when it
        cannot be loaded; then the model that is there goes on answering. 503 with `error`: another
        process could not be told, and the two may answer differently until it can, or a start.

        Args:
            on_new_message: not needed.
        """
        blueprint = Blueprint("frontdesk_model_route")
        redis_url = self.options.get("redis_url")

        @blueprint.listener("before_server_start")
        async def start(app: Sanic, _loop: Any) -> None:
            app.ctx.model_news = None
            if redis_url:

                async def hear(news: News) -> str:
                    return await _load(app, news["model_file"])

                app.ctx.model_news = Fanout(redis_url, "model", hear)
                await app.ctx.model_news.start()

        @blueprint.listener("after_server_stop")
        async def stop(app: Sanic, _loop: Any) -> None:
            if app.ctx.model_news is not None:
                await app.ctx.model_news.stop()

        @blueprint.put("/")
        async def take_up(request: Request) -> HTTPResponse:
            if not self.allows(request):
                return forbidden()
            model = (request.json or {}).get("model_file")
            if problem := await _load(request.app, model):
                return response.json({"error": problem}, status=400)
            others: Fanout | None = request.app.ctx.model_news
            if others is not None:
                try:
                    answers = await asyncio.wait_for(_tell(others, model), _SECONDS)
                except (RedisError, asyncio.TimeoutError) as error:
                    answers = [f"{type(error).__name__} from another process"]
                if problem := " ".join(filter(None, answers)):
                    return response.json({"error": problem}, status=503)
            return response.empty()

        return blueprint


async def _tell(others: Fanout, model: str | None) -> list[str]:
    """Tell all other processes, also those that are only starting; returns what they answer."""
    fewest = int(os.environ.get("SANIC_WORKERS", "1")) - 1
    while len(answers := await others.ask({"model_file": model}, _SECONDS)) < fewest:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK)
    return answers


async def _load(app: Sanic, model: str | None) -> str:
    """Have this process answer by a model; returns what is wrong, empty for nothing."""
    # Rasa tells nobody when it is there.
    while getattr(app.ctx, "agent", None) is None:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK)
    try:
        await asyncio.to_thread(app.ctx.agent.load_model, model)
    except Exception as error:  # whatever a file may have in it
        logger.exception("The model %s cannot be loaded.", model)
        return f"{type(error).__name__}: {error}"
    return ""
