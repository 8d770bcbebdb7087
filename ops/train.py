"""Train the model that fits the training data, unless it is there already (`make train`)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from ops import rasa_words
from ops.designer_checks import findings, refuse
from ops.entities import ensure_pipeline
from ops.environment import prepare
from ops.fingerprint import fingerprint
from ops.lock import exclusive
from ops.problem import Problem, entry, say
from ops.progress import Progress
from ops.rasa_plain import plain
from ops.trainer import Trainer
from ops.yaml_files import check_all, training_files

MODELS = Path("models")
PREFIX = "frontdesk-"
KEPT = 3  # models: the one in use and two to go back to
SHOWN = 10  # errors: more at once helps nobody


def model_path(models: Path = MODELS) -> Path:
    """Give where the model of the present training data is, or will be. Raises Problem."""
    return models / f"{PREFIX}{fingerprint()}.tar.gz"


def newest(models: Path = MODELS) -> Path | None:
    """Give the model that was trained, or found fitting, last."""
    found = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def log_path(environ: Mapping[str, str]) -> Path:
    """Give where what Rasa says in a training is written."""
    return Path(environ["FRONTDESK_VAR"]) / "logs" / "train.log"


def ensure_model(
    environ: Mapping[str, str], models: Path = MODELS, trainer: Trainer | None = None
) -> Path:
    """Give a model of the present training data, trained now if there is none.

    Processes that ask at the same time train once. Raises Problem with what we, or Rasa, found
    wrong.

    Args:
        environ: the whole environment.
        models: where models are kept.
        trainer: one that is ready, or about to be; it has ended afterwards if it was used.

    Returns:
        The model's archive.
    """
    log = log_path(environ)
    ensure_pipeline()
    with exclusive(
        models / ".training.lock", lambda: say("Another training is running here: waiting for it.")
    ):
        model = model_path(models)
        if model.exists():
            model.touch()  # so that it is the newest again after going back to older data
            say(f"The model fits the training data (nothing changed): {model}")
            return model
        fresh = models / ".fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        # It imports Rasa while we look at the files.
        with trainer or Trainer(environ, log) as child, Progress("Training the model") as progress:
            # Validated by our own checks, in a second; Rasa's take half as long as training does,
            # and `make check` runs them.
            refuse(findings())
            _train(child, fresh, model.name.removesuffix(".tar.gz"), log, progress)
            seconds = progress.seconds
        (fresh / model.name).replace(model)
        shutil.rmtree(fresh)
        say(f"The model is trained ({seconds:.0f} s): {model}")
        _forget_old(models)
        return model


def _train(child: Trainer, out: Path, name: str, log: Path, progress: Progress) -> None:
    child.begin(out, name)
    while child.is_running(within=1):
        progress.tick(_phase(log))
    text = log.read_text(encoding="utf-8", errors="replace")
    if child.status != 0 or not (out / f"{name}.tar.gz").exists():
        raise Problem(_failure(text, log, child.status))


def _phase(log: Path) -> str:
    """Read from the log what is being trained."""
    text = log.read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"Starting to train component '(\w+)'", text)
    return found[-1] if found else ""


def _failure(text: str, log: Path, status: int) -> str:
    """Say why a training failed, in Rasa's words, as short as can be."""
    errors = rasa_words.read(text).errors or tuple(rasa_words.last_lines(text))
    lines = [f"the training failed{f' (signal {-status})' if status < 0 else ''}. Rasa says:"]
    lines += [f"  - {plain(error, training_files())}" for error in errors[:SHOWN]]
    if len(errors) > SHOWN:
        lines.append(f"  - and {len(errors) - SHOWN} more")
    lines.append(f"Correct that and start again. The whole log: {log}")
    return "\n".join(lines)


def _forget_old(models: Path) -> None:
    """Remove all but the newest of the models that we have trained."""
    ours = sorted(models.glob(f"{PREFIX}*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for old in ours[:-KEPT]:
        old.unlink()


def main() -> int:
    """Check the files, then train if anything changed. Gives the exit status."""
    environ = prepare()
    check_all(environ)
    ensure_model(environ)
    return 0


if __name__ == "__main__":
    entry(main)
