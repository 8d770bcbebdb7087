"""The Makefile and what it calls first, on machines that have little."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {
    *("run", "test", "train", "check", "check-backend", "preview", "chat", "flagged", "tune"),
    *("telegram-webhook", "bench", "clean"),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile beside a set-up that only says how it was called."""
    checkout = tmp_path / "checkout"
    (checkout / "ops").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", checkout)
    shutil.copy(ROOT / "ops" / "clean.py", checkout / "ops")
    (checkout / "ops" / "bootstrap.py").write_text("import sys; print(sys.argv[1:])\n")
    return checkout


def make(checkout: Path, *arguments: str, path: Path | None = None) -> tuple[int, str]:
    program = shutil.which("make")
    assert program
    done = subprocess.run(
        [program, "--no-print-directory", *arguments],
        cwd=checkout,
        env={"PATH": str(path) if path else os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout


def only(folder: Path, **programs: str) -> Path:
    """A folder for PATH that has these programs and nothing else."""
    folder.mkdir()
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def test_make_alone_lists_what_there_is(checkout: Path) -> None:
    status, said = make(checkout)
    assert status == 0
    listed = {line.split()[1] for line in said.splitlines() if line.startswith("make ")}
    assert listed == TARGETS


@pytest.mark.parametrize(
    ("target", "module"),
    [
        ("run", "ops.run"),
        ("test", "ops.testing"),
        ("train", "ops.train"),
        ("check", "ops.check"),
        ("check-backend", "ops.check_backend"),
        ("chat", "ops.chat"),
        ("tune", "benchmarks.nlu.tune"),
        ("bench", "benchmarks.runtime.compare"),
    ],
)
def test_every_target_goes_through_the_set_up(checkout: Path, target: str, module: str) -> None:
    assert make(checkout, target) == (0, f"['{module}']\n")


def test_what_the_command_line_sets_reaches_the_command(checkout: Path) -> None:
    shown = "import os; print(os.environ['URL'], os.environ.get('SANDBOX'))\n"
    (checkout / "ops" / "bootstrap.py").write_text(shown)
    assert make(checkout, "check-backend", "URL=https://a.example") == (
        0,
        "https://a.example None\n",
    )


def test_arguments_choose_the_benchmark(checkout: Path) -> None:
    said = make(checkout, "bench", "ARGS=benchmarks.nlu.compare --split f")[1]
    assert said == "['benchmarks.nlu.compare', '--split', 'f']\n"


def test_arguments_reach_pytest(checkout: Path) -> None:
    assert make(checkout, "test", "ARGS=-k orders") == (0, "['ops.testing', '-k', 'orders']\n")


def test_a_python_that_does_not_run_is_passed_over(checkout: Path, tmp_path: Path) -> None:
    path = only(
        tmp_path / "bin",
        python3="echo 'pyenv: python3: command not found'; exit 127",
        python=f'exec {sys.executable} "$@"',
    )
    text = (checkout / "Makefile").read_text().replace("/usr/", "/no/such/")
    (checkout / "Makefile").write_text(text)
    assert make(checkout, "train", path=path) == (0, "['ops.train']\n")


def test_a_python_that_is_too_old_is_passed_over(checkout: Path, tmp_path: Path) -> None:
    # What a Python 2 does when it is asked whether it is 3.6 or newer.
    path = only(tmp_path / "bin", python3="exit 1", python=f'exec {sys.executable} "$@"')
    text = (checkout / "Makefile").read_text().replace("/usr/", "/no/such/")
    (checkout / "Makefile").write_text(text)
    assert make(checkout, "train", path=path) == (0, "['ops.train']\n")


def test_no_python_is_one_line(checkout: Path, tmp_path: Path) -> None:
    text = (checkout / "Makefile").read_text().replace("/usr/", "/no/such/")
    (checkout / "Makefile").write_text(text)
    status, said = make(checkout, "run", path=only(tmp_path / "bin"))
    assert status != 0
    assert said.startswith("Frontdesk: no Python 3 was found on PATH. Install one")
    assert "Traceback" not in said


def test_clean_removes_what_was_made_and_says_so(checkout: Path) -> None:
    for name in ("var/logs", "models", ".venv/bin", ".tools", ".rasa", "data"):
        (checkout / name).mkdir(parents=True)
    (checkout / ".env").write_text("A=1\n")
    status, said = make(checkout, "clean")
    assert status == 0
    left = {path.name for path in checkout.iterdir()}
    assert left == {"Makefile", "ops", "data", ".env"}
    for name in ("var/", "models/", ".venv/", ".tools/", ".rasa/"):
        assert f"Removing {name}: " in said
    assert make(checkout, "clean")[0] == 0


def test_clean_does_not_pull_the_rug_from_under_a_running_frontdesk(checkout: Path) -> None:
    lock = checkout / "var" / "run.lock"
    lock.parent.mkdir()
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        status, said = make(checkout, "clean")
    assert status != 0
    assert "Frontdesk is running" in said
    assert lock.exists()


def test_ci_calls_make_test_and_every_gate() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "set -euo pipefail" in script
    for gate in ("make test", "ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert gate in script
    assert subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT).returncode == 0
