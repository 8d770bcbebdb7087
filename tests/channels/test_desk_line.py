"""What a channel tells the desk, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from channels import desk_line
from channels.desk_line import DeskLine
from channels.provider import Undeliverable
from channels.reply import Reply
from tests.channels.doubles import MemoryAssistant, MemoryProvider, started

TOKEN = "a-token-of-the-desk"


@dataclass
class Desk:
    """Takes what it is told; answers with the statuses that a test asks for, then with 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        self.told.append((request.path, await request.json()))
        await self.gate.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)

    async def until(self, count: int) -> None:
        async def poll() -> None:
            while len(self.told) < count:
                await asyncio.sleep(0.01)

        await asyncio.wait_for(poll(), 60)


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    app = web.Application()
    app.router.add_post("/api/v1/{what}", desk.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    desk.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield desk
    desk.gate.set()
    await runner.cleanup()


async def test_typing_is_said_once_until_the_desk_has_answered(desk: Desk) -> None:
    line = DeskLine(desk.url, TOKEN)
    for _ in range(3):
        line.customer_types("c1")
    line.customer_types("c2")
    await desk.until(2)
    assert [body["conversation_id"] for _path, body in desk.told] == ["c1", "c2"]
    desk.gate.set()
    await line.close()


async def test_what_did_not_arrive_is_said_until_the_desk_has_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_line, "_WAITS", (0.01, 0.01, 0.01))
    desk.gate.set()
    desk.statuses = [503, 500]
    line = DeskLine(desk.url, TOKEN)
    line.undelivered("c1", "p-1", "the customer has blocked the bot")
    await desk.until(3)
    paths, bodies = zip(*desk.told, strict=True)
    assert set(paths) == {"/api/v1/undelivered"}
    assert bodies[0] == bodies[2]  # the moment too: the desk knows it again
    assert bodies[0]["reason"] == "the customer has blocked the bot"
    await line.close()


async def test_a_customer_who_has_blocked_us_is_reported(desk: Desk, tmp_path: Path) -> None:
    desk.gate.set()
    provider = MemoryProvider()
    database = f"sqlite:///{tmp_path}/memory.db"
    door = await started(provider, MemoryAssistant(), database, desk_url=desk.url, desk_token=TOKEN)
    conversation_id = await door.begin("anna", {"to": "anna"})
    provider.problems = [Undeliverable("the customer has blocked the bot", unreachable=True)]
    await door.send(conversation_id, Reply("Ann here."))
    await desk.until(1)
    [(path, body)] = desk.told
    assert path == "/api/v1/undelivered"
    assert body["conversation_id"] == conversation_id
    assert body["reason"] == "the customer has blocked the bot"
    await door.stop()
    await door.close()


async def test_without_a_desk_nothing_is_said(desk: Desk) -> None:
    for line in (DeskLine("", TOKEN), DeskLine(desk.url, "")):
        line.customer_types("c1")
        line.undelivered("c1", "p-1", "no")
        await line.close()
    assert desk.told == []
