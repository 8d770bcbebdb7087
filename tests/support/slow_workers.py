"""A server of two processes that take long to start: `python -m tests.support.slow_workers PORT`.

Each prints a line when it begins to.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from sanic import Sanic
from sanic.response import HTTPResponse, empty

from ops.workers import end_also_at_start

app = Sanic("slow_workers")


@app.get("/")
async def nothing(_request: Any) -> HTTPResponse:
    """A server without any route does not start."""
    return empty()


@app.listener("before_server_start")
async def load(_app: Any, _loop: Any) -> None:
    """What loading a model does: nothing else runs meanwhile."""
    print("starting", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    end_also_at_start()
    app.run("127.0.0.1", int(sys.argv[1]), workers=2, motd=False)
