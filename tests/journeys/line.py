"""A client of the web channel's HTTP API, as docs/web-channel.md has it: one conversation."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.frontdesk import Frontdesk


@dataclass(frozen=True)
class Frame:
    """One server-sent event.

    Attributes:
        kind: `message` or `typing`.
        data: its content.
    """

    kind: str
    data: dict[str, Any]


class Line:
    """A conversation over HTTP.

    Attributes:
        token: whoever has it can go on with the conversation.
    """

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http, self.token = http, token
        self._headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def begin(cls, http: httpx.AsyncClient, address: str) -> Line:
        """Begin a conversation.

        Args:
            http: a client whose base is the channel's address.
            address: the customer's, as a proxy in front of the channel tells it.
        """
        answer = await http.post("/session", headers={"X-Forwarded-For": address})
        assert answer.status_code == 201, answer.text
        return cls(http, answer.json()["token"])

    async def post(self, text: str, message_id: str | None = None) -> httpx.Response:
        """Send a text; the message's id is drawn when none is given."""
        body = json.dumps({"id": message_id or uuid.uuid4().hex, "text": text})
        return await self._http.post("/messages", content=body, headers=self._headers)

    @asynccontextmanager
    async def listen(self, after: int = 0) -> AsyncIterator[AsyncIterator[Frame]]:
        """Open the event stream behind an event.

        Args:
            after: the id of the newest event that is known; 0 for none.
        """
        headers = {**self._headers, "Last-Event-ID": str(after)}
        async with self._http.stream("GET", "/events", headers=headers) as stream:
            assert stream.status_code == 200
            yield _frames(stream)

    async def answered(self, event_id: int) -> list[dict[str, Any]]:
        """Wait until the message of this event is answered; return all messages up to there."""
        messages: list[dict[str, Any]] = []
        async with self.listen() as frames:
            async for frame in frames:
                if frame.kind == "message":
                    messages.append(frame.data)
                    if frame.data["id"] > event_id and frame.data["from"] != "customer":
                        return messages
        raise AssertionError(f"the stream ended before event {event_id} was answered: {messages}")


async def _frames(stream: httpx.Response) -> AsyncIterator[Frame]:
    kind = ""
    async for line in stream.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield Frame(kind, json.loads(value))


def client(frontdesk: Frontdesk) -> httpx.AsyncClient:
    """Return a client of the channel, for many conversations at once."""
    return httpx.AsyncClient(
        base_url=frontdesk.chat_url,
        # a quiet stream says something every 15 s
        timeout=httpx.Timeout(30, read=45, pool=None),
        limits=httpx.Limits(max_connections=None),
    )
