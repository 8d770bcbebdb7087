"""A small server with the part of Rasa's HTTP API that the desk uses; it fails on demand."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

from aiohttp import web

TOKEN = "a-token-for-rasa-in-tests-0123456789"


class RasaStub:
    """Keeps trackers in memory.

    Attributes:
        trackers: events by conversation.
        faults: what happens to the next POSTs, one each: `before` (refused with 503, nothing
            done), `after` (done, and the answer is lost), `bad` (refused with 400), `ok`.
        posts: how many POSTs have come.
        busy: while it is not set, POSTs wait in the order in which they came, as for a turn.
    """

    def __init__(self) -> None:
        self.trackers: dict[str, list[dict[str, Any]]] = {}
        self.faults: deque[str] = deque()
        self.posts = 0
        self.busy: asyncio.Event | None = None
        self._lock = asyncio.Lock()
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/conversations/{id}/tracker/events", self._append)
        app.router.add_post("/conversations/{id}/trigger_intent", self._trigger)
        app.router.add_get("/conversations/{id}/tracker", self._tracker)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        assert self._runner is not None
        await self._runner.cleanup()

    def texts(self, conversation_id: str) -> list[str]:
        """What was said to the customer, in order."""
        events = self.trackers.get(conversation_id, [])
        return [event["text"] for event in events if event["event"] == "bot"]

    def status(self, conversation_id: str) -> Any:
        """The slot `handoff_status`."""
        events = self.trackers.get(conversation_id, [])
        values = [e["value"] for e in events if e.get("name") == "handoff_status"]
        return values[-1] if values else None

    async def until(self, wanted: Any) -> None:
        """Wait until a condition holds."""
        while not wanted():
            await asyncio.sleep(0.01)

    async def _append(self, request: web.Request) -> web.Response:
        assert request.query["output_channel"] == "latest"
        assert request.query["execute_side_effects"] == "true"
        events = await request.json()
        return await self._do(request, [{"timestamp": time.time(), **event} for event in events])

    async def _trigger(self, request: web.Request) -> web.Response:
        name = (await request.json())["name"]
        parse = {"intent": {"name": name}}
        return await self._do(
            request, [{"event": "user", "timestamp": time.time() + 1, "parse_data": parse}]
        )

    async def _do(self, request: web.Request, events: list[dict[str, Any]]) -> web.Response:
        self.posts += 1
        async with self._lock:
            if self.busy is not None:
                await self.busy.wait()
            return self._done(request, events)

    def _done(self, request: web.Request, events: list[dict[str, Any]]) -> web.Response:
        fault = self.faults.popleft() if self.faults else "ok"
        if request.query.get("token") != TOKEN:
            return web.json_response({}, status=401)
        if fault == "before":
            return web.json_response({}, status=503)
        if fault == "bad":
            return web.json_response({}, status=400)
        self.trackers.setdefault(request.match_info["id"], []).extend(events)
        if fault == "after":
            assert request.transport is not None
            request.transport.close()
        return web.json_response({})

    async def _tracker(self, request: web.Request) -> web.Response:
        return web.json_response({"events": self.trackers.get(request.match_info["id"], [])})
