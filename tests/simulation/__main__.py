"""`python -m tests.simulation N [SEED] [--repeats K] [--show]`: so many goals, counted by kind."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

from ops.testing import model_for_tests
from tests.simulation.run import Result, simulate
from tests.support.frontdesk import frontdesk


def main() -> int:
    """Run the goals and print the counts; 1 when anything was changed that nobody wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("count", type=int, help="how many goals")
    parser.add_argument("seed", type=int, nargs="?", default=1, help="of all that is drawn")
    parser.add_argument("--repeats", type=int, default=1, help="how often each goal is run")
    parser.add_argument("--show", action="store_true", help="the conversations that went amiss")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        frontdesk(model_for_tests(), Path(folder)) as running,
    ):
        began = time.monotonic()
        results = asyncio.run(simulate(running, asked.count, asked.seed, asked.repeats))
        seconds = time.monotonic() - began
    print(table(results))
    turns = sum(result.turns for result in results)
    print(f"\n{turns} turns of {len(results)} goals, {asked.repeats} times: {seconds:.0f} s")
    if asked.show:
        for result in results:
            if result.verdict != "as wanted" or result.differs:
                also = f", again: {result.differs}" if result.differs else ""
                print(f"\n== {result.verdict}{also}: {result.goal}", *result.lines, sep="\n")
    return int(any("wrong" in (result.verdict, *result.differs) for result in results))


def table(results: list[Result]) -> str:
    """The counts by kind of goal, as a Markdown table."""
    rows = [
        "| goal | run | as wanted | missed | with a person | wrong | not always so |",
        "|---" * 7 + "|",
    ]
    kinds = sorted({result.goal.kind for result in results})
    for kind in [*kinds, "all"]:
        of_it = [result for result in results if kind in (result.goal.kind, "all")]
        found = Counter(result.verdict for result in of_it)
        people = sum(result.verdict == "missed" and result.handed_over for result in of_it)
        varied = sum(bool(result.differs) for result in of_it)
        rows.append(
            f"| {kind} | {len(of_it)} | {found['as wanted']} | {found['missed']} | {people}"
            f" | {found['wrong']} | {varied} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    raise SystemExit(main())
