"""What an operator can mend: one line that names the cause and the mend, never a traceback."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType


class Problem(Exception):
    """Something the operator has to mend; its text is shown as it is.

    `status` is the exit status: 2 for settings and files that are wrong, 1 for what failed.
    """

    def __init__(self, text: str, *, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


class Stopped(BaseException):
    """We were told to end (SIGINT, SIGTERM, SIGHUP). Not an Exception: nothing may swallow it."""


def say(text: str = "") -> None:
    """Print one line for the operator, at once."""
    print(text, flush=True)


def raise_when_told_to_end() -> None:
    """Turn SIGINT, SIGTERM and SIGHUP into Stopped, so that every `finally` cleans up."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def report(main: Callable[[], int]) -> int:
    """Run a command's main function; a Problem becomes its text on standard error.

    Gives the exit status.
    """
    try:
        status = main()
        sys.stdout.flush()
    except Problem as problem:
        print(f"Frontdesk: {problem}", file=sys.stderr)
        return problem.status
    except BrokenPipeError:
        # Whoever read our output went away (`make run | head`): there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def entry(main: Callable[[], int]) -> None:
    """Run a command's main function and end the process; being told to end is no error."""
    raise_when_told_to_end()
    try:
        status = report(main)
    except Stopped:
        print("Frontdesk: stopped.", file=sys.stderr)
        status = 130
    sys.exit(status)
