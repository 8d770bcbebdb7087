"""Opens a ticket through an outbox in a process that is killed before its n-th SQL statement.

Settings (PRAGMA) are not counted: nothing is kept by them.

    python -m tests.support.killed_outbox FOLDER

For n = 1, 2, 3, ... it forks a process with the folder FOLDER/n, until one is not killed any more.
The shop behind the outbox is `LedgerShop`, which keeps its tickets in FOLDER/n/ledger.json: it
survives, as a shop would.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from backends import outbox_store
from backends.models import NewTicket, Ticket
from backends.outbox import TicketOutbox
from backends.wire import decode
from tests.backends.samples import TICKET, new_ticket

KEY = "the-one-key"


class LedgerShop:
    """Takes tickets, contacts and notes as the contract says: each key once."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ledger.json"

    @property
    def ledger(self) -> dict[str, Any]:
        """What was done, by idempotency key, in order."""
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def _once(self, key: str, *what: str) -> Ticket:
        ledger = self.ledger
        assert ledger.setdefault(key, list(what)) == list(what), "key reused for something else"
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(ledger))
        part.replace(self._file)
        return decode(Ticket, TICKET)

    async def open(self, ticket: NewTicket, *, idempotency_key: str) -> Ticket:
        return self._once(idempotency_key, "open", ticket.summary)

    async def add_note(self, ticket_id: str, text: str, *, idempotency_key: str) -> Ticket:
        return self._once(idempotency_key, "note", text)

    async def set_contact(self, ticket_id: str, contact: str, *, idempotency_key: str) -> Ticket:
        return self._once(idempotency_key, "contact", contact)


class _Fuse:
    """Kills this process before the n-th statement, whichever connection runs it."""

    def __init__(self, statements: int) -> None:
        self._left = statements
        self._connect = sqlite3.connect

    def connect(self, *args: Any, **named: Any) -> sqlite3.Connection:
        connection = self._connect(*args, **named)
        connection.set_trace_callback(self._count)
        return connection

    def _count(self, statement: str) -> None:
        self._left -= not statement.startswith("PRAGMA")
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def _life(folder: Path) -> None:
    outbox = TicketOutbox(folder / "outbox.db", LedgerShop(folder))
    await asyncio.to_thread(outbox._store.keep, KEY, new_ticket())
    await outbox.amend(KEY, contact="a@example.com", note="and hurry")
    await outbox.open(new_ticket(), KEY)


def _main(folder: Path) -> None:
    n, killed = 0, True
    while killed:
        n += 1
        here = folder / str(n)
        here.mkdir(parents=True)
        child = os.fork()
        if child == 0:
            outbox_store.sqlite3.connect = _Fuse(n).connect  # type: ignore[assignment]
            asyncio.run(_life(here))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        if not killed and os.waitstatus_to_exitcode(status):
            raise SystemExit(f"the outbox failed by itself in {here}")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
