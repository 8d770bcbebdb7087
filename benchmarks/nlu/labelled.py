"""Labelled messages from files: CSV or JSON Lines with `text` and `label`."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.nlu.measure import OUT_OF_SCOPE


@dataclass(frozen=True)
class Labelled:
    """One message and its right label."""

    text: str
    label: str


def read(path: Path) -> list[Labelled]:
    """Read a file.

    Args:
        path: `.csv` with a header row naming `text` and `label`, or JSON Lines with these keys;
            other columns are ignored.

    Returns:
        The messages that have a text, in order.

    Raises:
        SystemExit: a line is not as described; says which.
    """
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix.lower() == ".csv":
            rows = list(enumerate(csv.DictReader(file), start=2))
        else:
            rows = [
                (number, json.loads(line)) for number, line in enumerate(file, 1) if line.strip()
            ]
    found = []
    for number, row in rows:
        if not row.get("label") or row.get("text") is None:
            raise SystemExit(f"{path}, line {number}: it needs a 'text' and a 'label'.")
        if row["text"].strip():
            found.append(Labelled(row["text"], row["label"]))
    return found


def write(path: Path, messages: Sequence[Labelled]) -> None:
    """Write messages as JSON Lines."""
    lines = [json.dumps({"text": item.text, "label": item.label}) for item in messages]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def split(
    messages: Sequence[Labelled], shots: int, seed: int
) -> tuple[list[Labelled], list[Labelled]]:
    """Make a few-shot set: `shots` messages a label to train on, all others to test with.

    Args:
        messages: labelled messages.
        shots: training messages a label. A label with fewer than `shots` + 4 messages is left out
            of both, as there would be too little to test.
        seed: of the choice.

    Returns:
        Training and test messages; the label `__oos__` is only in the test.
    """
    groups: dict[str, list[Labelled]] = defaultdict(list)
    for message in messages:
        groups[message.label].append(message)
    random_order = random.Random(seed)
    train, test = [], list(groups.pop(OUT_OF_SCOPE, []))
    for label in sorted(groups):
        if len(groups[label]) >= shots + 4:
            random_order.shuffle(groups[label])
            train += groups[label][:shots]
            test += groups[label][shots:]
    return train, test
