"""Our pipeline, stock Rasa's default and Rasa's logistic regression on one labelled set.

    python -m benchmarks.nlu.compare --train TRAIN --test TEST [--systems frontdesk diet ...]
    python -m benchmarks.nlu.compare --split FILE --shots 10 --seed 1

Files are CSV (with a header) or JSON Lines of `text` and `label`. A test label that is not in the
training file counts as out of scope. The table is printed and written to --out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.nlu.labelled import Labelled, read, split, write
from benchmarks.nlu.measure import OUT_OF_SCOPE, Figures, Prediction, figures
from benchmarks.nlu.pipelines import PIPELINES

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_name("RESULTS.md")
_HEAD = (
    "| system | accuracy | macro-F1 | out-of-scope AUROC | refused at 5% | at 10% | train s | "
    "retrain s | train CPU s | CPU ms | wall ms | load s | MB training | MB serving |"
)


def run(step: str, system: str, messages: Path, folder: Path) -> dict[str, Any]:
    """Do one step of one system in a process of its own.

    Raises:
        SystemExit: it failed; its last lines are shown.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.nlu.system"]
    done = subprocess.run(
        [*command, step, system, str(messages), str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not lines:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise SystemExit(f"{system}: {step} failed.\n{tail}")
    result: dict[str, Any] = json.loads(lines[-1].removeprefix("RESULT "))
    return result


def measure(system: str, train: Sequence[Labelled], test: Sequence[Labelled]) -> str:
    """Train and test one system.

    Returns:
        Its row of the table.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "train.jsonl", train)
        write(folder / "test.jsonl", test)
        trained = run("train", system, folder / "train.jsonl", folder)
        asked = run("predict", system, folder / "test.jsonl", folder)
    known = {message.label for message in train}
    result = figures(
        [
            Prediction(
                message.label if message.label in known else OUT_OF_SCOPE,
                answer["intent"],
                answer["confidence"] or 0.0,
            )
            for message, answer in zip(test, asked["predictions"], strict=True)
        ]
    )
    cells = [
        f"{result.accuracy:.3f}",
        f"{result.macro_f1:.3f}",
        *("-" if value is None else f"{value:.3f}" for value in result_scope(result)),
        f"{trained['train_seconds']:.1f}",
        f"{trained['retrain_seconds']:.1f}" if "retrain_seconds" in trained else "-",
        f"{trained['train_cpu_seconds']:.1f}",
        f"{asked['cpu_ms']:.1f}",
        f"{asked['wall_ms']:.1f}",
        f"{asked['load_seconds']:.1f}",
        f"{trained['train_mb']:.0f}",
        f"{asked['serve_mb']:.0f}",
    ]
    return f"| {system} | {' | '.join(cells)} |"


def result_scope(result: Figures) -> tuple[float | None, float | None, float | None]:
    """The three figures about out-of-scope messages."""
    return result.auroc, result.recall_5, result.recall_10


def circumstances(train: Sequence[Labelled], test: Sequence[Labelled], title: str) -> str:
    """Say what was measured where, so that it can be repeated."""
    known = {message.label for message in train}
    outside = sum(message.label not in known for message in test)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("rasa", "tensorflow", "scikit-learn", "onnxruntime")
    )
    load = os.getloadavg()[0]
    return (
        f"## {title}\n\n"
        f"{len(train)} training messages of {len(known)} labels; {len(test) - outside} test "
        f"messages, {outside} out of scope.\n"
        f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, commit {commit or 'unknown'}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs (load {load:.1f} at the "
        f"start), Python {platform.python_version()}, {packages}.\n"
    )


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--train", type=Path, help="labelled messages to train on")
    parser.add_argument("--test", type=Path, help="labelled messages to test with")
    parser.add_argument("--split", type=Path, help="labelled messages to make both of")
    parser.add_argument("--shots", type=int, default=10, help="with --split: messages a label")
    parser.add_argument("--seed", type=int, default=1, help="with --split: of the choice")
    parser.add_argument(
        "--part",
        choices=["all", "odd", "even"],
        default="all",
        help="with --split: every second label only (two different sets)",
    )
    parser.add_argument("--systems", nargs="+", choices=sorted(PIPELINES), default=list(PIPELINES))
    parser.add_argument("--title", default="Comparison")
    parser.add_argument("--out", type=Path, default=RESULTS, help="appended to")
    arguments = parser.parse_args()
    if arguments.split:
        messages = read(arguments.split)
        labels = sorted({message.label for message in messages} - {OUT_OF_SCOPE})
        kept = {"all": labels, "odd": labels[::2], "even": labels[1::2]}[arguments.part]
        train, test = split(
            [item for item in messages if item.label in {*kept, OUT_OF_SCOPE}],
            arguments.shots,
            arguments.seed,
        )
    elif arguments.train and arguments.test:
        train, test = read(arguments.train), read(arguments.test)
    else:
        parser.error("give --train and --test, or --split")
    lines = [circumstances(train, test, arguments.title), _HEAD, "|---" * 14 + "|"]
    print("\n".join(lines), flush=True)
    for system in arguments.systems:
        lines.append(measure(system, train, test))
        print(lines[-1], flush=True)
    with arguments.out.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n\n")


if __name__ == "__main__":
    main()
