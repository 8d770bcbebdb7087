"""Delivers 1,000 messages a channel: `make bench ARGS=benchmarks.channels.load`."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from benchmarks.channels.plan import plan
from benchmarks.channels.providers import LINES
from benchmarks.channels.run import Result, Run
from tests.support.redis import redis_server

DELIVERIES = 1000
SEED = 4


async def measure(
    names: list[str], total: int, *, kill: bool, workers: int = 1
) -> dict[str, Result]:
    """Run the plan on each channel, one after another.

    Args:
        names: of the channels.
        total: deliveries a channel.
        kill: the process is killed in the middle, not stopped.
        workers: processes that share the port; several need a Redis.

    Returns:
        What became of it, by channel.
    """
    found = {}
    for kind in LINES:
        if kind.NAME in names:
            with tempfile.TemporaryDirectory() as folder, redis_server() as redis:
                if workers > 1 and redis is None:
                    sys.exit("Several processes need a Redis (apt-get install redis-server).")
                url = redis.url if redis is not None and workers > 1 else ""
                async with kind(Path(folder), workers, url) as line:
                    found[kind.NAME] = await Run(line, plan(total, SEED), kill=kill).all()
    return found


def table(found: Mapping[str, Result]) -> str:
    """Write the figures as a table; acknowledgements in milliseconds."""
    lines = [
        "| channel | genuine | repeated | forged | tried again | missing | doubled | invented "
        "| out of order | forged, accepted | genuine, refused | ack median | ack p95 "
        "| ack p95, slow backend |",
        "|" + "---|" * 14,
    ]
    for name, result in found.items():
        counts = [result.deliveries[kind] for kind in ("genuine", "duplicate", "forged")]
        figures = [
            *counts,
            result.tried_again,
            result.missing,
            result.doubled,
            result.invented,
            result.disordered,
            result.wrongly_accepted,
            result.wrongly_refused,
            f"{1000 * statistics.median(result.acknowledged):.0f}",
            f"{1000 * _p95(result.acknowledged):.0f}",
            f"{1000 * _p95(result.acknowledged_slow):.0f}",
        ]
        lines.append(f"| {name} | " + " | ".join(map(str, figures)) + " |")
    return "\n".join(lines)


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def main() -> int:
    """Measure, print the table, write it where wanted; the exit code is 1 when anything failed."""
    names = [kind.NAME for kind in LINES]
    parser = argparse.ArgumentParser(prog="benchmarks.channels.load", description=__doc__)
    parser.add_argument("channels", nargs="*", help=f"of {', '.join(names)}; none: all")
    parser.add_argument("--deliveries", type=int, default=DELIVERIES, help="a channel")
    parser.add_argument("--kill", action="store_true", help="kill the process in the middle")
    parser.add_argument("--workers", type=int, default=1, help="processes that share the port")
    parser.add_argument("--write", type=Path, help="a file that gets the table")
    given = parser.parse_args()
    if unknown := sorted(set(given.channels) - set(names)):
        parser.error(f"there is no channel {unknown[0]!r}; there are {', '.join(names)}")
    found = asyncio.run(
        measure(given.channels or names, given.deliveries, kill=given.kill, workers=given.workers)
    )
    now = datetime.now(timezone.utc)
    text = (
        f"{now:%Y-%m-%d %H:%M} UTC, {platform.system()} {platform.machine()}, {os.cpu_count()} "
        f"CPUs, load {os.getloadavg()[0]:.1f}. {given.deliveries} deliveries a channel; "
        f"{'the process was' if given.workers == 1 else f'the {given.workers} processes were'} "
        f"{'killed' if given.kill else 'stopped'} and started in the middle.\n\n"
        f"{table(found)}\n"
    )
    print(text)
    if given.write:
        given.write.write_text(text)
    return int(any(result.faults for result in found.values()))


if __name__ == "__main__":
    sys.exit(main())
