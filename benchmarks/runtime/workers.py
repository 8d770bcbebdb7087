"""What several processes give: `make bench ARGS=benchmarks.runtime.workers`.

Frontdesk on Postgres (SQLite with `--sqlite`), with one process of Rasa and one of the action
server, then with several of each and Redis; the same conversations over Rasa's REST channel, each
pair twice, one after the other. Whoever writes, the shop and the databases use the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.runtime.compare import BENCH
from benchmarks.runtime.load import Load, under_load, worded
from benchmarks.runtime.systems import actions, serving
from ops.entities import ensure_pipeline
from ops.problem import Problem, entry, say
from ops.testing import model_for_tests
from tests.support.postgres import postgres
from tests.support.redis import redis_server

SENDERS = (8, 32)
ROUNDS = 2


@contextlib.contextmanager
def _store(sqlite: bool) -> Iterator[str]:
    if sqlite:
        yield "sqlite"
        return
    with postgres() as url:
        if url is None:
            raise Problem("this machine has no Postgres (apt-get install postgresql); --sqlite?")
        yield url


def measure(workers: int, seconds: float, *, sqlite: bool) -> list[Load]:
    """Measure an installation with so many processes of each server, on an empty store.

    Args:
        workers: of Rasa and of the action server; one of each needs no Redis.
        seconds: of load for each number of senders.
        sqlite: instead of Postgres.

    Raises:
        Problem: there is no Postgres, or no Redis.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=BENCH)))
        redis_url = ""
        if workers > 1:
            redis = stack.enter_context(redis_server())
            if redis is None:
                raise Problem("this machine has no Redis (apt-get install redis-server).")
            redis_url = redis.url
        store = stack.enter_context(_store(sqlite))
        url = stack.enter_context(actions(folder, workers))
        server = stack.enter_context(
            serving("frontdesk", model_for_tests(), store, url, folder / "rasa", workers, redis_url)
        )
        said = worded()
        asyncio.run(under_load(server, 4, 5, said))  # what is only made once is made by now
        return [asyncio.run(under_load(server, senders, seconds, said)) for senders in SENDERS]


def main() -> int:
    """Measure and print. Gives the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks.runtime.workers", description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="of each server")
    parser.add_argument("--seconds", type=float, default=15, help="for each number of senders")
    parser.add_argument("--sqlite", action="store_true", help="instead of Postgres")
    given = parser.parse_args()
    BENCH.mkdir(parents=True, exist_ok=True)
    ensure_pipeline()
    found: dict[int, list[list[Load]]] = {1: [], given.workers: []}
    for _ in range(ROUNDS):
        for workers, loads in found.items():
            say(f"Measuring {workers} of each ...")
            loads.append(measure(workers, given.seconds, sqlite=given.sqlite))
    say(
        f"\n{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}. {given.workers} of each against "
        f"1, on {'SQLite' if given.sqlite else 'Postgres'}:\n\n"
        "| senders | messages/s, 1 | messages/s | ratio | CPU ms, 1 | CPU ms | p95, 1 | p95 |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for place, senders in enumerate(SENDERS):
        one, more = (
            [round_[place] for round_ in loads] for loads in (found[1], found[given.workers])
        )
        say(
            f"| {senders} | {_mean(one, 'rate'):.1f} | {_mean(more, 'rate'):.1f} "
            f"| {_mean(more, 'rate') / _mean(one, 'rate'):.2f} "
            f"| {_mean(one, 'cpu'):.1f} | {_mean(more, 'cpu'):.1f} "
            f"| {_mean(one, 'p95'):.0f} | {_mean(more, 'p95'):.0f} |"
        )
    return 0


def _mean(loads: list[Load], figure: str) -> float:
    return statistics.mean(getattr(load, figure) for load in loads)


if __name__ == "__main__":
    entry(main)
