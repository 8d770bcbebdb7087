"""Prove the set-up: clone, then `make run` in an empty home, ask one thing, stop, start again.

Usage: ``python -m ops.fresh_clone [--keep]``, in a checkout. It costs a few minutes and some
gigabytes of disk, which it gives back unless told to --keep the clone. It is no pytest test
because it runs all that they rest on, set-up included, as a stranger would.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from ops.chat import Chat, written
from ops.problem import Problem, entry, say

START_SECONDS = 1800.0  # downloading gigabytes takes as long as the network says
STOP_SECONDS = 60.0
MARK = "FRESH_CLONE"  # an environment variable that every process started here inherits
# A stranger's machine has these, and here they may be the only way to the package registries.
KEPT = ("PATH", "PYENV_ROOT", "LANG", "TERM")
KEPT_PREFIXES = ("SSL_CERT_", "PIP_", "UV_INDEX", "UV_DEFAULT_INDEX")
RUNNING = "Frontdesk is running."
PORTS = ("RASA", "ACTIONS", "SHOP", "DESK")


def main() -> int:
    """Do all of it. Gives the exit status; raises Problem naming what did not hold."""
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-"))
    try:
        clone, home = folder / "frontdesk", folder / "home"
        home.mkdir()
        _run(["git", "clone", "--quiet", str(Path.cwd()), str(clone)])
        environ = _environ(home)
        first = _start_ask_stop(clone, environ, "first")
        second = _start_ask_stop(clone, environ, "second")
        said = (clone / "second.log").read_text()
        if said.count("nothing changed") != 2:
            raise Problem(f"the second start did not skip set-up and training:\n{said}")
        if second >= first:
            raise Problem(f"the second start took {second:.0f} s, the first {first:.0f} s")
        say(f"First start: {first:.0f} s. Second start: {second:.0f} s.")
        for path in (clone / ".venv", clone / ".tools", clone / "models", home / ".cache"):
            say(f"  {path.relative_to(folder)}: {_megabytes(path)} MB")
        # uv links its cache's files into .venv: the two together take hardly more than one.
        say(f"  all together on the disk: {_megabytes(folder)} MB")
    finally:
        if "--keep" in sys.argv:
            say(f"Kept: {folder}")
        else:
            shutil.rmtree(folder)
    return 0


def _environ(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(KEPT_PREFIXES) or name.lower().endswith("_proxy")
    }
    # The default ports may be in use beside us: the machine is not the clone's alone.
    ports = {f"FRONTDESK_{name}_PORT": str(_free_port()) for name in PORTS}
    return {**kept, **ports, "HOME": str(home), MARK: uuid.uuid4().hex}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start_ask_stop(clone: Path, environ: Mapping[str, str], name: str) -> float:
    """Run `make run` as in a terminal until it has answered a customer.

    Gives the seconds until it said that it is running. Raises Problem.
    """
    log = clone / f"{name}.log"
    started = time.monotonic()
    with log.open("w") as output:
        make = subprocess.Popen(
            ["make", "run"],  # noqa: S607 - the make of PATH, as a stranger's
            cwd=clone,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with _ended_at_last(environ):
        shown = 0
        while RUNNING not in (said := log.read_text()):
            print(said[shown:], end="", flush=True)
            shown = len(said)
            if make.poll() is not None:
                raise Problem(f"make run ended with {make.returncode} before it was running")
            if time.monotonic() - started > START_SECONDS:
                raise Problem("make run took too long")
            with suppress(subprocess.TimeoutExpired):
                make.wait(0.5)
        seconds = time.monotonic() - started
        print(said[shown:], end="", flush=True)
        _ask(environ)
        # As Ctrl-C in a terminal: every process of the foreground group gets it.
        told = time.monotonic()
        os.killpg(make.pid, signal.SIGINT)
        make.wait(STOP_SECONDS)
        say(f"Ctrl-C ended it in {time.monotonic() - told:.1f} s.")
        left = [process.cmdline() for process in _ours(environ)]
        if left:
            raise Problem(f"Ctrl-C left processes behind: {left}")
    return seconds


def _ask(environ: Mapping[str, str]) -> None:
    chat = Chat(f"http://127.0.0.1:{environ['FRONTDESK_RASA_PORT']}")
    try:
        opening = written(chat.opening())
        answer = written(chat.say("where is my order 10023?"))
    finally:
        chat.close()
    say(f"It says: {opening}\nAsked where order 10023 is: {answer}")
    if not opening or not answer:
        raise Problem("the assistant did not answer")


@contextmanager
def _ended_at_last(environ: Mapping[str, str]) -> Iterator[None]:
    """Leave no process behind, whatever fails."""
    try:
        yield
    finally:
        for process in _ours(environ):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _ours(environ: Mapping[str, str]) -> Iterator[psutil.Process]:
    """Yield the processes that still run of those that were started in `environ`."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            ours = process.environ().get(MARK) == environ[MARK]
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own commands
    if done.returncode != 0:
        raise Problem(f"{' '.join(command)} failed")


def _megabytes(folder: Path) -> int:
    """Give what a folder takes on the disk, a file with several names counted once."""
    sizes = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            sizes[status.st_ino] = status.st_blocks * 512
    return round(sum(sizes.values()) / 1024**2)


if __name__ == "__main__":
    entry(main)
