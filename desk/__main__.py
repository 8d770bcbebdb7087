"""The desk's server: `python -m desk`."""

from __future__ import annotations

import logging
import os
import sys

import uvicorn

from backends.article_verdicts import DEFAULT_URL, ArticleVerdicts, VerdictsUnusable
from backends.connect import BadSettings, connect
from desk.app import create_app
from desk.database import DatabaseProblem
from desk.settings import SettingsProblem, from_environ
from privacy.logs import install_log_masking

# s that open pages get at the stop; their streams end by themselves
_STOP_SECONDS = 10


def main() -> None:
    """Serve until told to stop; say in one line why it cannot start."""
    logging.basicConfig(
        level=os.environ.get("FRONTDESK_LOG_LEVEL", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    install_log_masking()
    # its lines hold addresses with the token of Rasa's HTTP API
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = from_environ(os.environ)
        knowledge = os.environ.get("FRONTDESK_KNOWLEDGE_DB") or DEFAULT_URL
        app = create_app(settings, connect(os.environ), ArticleVerdicts(knowledge))
    except (SettingsProblem, DatabaseProblem, BadSettings, VerdictsUnusable) as problem:
        sys.exit(f"The desk cannot start: {problem}")
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
