"""Build the spaCy pipeline of data/entities, which EntityDocs in config.yml loads by its path."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from ops.lock import exclusive
from ops.problem import Problem, entry, say
from ops.progress import Progress
from ops.yaml_files import DATA

PATTERNS = DATA / "entities"
# Beside the models, which need it: `model:` of EntityDocs in config.yml.
PIPELINE = Path("models") / "entities"
_STAMP = "built-from"
# What a pipeline depends on besides the patterns.
_COMPONENTS = ("entity_patterns.py", "entity_pipeline.py", "entity_values.py", "spoken_numbers.py")


def _expected() -> str:
    """A hash of all that the pipeline is built from."""
    digest = hashlib.sha256()
    sources = [Path("requirements.lock"), *(Path("components") / name for name in _COMPONENTS)]
    for path in (*sorted(PATTERNS.glob("*.yml")), *sources):
        if path.exists():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.as_posix()} {content}\n".encode())
    return digest.hexdigest()


def is_built() -> bool:
    """Whether the pipeline is there and was built from the present patterns."""
    stamp = PIPELINE / _STAMP
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _expected()


def ensure_pipeline() -> None:
    """Build the pipeline unless it fits the patterns. Raises Problem with what is wrong in them."""
    if not PATTERNS.is_dir() or is_built():
        return
    PIPELINE.parent.mkdir(exist_ok=True)
    with (
        exclusive(PIPELINE.parent / ".entities.lock", lambda: say("Another process builds them.")),
        Progress("Building the entity patterns") as progress,
    ):
        if is_built():
            return
        # in a process of its own: spaCy takes memory that the caller does not need
        child = subprocess.Popen(
            [sys.executable, "-m", "ops.entities"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        output = ""
        while child.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                output, _ = child.communicate(timeout=1)
            progress.tick()
    if child.returncode != 0:
        raise Problem(f"the entity patterns cannot be used:\n{output.strip()}")


def build_pipeline() -> None:
    """Build the pipeline, try its examples, and put it in the place of the one before.

    Raises Problem naming each file and example that does not fit.
    """
    # thinc imports TensorFlow when it is there, for seconds, and nothing of ours uses it.
    sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]
    from components.entity_patterns import PatternError, read_folder
    from components.entity_pipeline import build

    stamp = _expected()
    try:
        nlp = build(read_folder(PATTERNS))
    except PatternError as error:
        raise Problem(str(error)) from error
    fresh, old = PIPELINE.with_name(".entities-fresh"), PIPELINE.with_name(".entities-old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    nlp.to_disk(fresh)
    (fresh / _STAMP).write_text(stamp, encoding="utf-8")
    if PIPELINE.exists():
        PIPELINE.rename(old)
    fresh.rename(PIPELINE)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    """Build the pipeline now. Gives the exit status."""
    build_pipeline()
    return 0


if __name__ == "__main__":
    entry(main)
