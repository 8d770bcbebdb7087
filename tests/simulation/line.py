"""A conversation over the web channel's HTTP API, turn by turn."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

# For one turn: a busy machine answers late, and a shop that is away is tried for some seconds.
TURN_SECONDS = 120.0
# The sign that the assistant writes no more may be left out when it was quick; after so much quiet
# behind its words they are all there are.
QUIET_SECONDS = 2.0


@dataclass
class Turn:
    """What the assistant said in one turn.

    Attributes:
        texts: its messages.
        buttons: their buttons, as title and choice.
    """

    texts: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.texts)


class Line:
    """One conversation.

    Args:
        http: a client whose base is the channel's address.
    """

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._headers: dict[str, str] = {}
        self._frames: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._last = Turn()

    @classmethod
    @asynccontextmanager
    async def open(cls, http: httpx.AsyncClient, address: str) -> AsyncIterator[Line]:
        """Begin a conversation, and hear the greeting out.

        Args:
            http: a client whose base is the channel's address.
            address: the customer's, as a proxy in front of the channel tells it.
        """
        line = cls(http)
        answer = await http.post("/session", headers={"X-Forwarded-For": address})
        answer.raise_for_status()
        line._headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        listening = asyncio.create_task(line._listen())
        try:
            await line._turn(None)
            yield line
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def say(self, words: str) -> Turn:
        """Say something, or press the button with the title in `[brackets]`; hear the answer."""
        body = {"id": uuid.uuid4().hex, "text": words}
        if words.startswith("["):
            title = words[1:-1]
            found = [c for name, c in self._last.buttons.items() if title.lower() in name.lower()]
            body = {"id": body["id"], **({"choice": found[0]} if found else {"text": title})}
        answer = await self._http.post("/messages", json=body, headers=self._headers)
        answer.raise_for_status()
        self._last = await self._turn(body["id"])
        return self._last

    async def _listen(self) -> None:
        async with self._http.stream("GET", "/events", headers=self._headers) as stream:
            async for frame in _frames(stream):
                self._frames.put_nowait(frame)

    async def _turn(self, message_id: str | None) -> Turn:
        """What follows a message, until the assistant writes no more; None: the greeting."""
        turn, begun, writing = Turn(), message_id is None, False
        while True:
            patience = QUIET_SECONDS if turn.texts and not writing else TURN_SECONDS
            try:
                kind, data = await asyncio.wait_for(self._frames.get(), patience)
            except asyncio.TimeoutError:
                if turn.texts:
                    return turn
                raise
            if kind == "typing":
                writing = data["on"]
                if begun and turn.texts and not writing:
                    return turn
            elif kind == "message" and data["from"] == "customer":
                begun = begun or data.get("client_id") == message_id
            elif kind == "message" and begun:
                turn.texts.append(data["text"])
                tapped = (button for button in data["buttons"] if "choice" in button)
                turn.buttons.update({button["title"]: button["choice"] for button in tapped})


async def _frames(stream: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    kind = ""
    async for line in stream.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)
