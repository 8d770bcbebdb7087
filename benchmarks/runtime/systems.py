"""The two systems: how each is started, on which store."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import yaml

from tests.support.bot import SEAL_SECRET
from tests.support.processes import Server, running
from tests.support.shop import free_port, running_shop

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = ("stock", "frontdesk")
READY_SECONDS = 600


@dataclass
class Running:
    """A server that answers.

    Attributes:
        url: its address.
        process: the process, to read its memory and CPU time.
        first_answer: seconds from its start to its first reply to a message.
    """

    url: str
    process: psutil.Process
    first_answer: float

    def cpu(self) -> float:
        """CPU seconds that it has used, with the processes that share its port."""
        every = [process.cpu_times() for process in (self.process, *self.process.children())]
        return float(sum(times.user + times.system for times in every))

    def megabytes(self) -> float:
        """Memory that it holds."""
        return float(self.process.memory_info().rss) / 1e6


@contextlib.contextmanager
def actions(folder: Path, workers: int = 1) -> Iterator[str]:
    """The demo shop and the action server; gives the address for Rasa."""
    with running_shop(folder) as shop:
        port = free_port()
        environ = {
            "FRONTDESK_HOST": "127.0.0.1",
            "FRONTDESK_SHOP_URL": shop.url,
            "FRONTDESK_SHOP_TOKEN": shop.token,
            "FRONTDESK_ACTIONS_PORT": str(port),
            "FRONTDESK_ACTION_WORKERS": str(workers),
            "FRONTDESK_OUTBOX_DB": str(folder / "outbox.db"),
            "FRONTDESK_KNOWLEDGE_DB": f"sqlite:///{folder}/knowledge.db",
            "FRONTDESK_SEAL_SECRET": SEAL_SECRET,
        }
        url = f"http://127.0.0.1:{port}"
        with running(Server("actions", f"{url}/health", environ, folder / "actions.log")):
            yield f"{url}/webhook"


def _tracker_store(system: str, store: str, folder: Path) -> dict[str, object] | None:
    if store == "memory":
        return None
    if store == "sqlite":
        path = str(folder / "tracker.db")
        if system == "stock":
            return {"type": "SQL", "dialect": "sqlite", "db": path}
        return {"type": "components.tracker_store.ConversationStore", "url": path}
    if system == "stock":
        return {"type": "SQL", "dialect": "postgresql", "url": store}
    return {"type": "components.tracker_store.ConversationStore", "url": store}


@contextlib.contextmanager
def serving(
    system: str,
    model: Path,
    store: str,
    actions_url: str,
    folder: Path,
    workers: int = 1,
    redis_url: str = "",
) -> Iterator[Running]:
    """Run a system.

    Args:
        system: `stock`, `frontdesk`, or one of `benchmarks.runtime.server.FLOORS`.
        model: a trained model of it.
        store: `memory`, `sqlite`, or the URL of an empty Postgres database.
        actions_url: of the action server.
        folder: for its files.
        workers: how many processes share its port.
        redis_url: by which they work together.

    Raises:
        RuntimeError: it did not start.
    """
    folder.mkdir(parents=True)
    to_actions: dict[str, object] = {"url": actions_url}
    endpoints: dict[str, object] = {"action_endpoint": to_actions}
    if kept := _tracker_store(system, store, folder):
        endpoints["tracker_store"] = kept
    if system == "frontdesk":  # as in endpoints.yml
        to_actions["enable_selective_domain"] = True
        endpoints["event_broker"] = {
            "type": "components.event_outbox.EventOutbox",
            "url": f"sqlite:///{folder}/events.db",
        }
        endpoints["lock_store"] = {"type": "components.lock_store.Locks", "url": redis_url}
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints))
    (folder / "credentials.yml").write_text("rest:\n")
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.runtime.server", system, str(model)]
    began = time.monotonic()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, str(port), str(folder)],
            cwd=ROOT,
            env={
                **os.environ,
                "SANIC_WORKERS": str(workers),
                "RASA_TELEMETRY_ENABLED": "false",
                "TF_CPP_MIN_LOG_LEVEL": "3",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for_answer(process, url, folder)
        yield Running(url, psutil.Process(process.pid), time.monotonic() - began)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_answer(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    message = {"sender": "first", "message": "hello"}
    with httpx.Client(timeout=60, trust_env=False) as client:
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                answer = client.post(f"{url}/webhooks/rest/webhook", json=message)
                if answer.status_code == 200 and answer.json():
                    return
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    log = (folder / "server.log").read_text()[-2000:]
    raise RuntimeError(f"{folder.name} did not answer:\n{log}")
