"""Stands in for Rasa in a project's folder: trains quickly, and says what Rasa would say.

What it does is decided by the text of data/nlu.yml: `contradiction` fails as Rasa's RulePolicy
does, `crash` with a traceback, `wait` goes on until it is ended.
"""

import sys
import time
from pathlib import Path
from types import SimpleNamespace

# It is all of Rasa's modules that ops.rasa_training imports.
for path in (
    "engine.recipes.default_components",
    "model_training",
    "shared.exceptions",
    "shared.utils.cli",
    "utils.common",
    "utils.log_utils",
):
    parts = path.split(".")
    for end in range(len(parts)):
        sys.modules[".".join(["rasa", *parts[: end + 1]])] = sys.modules[__name__]


class RasaException(Exception):
    pass


def print_error(text: str) -> None:
    print(f"\x1b[91m{text}\x1b[0m")


def configure_logging_and_warnings(_level: int) -> None:
    """Rasa's own says how much is logged."""


def configure_structlog(_level: int) -> None:
    """Rasa's own says how its log is written."""


def train(
    domain: str, config: str, training_files: str, output: str, fixed_model_name: str
) -> SimpleNamespace:
    data = Path(training_files, "nlu.yml").read_text(encoding="utf-8")
    assert Path(domain).exists()
    assert Path(config).exists()
    with Path("trainings").open("a", encoding="utf-8") as count:
        count.write("one\n")
    print("2026-01-01 00:00:00 INFO     rasa.x  - Starting to train component 'X'.")
    if "contradiction" in data:
        raise RasaException("\nContradicting rules or stories found\n\n- greet and bye\n")
    if "crash" in data:
        raise RuntimeError("the featurizer fell over")
    while "wait" in data:
        time.sleep(1)
    Path(output).mkdir(parents=True)
    Path(output, f"{fixed_model_name}.tar.gz").write_bytes(b"a model")
    return SimpleNamespace(code=0)
