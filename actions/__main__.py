"""The action server: `python -m actions`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from typing import Any

from rasa_sdk.endpoint import create_app

from actions.shop import article_verdicts, backends, close_all, outbox, policy
from backends.article_verdicts import VerdictsUnusable
from backends.connect import probe
from backends.errors import BackendUnavailable
from backends.outbox_store import OutboxUnusable
from privacy.logs import install_log_masking

logger = logging.getLogger("actions")

# How often kept tickets are tried again, in seconds.
OUTBOX_INTERVAL = 5.0


def main() -> None:
    """Serves the actions until told to stop; says in one line why it cannot start."""
    logging.basicConfig(
        level=os.environ.get("FRONTDESK_LOG_LEVEL", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    install_log_masking()
    # one line for each request would name every customer's next backend call
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        policy()
        backends()
        _ask_the_shop()
        outbox()
        article_verdicts()
    except (ValueError, OutboxUnusable, VerdictsUnusable) as error:
        sys.exit(f"The action server cannot start: {error}")
    workers = int(os.environ.get("FRONTDESK_ACTION_WORKERS", "1"))
    if workers > 1:
        asyncio.run(close_all())  # connections cannot be shared: each process opens its own
        # one that is told to end before it serves would hand the signal on, as its parent does
        os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    app = create_app("actions", cors_origins=None)

    @app.listener("after_server_start")
    async def start_outbox(app: Any, loop: Any) -> None:
        app.ctx.outbox = asyncio.ensure_future(outbox().run(OUTBOX_INTERVAL))

    @app.listener("before_server_stop")
    async def stop_outbox(app: Any, loop: Any) -> None:
        app.ctx.outbox.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await app.ctx.outbox

    @app.listener("after_server_stop")
    async def close_backends(app: Any, loop: Any) -> None:
        await close_all()

    host = os.environ.get("FRONTDESK_HOST", "127.0.0.1")
    port = int(os.environ.get("FRONTDESK_ACTIONS_PORT", "5055"))
    try:
        app.run(host, port, workers=workers, access_log=False, motd=False)
    except OSError as error:
        sys.exit(
            f"The action server cannot listen on {host}:{port} ({error.strerror}). "
            "Set FRONTDESK_ACTIONS_PORT to a free port in .env."
        )


def _ask_the_shop() -> None:
    """Find out at once whether shop software lets us in; one that is away may come back."""
    try:
        asyncio.run(probe())
    except BackendUnavailable as error:
        logger.warning("the shop does not answer yet: %s", error)


if __name__ == "__main__":
    main()
