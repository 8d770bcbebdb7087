"""A plug between a client and a server, to be pulled at any moment."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import httpx

# `through`: as without a plug. `out`: nothing arrives. `deaf`: requests arrive and are carried out,
# but their answers are lost.
State = Literal["through", "out", "deaf"]


@dataclass
class Plug:
    """A running plug.

    Attributes:
        url: where the client finds the server.
        state: may be set at any moment.
    """

    url: str
    state: State = "through"


@contextlib.contextmanager
def plug(server: str) -> Iterator[Plug]:
    """Put a plug in front of a server.

    Args:
        server: its address, without a slash at the end.
    """
    found = Plug("")

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            """Passes one request on, and perhaps its answer back."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.close_connection = True
            state = found.state
            if state == "out":
                return
            headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
            answer = httpx.request(
                self.command, server + self.path, content=body, headers=headers, timeout=30
            )
            if state == "deaf":
                return
            self.send_response_only(answer.status_code)
            for name in ("Content-Type", "Idempotent-Replayed", "Retry-After"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(answer.content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
