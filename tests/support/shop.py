"""A real demo shop for tests: its own process, free port and database."""

from __future__ import annotations

import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
# Starting takes one to three seconds; a machine with eight other test runs takes longer.
START_WITHIN = 60.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the address answers 200; fail with the log when the process ended before."""
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the shop ended with {process.returncode}:\n{log.read_text()}")
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer within {START_WITHIN} s:\n{log.read_text()}")


@dataclass
class RunningShop:
    """A demo shop that can be stopped and started again on the same port, with the same data.

    Attributes:
        port: where it listens, on 127.0.0.1.
        token: the bearer token of its API.
        folder: where its database and log are.
        environ: what else it finds in its environment.
    """

    port: int
    token: str
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """What a request to its API must carry."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def log(self) -> Path:
        """What it wrote to its outputs."""
        return self.folder / "shop.log"

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backends.demo"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "FRONTDESK_HOST": "127.0.0.1",
                    "FRONTDESK_SHOP_PORT": str(self.port),
                    "FRONTDESK_SHOP_URL": self.url,
                    "FRONTDESK_SHOP_TOKEN": self.token,
                    "FRONTDESK_SHOP_DB": str(self.folder / "shop.db"),
                    **self.environ,
                },
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(f"{self.url}/health", self._process, self.log)

    def stop(self) -> None:
        """Stop it and wait until it is gone; nothing happens when it is not running."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                # A browser may hold a connection open, for which uvicorn waits.
                self._process.kill()
                self._process.wait(10)
            self._process = None

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._process is not None

    def reset(self) -> None:
        """Put the data back as they were when this was first called, while the shop runs or not.

        Starting a shop anew takes seconds; this takes some hundredths of one.
        """
        live, kept = self.folder / "shop.db", self.folder / "shop-as-seeded.db"
        source, target = (kept, live) if kept.exists() else (live, kept)
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)

    def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        """The e-mails and texts that it sent, newest first.

        Args:
            to: only those to this address or phone number.

        Returns:
            Each with id, medium, kind, to, subject, body, sent_at.
        """
        found = httpx.get(f"{self.url}/mailbox.json", timeout=10).raise_for_status().json()
        return [mail for mail in found["messages"] if to is None or mail["to"] == to]

    def latest_code(self, email: str) -> str:
        """The six digits in the newest code that was sent to this address."""
        bodies = [mail["body"] for mail in self.mails(email) if mail["kind"] == "code"]
        assert bodies, f"no code was sent to {email}"
        match = re.search(r"\b[0-9]{6}\b", bodies[0])
        assert match is not None, bodies[0]
        return match[0]

    def latest_link(self, email: str) -> str:
        """The newest link for a new password that was sent to this address."""
        bodies = [mail["body"] for mail in self.mails(email) if mail["kind"] == "password_reset"]
        assert bodies, f"no link was sent to {email}"
        match = re.search(r"https?://\S+/reset/\S+", bodies[0])
        assert match is not None, bodies[0]
        return match[0]

    def tickets(self) -> list[dict[str, Any]]:
        """The tickets with transcript, slots and notes, newest first."""
        answer = httpx.get(f"{self.url}/tickets.json", timeout=10).raise_for_status()
        found: list[dict[str, Any]] = answer.json()["tickets"]
        return found


@contextmanager
def running_shop(tmp_path: Path, **environ: str) -> Iterator[RunningShop]:
    """Run a demo shop while the block runs.

    Args:
        tmp_path: an empty folder for its database and log.
        environ: further settings, such as FRONTDESK_CHAT_URL.
    """
    shop = RunningShop(free_port(), secrets.token_urlsafe(24), tmp_path, environ)
    shop.start()
    try:
        yield shop
    finally:
        shop.stop()
