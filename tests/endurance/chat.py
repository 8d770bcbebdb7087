"""A customer of the web channel who never gives up: sends again, and reads on where it stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

PATIENCE = 180.0  # s
_PAUSE = 0.2  # s between tries, as long as a server is away


class Chat:
    """One conversation.

    Attributes:
        events: every event that was read, in order.
        sent: the texts that the server has accepted, in order.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._headers: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.sent: list[str] = []
        self._news = asyncio.Condition()

    async def say(self, text: str) -> None:
        """Send a message; again with the same id until it is accepted, as the widget does."""
        message_id = str(uuid.uuid4())
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await self._client.post(
                    "/messages", json={"id": message_id, "text": text}, headers=self._headers
                )
                if answer.status_code in (200, 202):  # 200: it had been accepted before
                    self.sent.append(text)
                    return
                assert answer.status_code >= 500, answer.text
            await asyncio.sleep(_PAUSE)

    def said(self, sender: str) -> list[str]:
        """What one side has said, as the customer has read it, in order."""
        return [event["text"] for event in self.events if event["from"] == sender]

    async def until(self, found: Callable[[], bool]) -> None:
        """Read until something holds."""

        async def wait() -> None:
            async with self._news:
                await self._news.wait_for(found)

        try:
            await asyncio.wait_for(wait(), PATIENCE)
        except asyncio.TimeoutError:
            lines = [f"{event['from']}: {event['text']}" for event in self.events]
            raise AssertionError("never read; the conversation was\n" + "\n".join(lines)) from None

    async def _begin(self) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await self._client.post("/session")
                if answer.status_code == 201:
                    self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}
                    return
                assert answer.status_code >= 500, answer.text
            await asyncio.sleep(_PAUSE)

    async def _read(self) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError, httpx.HTTPStatusError):
                await self._stream()
            await asyncio.sleep(_PAUSE)

    async def _stream(self) -> None:
        last = {"Last-Event-ID": str(self.events[-1]["id"])} if self.events else {}
        async with self._client.stream(
            "GET", "/events", headers={**self._headers, **last}, timeout=60
        ) as answer:
            answer.raise_for_status()
            kind = ""
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind == "message":
                    async with self._news:
                        self.events.append(json.loads(value))
                        self._news.notify_all()


@contextlib.asynccontextmanager
async def chat(url: str) -> AsyncIterator[Chat]:
    """Hold a conversation while the block runs.

    Args:
        url: the web channel's API, without a slash at the end.
    """
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        one = Chat(client)
        await one._begin()
        reading = asyncio.create_task(one._read())
        try:
            yield one
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
