"""A conversation over the web channel's HTTP API, turn by turn."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt

# For one turn: a busy machine answers late, and a shop that is away is tried for some seconds.
TURN_SECONDS = 120.0
# Between two looks whether a turn is over.
_LOOK = 0.01


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


class Inbox:
    """The channel's database, read only: when a turn is over is written nowhere else.

    Customers need no such sign; who talks for ten thousand of them would wait for most of the time.
    """

    def __init__(self, database: Path) -> None:
        self._db = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def last_event(self, conversation_id: str) -> int | None:
        """The id of a conversation's newest event; None while a message waits or is answered."""
        waits, last = self._db.execute(
            "SELECT (SELECT count(*) FROM inbox WHERE conversation_id = ?1 AND state = 'waiting'),"
            " (SELECT max(id) FROM events WHERE conversation_id = ?1)",
            (conversation_id,),
        ).fetchone()
        return None if waits else int(last or 0)


class Line:
    """One conversation; `open` begins it.

    Attributes:
        conversation_id: as the channel and the shop's records have it.
        frames: every message of it, the customer's as well, as the channel's stream gives them.
        buttons: the choices under what was heard last, by title.
    """

    def __init__(self, http: httpx.AsyncClient, inbox: Inbox, token: str) -> None:
        self._http, self._inbox = http, inbox
        self._headers = {"Authorization": f"Bearer {token}"}
        claims = jwt.decode(token, options={"verify_signature": False})
        self.conversation_id = str(claims["sub"])
        self.frames: list[dict[str, Any]] = []
        self.buttons: dict[str, str] = {}
        self._read = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, http: httpx.AsyncClient, inbox: Inbox, address: str) -> AsyncIterator[Line]:
        """Begin a conversation, and hear the greeting out.

        Args:
            http: a client whose base is the channel's address.
            inbox: tells when a turn is over.
            address: the customer's, as a proxy in front of the channel tells it.
        """
        answer = await http.post("/session", headers={"X-Forwarded-For": address})
        answer.raise_for_status()
        line = cls(http, inbox, answer.json()["token"])
        listening = asyncio.create_task(line._listen())
        try:
            await line.hear()
            yield line
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def pressed(self, words: str) -> dict[str, str]:
        """The body of a message: words, or the choice of the button with the `[title]`."""
        if not words.startswith("["):
            return {"text": words}
        title = words[1:-1]
        found = [c for name, c in self.buttons.items() if title.lower() in name.lower()]
        return {"choice": found[0]} if found else {"text": title}

    async def say(self, words: str) -> Turn:
        """Say something, or press the button with the title in `[brackets]`; hear the answer."""
        await self.send(self.pressed(words))
        return await self.hear()

    async def send(self, body: dict[str, str], message_id: str = "") -> str:
        """Send a message without waiting for its answer; gives its id."""
        message_id = message_id or uuid.uuid4().hex
        sent = {"id": message_id, **body}
        answer = await self._http.post("/messages", json=sent, headers=self._headers)
        answer.raise_for_status()
        return message_id

    async def hear(self) -> Turn:
        """Everything that the assistant said since the last look, once nothing waits any more."""
        deadline = time.monotonic() + TURN_SECONDS
        while True:
            last = self._inbox.last_event(self.conversation_id)
            if last is not None and self.frames and self.frames[-1]["id"] >= last:
                break
            assert time.monotonic() < deadline, "no answer came"
            await asyncio.sleep(_LOOK)
        turn = Turn()
        for frame in self.frames[self._read :]:
            if frame["from"] != "customer":
                turn.texts.append(frame["text"])
                tapped = (button for button in frame["buttons"] if "choice" in button)
                turn.buttons.update({button["title"]: button["choice"] for button in tapped})
        self._read, self.buttons = len(self.frames), turn.buttons
        return turn

    async def _listen(self) -> None:
        async with self._http.stream("GET", "/events", headers=self._headers) as stream:
            async for kind, data in _frames(stream):
                if kind == "message":
                    self.frames.append(data)


async def _frames(stream: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    kind = ""
    async for line in stream.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)
