"""Train on the project's own data, measure on labelled words of real customers.

    python -m benchmarks.nlu.dev FILE [--data data] [--labels benchmarks/nlu/labels.yml] [--show]

FILE has one JSON object a line: {"text": ..., "label": ...}. Nothing of it is trained on, and
without --show none of its texts is printed.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from benchmarks.nlu.measure import OUT_OF_SCOPE, Figures, Prediction, figures
from benchmarks.nlu.project import CACHE, ProjectModel, read_examples
from components.encoder import SentenceEncoder, find_model_files

REFUSING = ("out_of_scope",)
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)


def judge(
    lines: Sequence[Mapping[str, str]],
    ranked: Sequence[Sequence[tuple[str, float]]],
    accepted: Mapping[str, Sequence[str]],
) -> list[Prediction]:
    """Map labels to intents: a prediction that is acceptable counts as exactly right."""
    judged = []
    for line, ranking in zip(lines, ranked, strict=True):
        intents = accepted.get(line["label"], ())
        best, confidence = ranking[0]
        label = OUT_OF_SCOPE if not intents else best if best in intents else intents[0]
        judged.append(Prediction(label, best, confidence))
    return judged


def report(
    lines: Sequence[Mapping[str, str]],
    judged: Sequence[Prediction],
    result: Figures,
    *,
    show: bool,
) -> str:
    """Write the figures as Markdown."""
    out = [
        "| in scope | others | accuracy | macro-F1 | AUROC | refused at 5, 10% false reject |",
        "|---|---|---|---|---|---|",
        f"| {result.messages} | {result.out_of_scope} | {result.accuracy:.3f} | "
        f"{result.macro_f1:.3f} | {result.auroc or 0:.3f} | {result.recall_5 or 0:.3f} / "
        f"{result.recall_10 or 0:.3f} |",
        "",
        "| threshold | in scope refused | of these wrong anyway | accepted: right | "
        "out of scope refused |",
        "|---|---|---|---|---|",
        *(_threshold_row(judged, threshold) for threshold in THRESHOLDS),
        "",
        "| label | messages | right | taken for |",
        "|---|---|---|---|",
        *_label_rows(lines, judged),
    ]
    if show:
        out += ["", *_mistakes(lines, judged)]
    return "\n".join(out)


def _refused(item: Prediction, threshold: float) -> bool:
    return item.intent in REFUSING or item.confidence < threshold


def _threshold_row(judged: Sequence[Prediction], threshold: float) -> str:
    inside = [item for item in judged if item.label != OUT_OF_SCOPE]
    outside = [item for item in judged if item.label == OUT_OF_SCOPE]
    refused = [item for item in inside if _refused(item, threshold)]
    accepted = [item for item in inside if not _refused(item, threshold)]
    wrong = np.mean([item.intent != item.label for item in refused]) if refused else 0.0
    right = np.mean([item.intent == item.label for item in accepted]) if accepted else 0.0
    away = np.mean([_refused(item, threshold) for item in outside]) if outside else 0.0
    return (
        f"| {threshold:.2f} | {len(refused) / len(inside):.3f} | {wrong:.2f} | {right:.3f} | "
        f"{away:.3f} |"
    )


def _label_rows(lines: Sequence[Mapping[str, str]], judged: Sequence[Prediction]) -> list[str]:
    groups: dict[str, list[Prediction]] = defaultdict(list)
    for line, item in zip(lines, judged, strict=True):
        groups[line["label"]].append(item)
    rows = []
    for label, items in groups.items():
        if items[0].label == OUT_OF_SCOPE:
            continue
        wrong = Counter(item.intent for item in items if item.intent != item.label)
        share = 1 - sum(wrong.values()) / len(items)
        taken = ", ".join(f"{intent} {count}" for intent, count in wrong.most_common(5))
        rows.append((share, f"| {label} | {len(items)} | {share:.2f} | {taken} |"))
    return [row for _, row in sorted(rows)]


def _mistakes(lines: Sequence[Mapping[str, str]], judged: Sequence[Prediction]) -> list[str]:
    return [
        f"{line['label']} -> {item.intent} {item.confidence:.2f}: {line['text']}"
        for line, item in zip(lines, judged, strict=True)
        if item.label != OUT_OF_SCOPE and item.intent != item.label
    ] + [
        f"out of scope -> {item.intent} {item.confidence:.2f}: {line['text']}"
        for line, item in zip(lines, judged, strict=True)
        if item.label == OUT_OF_SCOPE and not _refused(item, 0.4)
    ]


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help='labelled utterances, JSONL of "text" and "label"')
    parser.add_argument("--data", default="data", help="the training data (default: data)")
    parser.add_argument("--labels", type=Path, default=Path(__file__).with_name("labels.yml"))
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--show", action="store_true", help="print the texts that went wrong")
    arguments = parser.parse_args()
    logging.getLogger("rasa").setLevel(logging.ERROR)

    lines = [json.loads(line) for line in arguments.file.read_text("utf-8").splitlines()]
    accepted = yaml.safe_load(arguments.labels.read_text("utf-8"))
    encoder = SentenceEncoder(find_model_files())
    examples = read_examples(arguments.data, encoder, arguments.cache)
    known = set(examples.intents)
    missing = {name for names in accepted.values() for name in names or ()} - known
    if missing:
        print(f"No training example for: {', '.join(sorted(missing))}\n")

    model = ProjectModel(examples, encoder)
    print(
        f"{len(examples.texts)} examples of {len(known)} intents, trained in {model.seconds:.1f} s "
        f"(embeddings cached)\n"
    )
    judged = judge(lines, model.rank([line["text"] for line in lines]), accepted)
    print(report(lines, judged, figures(judged, REFUSING), show=arguments.show))


if __name__ == "__main__":
    main()
