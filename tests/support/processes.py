"""Starting our own servers for tests: real processes on free ports, ended by pid."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0


class Server:
    """A process that answers on a health URL; can be killed and started again."""

    def __init__(
        self,
        module: str,
        health: str,
        environ: Mapping[str, str],
        log: Path,
        ready_seconds: float = READY_SECONDS,
    ) -> None:
        self.module, self.health, self.environ, self.log = module, health, dict(environ), log
        self.ready_seconds = ready_seconds
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process and waits until it answers its health check."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                cwd=ROOT,
                env={**os.environ, **self.environ},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + self.ready_seconds
        # One client for all tries: making one loads the certificates of the whole world.
        with httpx.Client(timeout=2) as client:
            while time.monotonic() < deadline:
                if self.process.poll() is not None:
                    break
                with contextlib.suppress(httpx.HTTPError):
                    if client.get(self.health).status_code == 200:
                        return
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.05)
        self.stop()
        raise RuntimeError(f"{self.module} did not start:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """Ends the process at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Ends the process as an operator would."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """The server, started, and ended whatever happens."""
    server.start()
    try:
        yield server
    finally:
        server.stop()
