"""`python -m tests.fuzz N [SEED]`: so many conversations at random against a failing shop."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from ops.testing import model_for_tests
from tests.fuzz.machine import STEPS
from tests.fuzz.run import TOGETHER, fuzz, installation


def main() -> int:
    """Hold the conversations and print the counts; 1 if anything was found or one broke off."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("count", type=int, help="how many conversations")
    parser.add_argument("seed", type=int, nargs="?", default=1, help="of all that is drawn")
    parser.add_argument("--together", type=int, default=TOGETHER, help="at the same time")
    parser.add_argument("--steps", type=int, default=STEPS, help="of a conversation, at most")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        installation(model_for_tests(), Path(folder), asked.seed) as (running, proxy),
    ):
        total = fuzz(running, asked.count, asked.seed, asked.together, asked.steps)
        failed = dict(proxy.failed)
    each = 1000 * total.seconds / max(total.turns, 1)
    print(f"{total.conversations} conversations, {total.turns} messages in {total.seconds:.0f} s")
    print(f"({each:.0f} ms a message); the shop: {failed}; changes: {dict(total.changes)}")
    print(f"without a yes: {len(total.found.without_yes)}; twice: {len(total.found.twice)};")
    print(f"looks at another's data: {len(total.found.anothers)}")
    print(f"broken off: {len(total.broken)}")
    for trace in total.broken:
        print(f"\n== {trace}")
    for transcript in total.transcripts:
        print(f"\n== {transcript}")
    return int(bool(total.found.all() or total.broken))


if __name__ == "__main__":
    raise SystemExit(main())
