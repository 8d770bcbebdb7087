"""A client of the web channel, and the server process it talks to."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]
SECRET = "a secret for the tests of the web channel only"
SEAL_SECRET = "another secret, for one-time codes in tests only"
SITE = "https://shop.example"
START_TIMEOUT = 120.0  # s: importing Rasa on a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process; `folder` outlives it."""

    def __init__(self, folder: Path, whole_rasa: bool = False, **credentials: Any):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.whole_rasa = whole_rasa
        self.credentials = {
            "secret": SECRET,
            "seal_secret": SEAL_SECRET,
            "origins": f"{SITE},http://localhost:8090",
            "database": f"sqlite:///{folder}/web.db",
            "rate": "100000/minute",
            "session_rate": "100000/minute",
            **credentials,
        }
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.url}/webhooks/web"

    def launch(self) -> "Server":
        """Start without waiting."""
        settings = self.folder / "settings.json"
        settings.write_text(
            json.dumps(
                {
                    "folder": str(self.folder),
                    "port": self.port,
                    "credentials": self.credentials,
                    "whole_rasa": self.whole_rasa,
                }
            )
        )
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.channels.web.assistant", str(settings)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            )
        return self

    def start(self) -> "Server":
        """Start, and wait until it answers."""
        self.launch()
        self.await_answer()
        return self

    def await_answer(self, status: int = 200) -> httpx.Response:
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end:
            assert self.process is not None
            assert self.process.poll() is None, self.log()
            try:
                answer = httpx.get(f"{self.api}/health", timeout=10)
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.status_code == status:
                return answer
            time.sleep(0.1)
        raise AssertionError(f"no {status} from the health check in time\n{self.log()}")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Stop as an operator does; return the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def log(self) -> str:
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def handled(self, conversation: str | None = None, what: str = "begun") -> list[dict]:
        """What the dialogue got, in order, the opening left out."""
        path = self.folder / "handled.jsonl"
        lines = (
            [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        )
        return [
            line
            for line in lines
            if line["what"] == what
            and line["id"] != "channel:opening"
            and conversation in (None, line["conversation"])
        ]

    def allow(self, name: str) -> None:
        """Let a message `wait NAME` go on."""
        (self.folder / name).touch()


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

    async def until(self, found: Callable[[list[dict]], bool], timeout: float = 30.0) -> list[dict]:
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


class Customer:
    """One browser: a session and what it does with it."""

    def __init__(self, server: Server, http: httpx.AsyncClient):
        self.server = server
        self.http = http
        self.token = ""

    async def begin(self) -> "Customer":
        answer = await self.http.post(f"{self.server.api}/session", headers={"Origin": SITE})
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["token"]
        return self

    @property
    def conversation(self) -> str:
        import jwt

        return jwt.decode(self.token, options={"verify_signature": False})["sub"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Origin": SITE}

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
