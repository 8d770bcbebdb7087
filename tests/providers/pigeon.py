"""Pigeon, the made-up provider of `docs/examples/pigeon.py`, as a small server."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from docs.examples.pigeon import sign

SECRET = "pigeon's signing secret"
TOKEN = "pigeon's token"


class PigeonServer:
    """Takes our messages, and delivers customers' messages to our webhook."""

    def __init__(self, port: int, webhook: str):
        self.webhook = webhook
        self.taken: list[dict[str, Any]] = []
        self.answers: list[Response] = []  # given instead of taking, one each
        self.silent = 0  # so many messages are taken and never answered
        self.calls = 0
        self._port = port
        self._ids = itertools.count(1)
        app = Starlette(
            routes=[
                Route("/v1/messages", self._take, methods=["POST"]),
                Route("/v1/messages", self._find, methods=["GET"]),
            ]
        )
        # "auto" would import websockets, of which Rasa's Sanic needs a version older than uvicorn's
        config = uvicorn.Config(app, "127.0.0.1", port, log_level="warning", ws="none")
        self._server = uvicorn.Server(config)

    async def __aenter__(self) -> PigeonServer:
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:
            if self._task.done():  # it could not start: say why
                await self._task
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_problem: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        await self._task

    async def deliver(self, event: dict[str, Any], **headers: str) -> int:
        """Post an event as Pigeon does; return the status it got."""
        body = json.dumps(event).encode()
        sent_at = str(int(time.time()))
        genuine = {"x-pigeon-time": sent_at, "x-pigeon-signature": sign(SECRET, sent_at, body)}
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.post(self.webhook, content=body, headers={**genuine, **headers})
        return answer.status_code

    def texts(self, to: str) -> list[str]:
        return [message["text"] for message in self.taken if message["to"] == to]

    async def until(self, to: str, count: int) -> list[str]:
        """Wait until a customer has got so many messages; return them."""

        async def poll() -> None:
            while len(self.texts(to)) < count:
                await asyncio.sleep(0.02)

        await asyncio.wait_for(poll(), 60)
        return self.texts(to)

    async def _take(self, request: Request) -> Response:
        self.calls += 1
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "unauthorised"}, 401)
        if self.answers:
            return self.answers.pop(0)
        message = await request.json()
        known = [m for m in self.taken if m["key"] == message["key"]]
        if not known:
            message["id"] = f"pigeon-{next(self._ids)}"
            self.taken.append(message)
            known = [message]
        if self.silent:
            self.silent -= 1
            await asyncio.Event().wait()
        return JSONResponse({"id": known[0]["id"]}, 201)

    async def _find(self, request: Request) -> Response:
        key = request.query_params["key"]
        return JSONResponse([{"id": m["id"]} for m in self.taken if m["key"] == key])
