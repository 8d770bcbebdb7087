"""A real Redis for tests, where the machine has one (Debian's `redis-server`)."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator

import redis as client
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from tests.support.shop import free_port

_WAIT, _TRIES = 0.05, 400  # s between two tries to reach it, and how many


class Redis:
    """One empty server that keeps nothing on disk and listens on this machine only."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {"port": str(self._port), "bind": "127.0.0.1", "dir": self._folder, "save": ""}
        command = ["redis-server", *(word for k, v in options.items() for word in (f"--{k}", v))]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        retry = Retry(ConstantBackoff(_WAIT), _TRIES)
        with client.Redis.from_url(self.url, retry=retry, retry_on_error=[OSError]) as connection:
            connection.ping()

    def stop(self) -> None:
        """End it; everything in it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def redis_server() -> Iterator[Redis | None]:
    """Run an empty server while the block runs; None where there is none."""
    if shutil.which("redis-server") is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        server = Redis(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
