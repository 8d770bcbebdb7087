"""Talks through the tracker store in a process that is killed before its n-th SQL statement.

    python -m tests.support.killed_store FOLDER

For n = 1, 2, 3, ... it forks a process with the database FOLDER/n.db, a copy of one with
a few turns in it, until one is not killed any
more. The process says how many turns were saved in FOLDER/n.txt, after each of them.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from sqlalchemy import event
from sqlalchemy.engine import Engine

from components.tracker_store import ConversationStore
from tests.support.turns import SENDER, begin, turn

# With a window of 4 to 6 messages the seventh cuts it; the one after it goes on from the cut.
KEEP = 4
BEFORE = 5  # turns that are there before anything is killed
TURNS = 8


def _kill_before(statements: int) -> None:
    left = statements

    def count(_text: str) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "connect")
    def watch(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.set_trace_callback(count)


async def _life(domain: Domain, database: Path, turns: range) -> None:
    store = ConversationStore(domain, str(database), turns=KEEP)
    for number in turns:
        tracker = await store.get_or_create_tracker(SENDER, append_action_listen=False)
        if not tracker.events:
            begin(tracker)
        turn(tracker, number)
        await store.save(tracker)
        database.with_suffix(".txt").write_text(str(number + 1))


def _fork(life: Coroutine[Any, Any, None], killed_before: int | None) -> bool:
    """Run it in a process of its own; tell whether it was killed."""
    child = os.fork()
    if child == 0:
        if killed_before is not None:
            _kill_before(killed_before)
        asyncio.run(life)
        os._exit(0)
    life.close()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise SystemExit(f"the store failed by itself before statement {killed_before}")
    return os.WIFSIGNALED(status)


def _main(folder: Path) -> None:
    domain = Domain.load("domain.yml")
    base = folder / "base.db"
    _fork(_life(domain, base, range(BEFORE)), None)
    n, killed = 0, True
    while killed:
        n += 1
        for path in folder.glob("base.*"):
            shutil.copy(path, folder / path.name.replace("base", str(n)))
        killed = _fork(_life(domain, folder / f"{n}.db", range(BEFORE, TURNS)), n)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
