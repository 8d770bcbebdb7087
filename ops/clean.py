"""`make clean`: remove what set-up, training and running have made. Standard library only."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MADE = {
    "var": "databases (conversations, the demo shop), logs, generated secrets",
    "models": "trained models",
    ".rasa": "Rasa's training cache",
    ".venv": "Python packages",
    ".tools": "uv",
}


def main() -> int:
    """Remove everything that can be made again, saying what. Gives the exit status."""
    lock = ROOT / "var" / "run.lock"
    if lock.exists():
        with lock.open() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                print("Frontdesk is running: stop it first (Ctrl-C), then make clean.")
                return 1
    for name, what in MADE.items():
        folder = ROOT / name
        if folder.exists():
            print(f"Removing {name}/: {what}", flush=True)
            shutil.rmtree(folder)
    elsewhere = os.environ.get("FRONTDESK_VAR", "var")
    if elsewhere != "var":
        print(f"Left alone: FRONTDESK_VAR={elsewhere}. Remove it yourself if you mean to.")
    print("Clean. .env is yours and was left alone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
