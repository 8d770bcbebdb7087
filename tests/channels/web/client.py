"""A client of the web channel, and the server process it talks to."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
from typing_extensions import Self

from tests.channels.server import ChannelServer

SECRET = "a secret for the tests of the web channel only"
SEAL_SECRET = "another secret, for one-time codes in tests only"
SITE = "https://shop.example"


class Server(ChannelServer):
    """One server process with the web channel; `folder` outlives it."""

    def __init__(
        self,
        folder: Path,
        whole_rasa: bool = False,
        further: Mapping[str, Any] | None = None,
        workers: int = 1,
        redis_url: str = "",
        **credentials: Any,
    ):
        given = {
            "secret": SECRET,
            "seal_secret": SEAL_SECRET,
            "origins": f"{SITE},http://localhost:8090",
            "database": f"sqlite:///{folder}/web.db",
            "rate": "100000/minute",
            "session_rate": "100000/minute",
            **credentials,
        }
        channels = {"channels.web.WebChannel": given, **(further or {})}
        super().__init__(folder, channels, whole_rasa, workers, redis_url)

    @property
    def api(self) -> str:
        return f"{self.url}/webhooks/web"

    @property
    def health(self) -> str:
        return f"{self.api}/health"


@dataclass
class Event:
    """One server-sent event."""

    name: str = "message"
    id: str | None = None
    data: Any = None


@dataclass
class Stream:
    """An open event stream; comments are counted, not returned."""

    response: httpx.Response
    comments: list[str] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        self._lines = self.response.aiter_lines()

    async def events(self) -> AsyncIterator[Event]:
        event = Event()
        data: list[str] = []
        async for line in self._lines:
            if not line:
                if data:
                    event.data = json.loads("\n".join(data))
                    yield event
                event, data = Event(), []
            elif line.startswith(":"):
                self.comments.append(line)
            else:
                name, _, value = line.partition(": ")
                if name == "data":
                    data.append(value)
                elif name == "id":
                    event.id = value
                elif name == "event":
                    event.name = value
        self.ended = True

    async def until(
        self, found: Callable[[list[dict]], bool], timeout: float = 120.0
    ) -> list[dict]:
        """Read messages until `found` says that the list is enough; return them."""
        messages: list[dict] = []

        async def read() -> list[dict]:
            async for event in self.events():
                if event.name == "message":
                    assert event.id == str(event.data["id"])
                    messages.append(event.data)
                    if found(messages):
                        return messages
            return messages

        try:
            return await asyncio.wait_for(read(), timeout)
        except asyncio.TimeoutError:
            raise AssertionError(f"not found in time among {messages}") from None

    async def messages(self, count: int) -> list[dict]:
        return await self.until(lambda messages: len(messages) >= count)


class HasApi(Protocol):
    """Whatever serves the channel."""

    @property
    def api(self) -> str:
        """The channel's address, without a slash at the end."""


@dataclass(frozen=True)
class At:
    """A channel somewhere."""

    api: str


class Customer:
    """One browser: a session and what it does with it."""

    def __init__(self, server: HasApi, http: httpx.AsyncClient, origin: str = SITE):
        self.server = server
        self.http = http
        self.origin = origin
        self.token = ""

    async def begin(self) -> Self:
        answer = await self.http.post(f"{self.server.api}/session", headers={"Origin": self.origin})
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["token"]
        return self

    @property
    def conversation(self) -> str:
        import jwt

        return jwt.decode(self.token, options={"verify_signature": False})["sub"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Origin": self.origin}

    async def post(self, body: Any) -> httpx.Response:
        return await self.send(json.dumps(body).encode())

    async def send(self, content: bytes) -> httpx.Response:
        """Post a body as it is."""
        return await self.http.post(
            f"{self.server.api}/messages", content=content, headers=self.headers
        )

    async def say(self, text: str, message_id: str | None = None) -> httpx.Response:
        return await self.post({"id": message_id or str(uuid.uuid4()), "text": text})

    @asynccontextmanager
    async def stream(self, last: int | None = None) -> AsyncIterator[Stream]:
        headers = dict(self.headers)
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        async with self.http.stream(
            "GET", f"{self.server.api}/events", headers=headers, timeout=60
        ) as response:
            if response.status_code != 200:
                await response.aread()
            assert response.status_code == 200, response.text
            yield Stream(response)

    async def read(self, count: int, last: int | None = None) -> list[dict]:
        """Open a stream, read that many messages, close it."""
        async with self.stream(last) as stream:
            return await stream.messages(count)
