"""A server process with channels, for tests that need real HTTP, restarts and kills."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil
from typing_extensions import Self

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-the-HTTP-API-of-Rasa-in-tests-only"
START_TIMEOUT = 240.0  # s: importing Rasa on a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def takes_redis(channel: str) -> bool:
    """Whether a channel, by its class, has to do with other processes."""
    return not channel.endswith((".MetricsPage", ".TypingRoute"))


class ChannelServer:
    """One server process with some channels; `folder` outlives it."""

    def __init__(
        self,
        folder: Path,
        channels: Mapping[str, Mapping[str, Any]],
        whole_rasa: bool = False,
        workers: int = 1,
        redis_url: str = "",
    ):
        """Say what it will be.

        Args:
            folder: everything it writes.
            channels: credentials by the channel's class, as in `credentials.yml`.
            whole_rasa: with Rasa's HTTP API, whose token is `TOKEN`.
            workers: how many processes share its port.
            redis_url: by which they work together.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.whole_rasa = whole_rasa
        self.channels = {
            name: {"redis_url": redis_url, **block} if takes_redis(name) else block
            for name, block in channels.items()
        }
        self.workers = workers
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def health(self) -> str:
        """What answers 200 once messages are taken."""
        return f"{self.url}/ready"

    def launch(self) -> Self:
        """Start without waiting."""
        settings = self.folder / "settings.json"
        settings.write_text(
            json.dumps(
                {
                    "folder": str(self.folder),
                    "port": self.port,
                    "channels": self.channels,
                    "token": TOKEN,
                    "whole_rasa": self.whole_rasa,
                    "workers": self.workers,
                }
            )
        )
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.channels.assistant", str(settings)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "TF_CPP_MIN_LOG_LEVEL": "3",
                    "SANIC_WORKERS": str(self.workers),
                },
            )
        return self

    def start(self) -> Self:
        """Start, and wait until it answers."""
        self.launch()
        self.await_answer()
        return self

    def await_answer(self, status: int = 200) -> httpx.Response:
        end = time.monotonic() + START_TIMEOUT
        # One client for all tries: making one loads the certificates of the whole world.
        with httpx.Client(timeout=10) as client:
            while time.monotonic() < end:
                assert self.process is not None
                assert self.process.poll() is None, self.log()
                try:
                    answer = client.get(self.health)
                except httpx.TransportError:
                    time.sleep(0.1)
                    continue
                if answer.status_code == status:
                    return answer
                time.sleep(0.1)
        raise AssertionError(f"no {status} from the health check in time\n{self.log()}")

    def kill(self) -> None:
        assert self.process is not None
        for worker in self.worker_processes():  # otherwise they would keep the port
            worker.kill()
        self.process.kill()
        self.process.wait()

    def worker_processes(self) -> list[psutil.Process]:
        """The processes that share the port, where there are several."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children() if self.workers > 1 else []

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
