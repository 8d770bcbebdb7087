"""A proxy before the shop that fails at random points: errors, lost answers, silence."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

# What may happen to a request, and how often: `error`: the answer is a 500; `out`: it never
# arrives; `deaf`: it is carried out and its answer is lost; `slow`: the same, after so long that
# nobody waits for it any more.
FAULTS = {"error": 0.03, "out": 0.02, "deaf": 0.03, "slow": 0.005}
_PASSED_ON = ("Content-Type", "Idempotent-Replayed", "Retry-After", "Location")


@dataclass
class FailingShop:
    """A running proxy.

    Attributes:
        url: where the shop's client finds it.
        failed: how often which fault happened.
    """

    url: str = ""
    failed: Counter[str] = field(default_factory=Counter)


@contextlib.contextmanager
def failing_shop(server: str, seed: int, slow_seconds: float = 1.5) -> Iterator[FailingShop]:
    """Run a proxy while the block runs.

    Args:
        server: the shop's address, without a slash at the end.
        seed: of when it fails.
        slow_seconds: longer than its client waits.
    """
    found, rng, lock = FailingShop(), random.Random(seed), threading.Lock()
    to_shop = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=None))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            """Passes one request on, unless it fails."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                names, odds = [*FAULTS, ""], [*FAULTS.values(), 1 - sum(FAULTS.values())]
                fault = rng.choices(names, odds)[0]
                found.failed[fault or "none"] += 1
            if fault == "out":
                self.close_connection = True
                return
            if fault == "error":
                self._answer(500, b'{"error": {"code": "internal", "message": "Told to."}}', {})
                return
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in {"host", "connection", "accept-encoding"}
            }
            answer = to_shop.request(
                self.command, server + self.path, content=body, headers=headers
            )
            if fault in {"deaf", "slow"}:
                time.sleep(slow_seconds if fault == "slow" else 0)
                self.close_connection = True
                return
            kept = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
            self._answer(answer.status_code, answer.content, kept)

        def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

        def setup(self) -> None:
            """Sends what is small at once."""
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    class Listening(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is no news."""

    listening = Listening(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        listening.shutdown()
        listening.server_close()
        to_shop.close()
