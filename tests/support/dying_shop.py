"""The demo shop, but it dies after it has carried out a request and before it answers.

    python -m tests.support.dying_shop /api/v1/tickets

The argument is the address that kills it; everything else is the real shop, with its settings.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.demo.app import create_app
from backends.demo.settings import Settings
from tests.support.shop import ROOT, RunningShop, wait_for

DIED = 70


class _DiesBeforeAnswering:
    def __init__(self, app: ASGIApp, deadly: str) -> None:
        self._app = app
        self._deadly = deadly

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def die(_: Message) -> None:
            os._exit(DIED)  # the first word of the answer: the change is committed by now

        is_deadly = scope["type"] == "http" and scope["path"] == self._deadly
        await self._app(scope, receive, die if is_deadly else send)


@contextmanager
def dying_shop(shop: RunningShop, deadly: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a dying shop in the place of `shop`, which must be stopped: same port, same data.

    Args:
        shop: whose port, token and database it takes.
        deadly: the path that kills it.
    """
    environ = {
        **os.environ,
        "FRONTDESK_HOST": "127.0.0.1",
        "FRONTDESK_SHOP_PORT": str(shop.port),
        "FRONTDESK_SHOP_TOKEN": shop.token,
        "FRONTDESK_SHOP_DB": str(shop.folder / "shop.db"),
    }
    command = [sys.executable, "-m", "tests.support.dying_shop", deadly]
    with shop.log.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(f"{shop.url}/health", process, shop.log)
            yield process
        finally:
            process.kill()
            process.wait(10)


if __name__ == "__main__":
    settings = Settings.from_environ(os.environ)
    app = _DiesBeforeAnswering(create_app(settings), sys.argv[1])
    uvicorn.run(app, host=settings.host, port=settings.port, ws="none", access_log=False)
