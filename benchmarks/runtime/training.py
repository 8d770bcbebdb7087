"""How long both systems train: from nothing, and after one line was changed.

Both are trained in a copy of the checkout, by the command that a designer would give: `rasa train`
for stock Rasa's default configuration, `make train` for Frontdesk.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.runtime.systems import ROOT
from ops.problem import Problem
from ops.yaml_files import training_files

EPOCHS = 100  # `rasa init`'s
# `rasa init` of Rasa 3.6.21.
STOCK_CONFIG = """recipe: default.v1
assistant_id: stock
language: en
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}
- {name: DIETClassifier, epochs: EPOCHS, constrain_similarities: true}
- name: EntitySynonymMapper
- {name: ResponseSelector, epochs: EPOCHS, constrain_similarities: true}
- {name: FallbackClassifier, threshold: 0.3, ambiguity_threshold: 0.1}
policies:
- name: MemoizationPolicy
- name: RulePolicy
- {name: UnexpecTEDIntentPolicy, max_history: 5, epochs: EPOCHS}
- {name: TEDPolicy, max_history: 5, epochs: EPOCHS, constrain_similarities: true}
"""
STOCK_NAME = "stock.yml"
MODEL = "stock.tar.gz"
# One line each: what is changed, in which file, from what, to what.
CHANGES = {
    "a response": (Path("domain.yml"), "    - text: ", "    - text: Well, "),
    "a story": (Path("data/orders/stories.yml"), "- story: ", "- story: now "),
    "an example": (Path("data/orders/nlu.yml"), "      - ", "      - please tell me, "),
}


@dataclass(frozen=True)
class Spent:
    """What a training took.

    Attributes:
        seconds: from the command to its end, start-up included.
        cpu: CPU seconds of all its processes, which other work on the machine changes less.
    """

    seconds: float
    cpu: float


def stock_digest(epochs: int) -> str:
    """Names the stock model of the present training data."""
    digest = hashlib.sha256(f"{STOCK_CONFIG} {epochs}".encode())
    for path in training_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def copy_checkout(folder: Path) -> None:
    """Copy the files that git knows into a new folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def train_stock(folder: Path, epochs: int) -> Spent:
    """Train stock Rasa on the training data of a copy; the model is MODEL in its folder."""
    (folder / STOCK_NAME).write_text(STOCK_CONFIG.replace("EPOCHS", str(epochs)))
    rasa = [sys.executable, "-m", "rasa", "train", "--config", STOCK_NAME]
    rasa += ["--data", "data", "--domain", "domain.yml", "--out", "."]
    rasa += ["--fixed-model-name", MODEL.removesuffix(".tar.gz")]
    return _run(rasa, folder)


def train_ours(folder: Path) -> Spent:
    """Train Frontdesk in a copy of the checkout."""
    return _run([sys.executable, "-m", "ops.train"], folder)


def change(folder: Path, what: str) -> None:
    """Change one line of a copy, as named in CHANGES."""
    path, old, new = CHANGES[what]
    text = (folder / path).read_text(encoding="utf-8")
    if old not in text:
        raise Problem(f"{path} has no {old!r}: this benchmark has to be brought up to date.")
    (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def _run(command: list[str], folder: Path) -> Spent:
    environ: Mapping[str, str] = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    before, began = _cpu(), time.monotonic()
    log = folder / "benchmark.log"
    with log.open("wb") as out:
        done = subprocess.run(command, cwd=folder, env=environ, stdout=out, stderr=out, check=False)
    if done.returncode:
        raise Problem(f"a training failed: {log.read_text()[-2000:]}")
    return Spent(round(time.monotonic() - began, 1), round(_cpu() - before, 1))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
