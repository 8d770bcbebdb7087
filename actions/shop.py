"""The backends of this action server, connected once."""

from __future__ import annotations

import functools
import os

from backends.article_verdicts import DEFAULT_URL, ArticleVerdicts
from backends.connect import Backends, connect
from backends.history import History, RestHistory
from backends.outbox import TicketOutbox
from backends.policy import Policy, configured


@functools.cache
def backends() -> Backends:
    """The shop's systems, as the environment names them.

    Raises:
        ValueError: if a setting is missing or wrong.
    """
    return connect()


@functools.cache
def policy() -> Policy:
    """What the shop allows, from `backends/policy.yaml` or the file that stands for it, read once.

    Raises:
        PolicyError: it cannot be used.
    """
    return configured(os.environ)


@functools.cache
def outbox() -> TicketOutbox:
    """Tickets on their way, kept in `FRONTDESK_OUTBOX_DB` until the ticket system has them."""
    return TicketOutbox(os.environ.get("FRONTDESK_OUTBOX_DB", "var/outbox.db"), backends().tickets)


@functools.cache
def article_verdicts() -> ArticleVerdicts:
    """What customers said of the knowledge base's answers, kept in `FRONTDESK_KNOWLEDGE_DB`."""
    return ArticleVerdicts(os.environ.get("FRONTDESK_KNOWLEDGE_DB") or DEFAULT_URL)


@functools.cache
def history() -> History:
    """Whole conversations, from the server at `FRONTDESK_RASA_URL`."""
    url = os.environ.get("FRONTDESK_RASA_URL") or "http://127.0.0.1:5005"
    return RestHistory(url, os.environ.get("FRONTDESK_RASA_TOKEN") or "")


async def close_all() -> None:
    """Close what was opened here; it is opened anew where it is next asked for."""
    outbox().close()
    article_verdicts().close()
    await backends().close()
    for made in (outbox, article_verdicts, history, backends):
        made.cache_clear()
