"""What a check found: where, what is wrong, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

# How alike (0 to 1) a name must be to be suggested; one wrong letter in four is still alike.
_ALIKE = 0.7


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake. An error stops `make check`; what is no error is worth a look.

    Attributes:
        path: the file, relative to the checkout.
        line: counted from 1.
        text: cause and mend, for the person who wrote the file.
        is_error: whether the assistant would not train, or would do something wrong.
    """

    path: Path
    line: int
    text: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def near(name: str, known: Collection[str]) -> str:
    """Give the sentence that suggests what `name` may have been meant to be, with a space before.

    Args:
        name: a name that is not in `known`.
        known: the names that are right.

    Returns:
        " Did you mean 'track_order'?", or nothing when none is alike.
    """
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=_ALIKE)
    return f" Did you mean '{close[0]}'?" if close else ""
