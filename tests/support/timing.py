"""CPU time in tests, so that a busy machine does not decide what they find."""

from __future__ import annotations

import time
from collections.abc import Callable

# How often something is timed before it is called slow.
TIMES = 8


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds that a piece of work takes this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def takes_at_most(seconds: float, work: Callable[[], object]) -> bool:
    """Whether work can be done in so many CPU seconds: the best of several times, if need be."""
    return any(cpu_seconds(work) < seconds for _ in range(TIMES))


def grows_no_faster_than_the_text(work: Callable[[str], object], text: str) -> bool:
    """Whether four times the text takes about four times as long, and not sixteen times.

    Args:
        work: what is done with a text.
        text: the whole of it; the other one is its first quarter.
    """
    short = long = float("inf")
    for _ in range(TIMES):
        # The best so far of both, to leave out what the machine does besides.
        short = min(short, cpu_seconds(lambda: work(text[: len(text) // 4])))
        long = min(long, cpu_seconds(lambda: work(text)))
        # Below a few milliseconds only noise is seen.
        if long < max(9 * short, 0.02):
            return True
    return False
