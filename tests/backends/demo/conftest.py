"""A demo shop inside the test's process, so that its clock can be turned."""

from __future__ import annotations

import secrets
import shutil
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from backends.demo import seed
from backends.demo.app import create_app
from backends.demo.database import Database
from backends.demo.settings import Settings

ANNA = "anna.berg@example.com"
BEN = "ben.okafor@example.com"
NOBODY = "nobody.here@example.com"


@dataclass
class TurnedClock:
    """Stands still until it is turned."""

    moment: datetime = datetime(2031, 5, 14, 10, 0, tzinfo=timezone.utc)  # a Wednesday

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Tried:
    """A running shop, its clock, and a client that knows the token."""

    url: str
    client: httpx.Client
    clock: TurnedClock
    database: Path

    def change(self, path: str, body: Any, key: str | None = None, verb: str = "POST"):
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self.client.request(verb, path, json=body, headers=headers)

    def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        found = httpx.get(f"{self.url}/mailbox.json").json()["messages"]
        return [mail for mail in found if to is None or mail["to"] == to]

    def code(self, to: str = ANNA) -> str:
        return next(mail for mail in self.mails(to) if mail["kind"] == "code")["subject"][-6:]

    def challenge(self, email: str = ANNA) -> str:
        answer = self.change("/accounts/codes", {"email": email})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def verify(self, challenge: str, code: str, key: str | None = None) -> httpx.Response:
        return self.change(f"/accounts/codes/{challenge}/verify", {"code": code}, key)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly filled database, to be copied: filling takes longer than most tests."""
    path = tmp_path_factory.mktemp("seeded") / "shop.db"
    Database(path).prepare(lambda connection: seed.fill(connection, TurnedClock()()))
    return path


@contextmanager
def served(folder: Path, seeded: Path, **more: str) -> Iterator[Tried]:
    clock, token = TurnedClock(), secrets.token_urlsafe(24)
    database = folder / "shop.db"
    shutil.copy(seeded, database)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings.from_environ(
            {
                "FRONTDESK_SHOP_TOKEN": token,
                "FRONTDESK_SHOP_DB": str(database),
                "FRONTDESK_SHOP_URL": url,
                **more,
            }
        )
        app = create_app(settings, clock)
        server = _Server(uvicorn.Config(app, log_level="warning", ws="none", loop="asyncio"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert server.ready.wait(30)
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30) as client:
                yield Tried(url, client, clock, database)
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture
def shop(tmp_path: Path, seeded: Path) -> Iterator[Tried]:
    """A shop of one's own."""
    with served(tmp_path, seeded) as tried:
        yield tried


@pytest.fixture(scope="session")
def refusing_shop(tmp_path_factory: pytest.TempPathFactory, seeded: Path) -> Iterator[Tried]:
    """One shop for all tests whose every request is refused, so that nothing in it changes."""
    with served(tmp_path_factory.mktemp("refusing"), seeded) as tried:
        yield tried
