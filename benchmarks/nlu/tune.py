"""Choose the threshold below which a message counts as not understood: `make tune FILE=...`.

    python -m benchmarks.nlu.tune [FILE] [--write] [--data data] [--config config.yml]

FILE holds real messages of your customers with their right intents (CSV or JSON Lines, `text` and
`label`); a label that is no intent, such as `__oos__`, means: about something else. Without FILE
the project's own examples are left out of training in turn, which flatters: people who write
examples write alike.
"""

from __future__ import annotations

import argparse
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.nlu.labelled import read
from benchmarks.nlu.measure import OUT_OF_SCOPE, Prediction
from benchmarks.nlu.project import Examples, ProjectModel, read_examples
from components.encoder import SentenceEncoder, find_model_files

FOREIGN = "out_of_scope"  # the intent of what is none of the shop's business: a refusal itself
THRESHOLDS = [round(0.05 * step, 2) for step in range(2, 19)]
FOLDS = 5
# A wrong answer costs a customer more than being asked once more.
WRONG_COSTS = 2.0
_LEAST = 50  # messages; fewer say nothing about a threshold


@dataclass(frozen=True)
class Row:
    """What a threshold does to the messages, as shares of all of them.

    Attributes:
        threshold: the threshold.
        answered: understood, and right.
        wrong: taken for something that they are not.
        asked: asked back though they were understood right.
        refused: rightly asked back: misunderstood, or about something else.
    """

    threshold: float
    answered: float
    wrong: float
    asked: float
    refused: float

    @property
    def cost(self) -> float:
        """What it costs: wrong answers count double."""
        return WRONG_COSTS * self.wrong + self.asked


def rows(predictions: Sequence[Prediction]) -> list[Row]:
    """Try every threshold.

    Args:
        predictions: at least one; `label` is OUT_OF_SCOPE for what is about something else.

    Returns:
        A row a threshold, ascending.
    """
    right = np.array([item.intent == item.label for item in predictions])
    sure = np.array([0.0 if item.intent == FOREIGN else item.confidence for item in predictions])
    result = []
    for threshold in THRESHOLDS:
        taken = sure >= threshold
        result.append(
            Row(
                threshold,
                answered=float(np.mean(taken & right)),
                wrong=float(np.mean(taken & ~right)),
                asked=float(np.mean(~taken & right)),
                refused=float(np.mean(~taken & ~right)),
            )
        )
    return result


def best(found: Sequence[Row]) -> Row:
    """Give the row of least cost; of equals the one in the middle, the least by chance."""
    least = min(row.cost for row in found)
    equal = [row for row in found if row.cost <= least + 1e-9]
    return equal[len(equal) // 2]


def predict_file(path: Path, examples: Examples, encoder: SentenceEncoder) -> list[Prediction]:
    """Predict the messages of a file by a model of all examples."""
    messages = read(path)
    known = set(examples.intents) - {FOREIGN}
    others = Counter(item.label for item in messages if item.label not in known)
    if others:
        listed = ", ".join(f"{label} ({count})" for label, count in others.most_common(8))
        print(f"Labels that are no intent count as about something else: {listed}\n")
    ranked = ProjectModel(examples, encoder).rank([item.text for item in messages])
    return [
        Prediction(item.label if item.label in known else OUT_OF_SCOPE, *ranking[0])
        for item, ranking in zip(messages, ranked, strict=True)
    ]


def predict_left_out(examples: Examples, encoder: SentenceEncoder) -> list[Prediction]:
    """Predict every example by a model of four fifths of the others."""
    fold = np.random.default_rng(1).permutation(len(examples.texts)) % FOLDS
    result = []
    for number in range(FOLDS):
        print(f"Training {number + 1} of {FOLDS} ...", flush=True)
        tested = examples.some(np.flatnonzero(fold == number))
        ranked = ProjectModel(examples.some(np.flatnonzero(fold != number)), encoder).rank(
            tested.texts
        )
        result += [
            Prediction(OUT_OF_SCOPE if intent == FOREIGN else intent, *ranking[0])
            for intent, ranking in zip(tested.intents, ranked, strict=True)
        ]
    return result


def set_threshold(config: str, threshold: float) -> str:
    """Write a threshold into the text of config.yml, comments and all else kept.

    Raises:
        SystemExit: there is no FallbackClassifier with a threshold in it.
    """
    pattern = re.compile(r"(- name: FallbackClassifier\n(?:\s+#.*\n)*\s+threshold: )[\d.]+")
    changed, count = pattern.subn(rf"\g<1>{threshold:.2f}", config)
    if count != 1:
        raise SystemExit(
            "config.yml has no FallbackClassifier with 'threshold:' in the line below it: "
            f"add the line 'threshold: {threshold:.2f}' there yourself."
        )
    return changed


def table(found: Sequence[Row], chosen: Row) -> str:
    """Write the rows for a reader."""
    lines = [
        "  threshold | answered right | answered wrong | asked back in vain | asked back rightly",
        *(
            f"{'->' if row is chosen else '  '} {row.threshold:9.2f} | {row.answered:14.1%} | "
            f"{row.wrong:14.1%} | {row.asked:18.1%} | {row.refused:18.1%}"
            for row in found
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", help="real messages, `text` and `label`")
    parser.add_argument("--write", action="store_true", help="write the threshold into config.yml")
    parser.add_argument("--data", default="data", help="the training data (default: data)")
    parser.add_argument("--config", type=Path, default=Path("config.yml"))
    arguments = parser.parse_args()
    logging.getLogger("rasa").setLevel(logging.ERROR)
    if arguments.file and not arguments.file.is_file():
        raise SystemExit(f"There is no file {arguments.file}. FILE= names one with real messages.")
    encoder = SentenceEncoder(find_model_files())
    examples = read_examples(arguments.data, encoder)
    if arguments.file:
        predictions = predict_file(arguments.file, examples, encoder)
    else:
        predictions = predict_left_out(examples, encoder)
    if len(predictions) < _LEAST:
        raise SystemExit(f"{len(predictions)} messages are too few: take {_LEAST} or more.")
    found = rows(predictions)
    chosen = best(found)
    print(f"{len(predictions)} messages\n\n{table(found, chosen)}\n")
    print(
        f"Best: {chosen.threshold:.2f}, where a wrong answer costs twice as much as asking back in "
        "vain."
    )
    if not arguments.file:
        print(
            "From examples alone, which flatters: left-out ones are easier than what customers "
            "write.\nTake a file of real messages: make tune FILE=messages.csv"
        )
    if arguments.write:
        text = arguments.config.read_text(encoding="utf-8")
        arguments.config.write_text(set_threshold(text, chosen.threshold), encoding="utf-8")
        print(f"Written into {arguments.config}. `make run` trains with it.")


if __name__ == "__main__":
    main()
