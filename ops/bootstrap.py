"""Make `.venv` from `requirements.lock`, then start a module in it.

Usage: ``python3 -I ops/bootstrap.py MODULE [ARGUMENT ...]``.

It needs nothing but the standard library of any Python from 3.6 on, since it runs before anything
is installed: it finds or gets uv, finds or gets Python 3.10 (the only one that Rasa 3.6 runs on),
makes `.venv`, installs the locked packages with their hashes checked, and replaces itself by
``.venv/bin/python -m MODULE``. A stamp in `.venv` lets the next start skip all that.
"""
# The syntax and the library of Python 3.6 are all there is here; every command run is our own.
# ruff: noqa: UP006, UP021, UP035, UP045, S603, S606

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

PYTHON = "3.10"
# The first uv whose `python find` and `pip sync` know every option that is used below.
OLDEST_UV = (0, 5)
HEARTBEAT = 10.0  # seconds between two signs of life when there is no terminal to animate
NEEDED_DISK = 5 * 1024**3  # bytes: packages and uv's cache after a first set-up, rounded up

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
TOOLS = ROOT / ".tools"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "frontdesk.stamp"
UNFINISHED = VENV / "frontdesk.unfinished"

# Each of these would make uv or Python look at another installation than the one we name.
MISLEADING = (
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
    "UV_PREFIX",
    "UV_PROJECT_ENVIRONMENT",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYTHONHOME",
    "PYTHONPATH",
)

# Some container images set it. Every process would then compile TensorFlow's sources anew at each
# start, which made it 11 s of CPU slower.
UNCOMPILED = "PYTHONDONTWRITEBYTECODE"


class SetupError(Exception):
    """Set-up cannot go on; its text is one line that names the cause and the mend."""


def say(text: str) -> None:
    """Print one line of progress at once."""
    print("Frontdesk: " + text, flush=True)


def environment() -> Dict[str, str]:
    """Give the environment for uv and Python, without the variables that mislead them.

    uv brings certificates of its own, among which a company's proxy is not; so it is told to use
    the system's where there are any. Older uvs know that setting by its second name.
    """
    given = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    if has_certificates():
        for name in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS"):
            given.setdefault(name, "true")
    return given


def has_certificates() -> bool:
    """Tell whether the system has a certificate store; a minimal container may not."""
    try:
        import ssl
    except ImportError:  # a Python built without OpenSSL can still start uv
        return False
    paths = ssl.get_default_verify_paths()
    return sys.platform == "darwin" or bool(
        paths.cafile or (paths.capath and any(Path(paths.capath).iterdir()))
    )


def ask(*command: str, seconds: float = 60) -> Tuple[int, str]:
    """Run a quiet command; give its exit status (127: it cannot run) and what it printed."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            errors="replace",
            timeout=seconds,
            env=environment(),
            cwd=str(ROOT),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 127, str(error)
    return done.returncode, done.stdout.strip()


def show(doing: str, *command: str) -> int:
    """Run a command that shows its own progress; without a terminal, say now and then it goes on.

    Gives its exit status. The command is ended when we are interrupted.
    """
    started = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment(), cwd=str(ROOT))
    ended = threading.Event()

    def heartbeat() -> None:
        while not ended.wait(HEARTBEAT):
            say(f"{doing} ... {time.monotonic() - started:.0f} s")

    if not sys.stderr.isatty():
        threading.Thread(target=heartbeat, daemon=True).start()
    try:
        return child.wait()
    finally:
        ended.set()
        if child.poll() is None:
            child.terminate()
            child.wait()


def last_line(output: str) -> str:
    """Give the last line that says something: tools put the cause there."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it printed nothing"


# --- uv ---------------------------------------------------------------------------------------


def usable_uv(path: str) -> bool:
    """Tell whether this uv runs and is new enough."""
    status, output = ask(path, "--version")
    found = re.match(r"uv (\d+)\.(\d+)", output)
    return status == 0 and found is not None and tuple(map(int, found.groups())) >= OLDEST_UV


def find_uv() -> str:
    """Find uv, or install the pinned one into `.tools`. Raises SetupError."""
    venv, target = TOOLS / "uv", TOOLS / "uv-target"
    from_venv, from_target = str(venv / "bin" / "uv"), str(target / "bin" / "uv")
    for path in (shutil.which("uv"), from_venv, from_target):
        if path and Path(path).exists() and usable_uv(path):
            return path

    say("uv is not installed: getting it into .tools (about 40 MB)")
    for folder in (venv, target):
        shutil.rmtree(str(folder), ignore_errors=True)
    install = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    install += ["--only-binary", ":all:", "--require-hashes"]
    install += ["-r", str(ROOT / "ops" / "uv-requirements.txt")]
    status, output = ask(sys.executable, "-m", "venv", str(venv))
    if status == 0:
        status, output = ask(str(venv / "bin" / "python"), *install, seconds=600)
        if status == 0 and usable_uv(from_venv):
            return from_venv
    shutil.rmtree(str(venv), ignore_errors=True)
    status, pip_output = ask(sys.executable, *install, "--target", str(target), seconds=600)
    if status == 0 and usable_uv(from_target):
        return from_target
    shutil.rmtree(str(target), ignore_errors=True)
    if "No module named pip" not in pip_output:
        raise SetupError(
            f"cannot get uv: {last_line(pip_output)}. Check the network and pip's settings, or "
            "install uv, and run make again."
        )
    if "ensurepip" in output or "No module named venv" in output:
        raise SetupError(
            f"cannot get uv: {sys.executable} has neither venv nor pip. Install uv, or the "
            "system's package python3-venv or python3-pip, and run make again."
        )
    raise SetupError(
        f"cannot get uv: {last_line(output)}. Check the network and pip's settings, or install "
        "uv, and run make again."
    )


# --- Python 3.10 ------------------------------------------------------------------------------


def usable_python(path: str) -> bool:
    """Tell whether this is a Python 3.10 that runs and has the modules that we cannot do without.

    Running it matters: a pyenv shim exists also for versions that are not switched on, and a
    Python built without a system library lacks the module over it.
    """
    question = "import ssl, sqlite3, ctypes, zlib, sys; print('%d.%d' % sys.version_info[:2])"
    return ask(path, "-c", question) == (0, PYTHON)


def pyenv_pythons(root: Path) -> List[str]:
    """List the Python 3.10s that a pyenv has built, newest first."""

    def patch(python: Path) -> int:
        number = python.parent.parent.name.rpartition(".")[2]
        return int(number) if number.isdigit() else -1

    found = root.glob(f"versions/{PYTHON}.*/bin/python{PYTHON}")
    return [str(python) for python in sorted(found, key=patch, reverse=True)]


def candidates(uv: str) -> Iterator[str]:
    """Yield every place where a Python 3.10 may be, the likeliest first."""
    status, output = ask(
        uv, "python", "find", PYTHON, "--system", "--no-project", "--no-python-downloads"
    )
    if status == 0:
        yield last_line(output)
    yield from pyenv_pythons(Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser())
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in folders:
        if (folder / f"python{PYTHON}").exists():
            yield str(folder / f"python{PYTHON}")
    for folder in folders:
        if folder.parts[-2:] == (".pyenv", "shims"):
            yield from pyenv_pythons(folder.parent)


def chosen_python() -> Optional[str]:
    """Read FRONTDESK_PYTHON from the environment, or else from `.env`; None when it is not set."""
    chosen = os.environ.get("FRONTDESK_PYTHON")
    if chosen:
        return chosen
    # A broken .env is reported by ops.environment, which runs next and knows the lines.
    with contextlib.suppress(OSError, UnicodeDecodeError):
        lines = (ROOT / ".env").read_text(encoding="utf-8").splitlines()
        for line in lines:
            found = re.match(r"\s*(?:export\s+)?FRONTDESK_PYTHON\s*=\s*['\"]?([^'\"#]+)", line)
            if found and found.group(1).strip():
                return found.group(1).strip()
    return None


def find_python(uv: str) -> str:
    """Find a Python 3.10, or have uv download one. Raises SetupError."""
    chosen = chosen_python()
    if chosen:
        if usable_python(chosen):
            return chosen
        raise SetupError(
            f"FRONTDESK_PYTHON={chosen} is no working Python {PYTHON}. Correct or remove it and "
            "run make again."
        )
    for path in candidates(uv):
        if usable_python(path):
            return path
    say(f"Python {PYTHON} is not installed: uv downloads one (about 30 MB)")
    status, output = ask(uv, "python", "install", PYTHON, seconds=900)
    if status == 0:
        status, output = ask(uv, "python", "find", PYTHON, "--managed-python", "--no-project")
        if status == 0 and usable_python(last_line(output)):
            return last_line(output)
    raise SetupError(
        f"Python {PYTHON} is not on this machine and uv could not download it "
        f"({last_line(output)}). Install it, for example with 'pyenv install {PYTHON}' or the "
        f"system's package manager, or name one with FRONTDESK_PYTHON=/path/to/python{PYTHON}, "
        "and run make again."
    )


# --- .venv ------------------------------------------------------------------------------------


def wanted_stamp() -> str:
    """Give what the stamp must say for `.venv` to be right: lock, Python and place.

    The place counts because the scripts in a virtual environment name it.
    """
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()}\npython {PYTHON}\n{ROOT}\n"


def is_ready() -> bool:
    """Tell whether `.venv` was finished for this very lock and its Python still runs."""
    try:
        if STAMP.read_text(encoding="utf-8") != wanted_stamp():
            return False
    except FileNotFoundError:
        return False
    return not UNFINISHED.exists() and usable_python(str(VENV_PYTHON))


def install() -> None:
    """Make or mend `.venv`. Raises SetupError."""
    started = time.monotonic()
    uv = find_uv()
    with contextlib.suppress(FileNotFoundError):
        STAMP.unlink()
    if UNFINISHED.exists():
        # What a killed installer left of a package cannot be told from a whole one.
        say("an earlier set-up did not finish: starting .venv anew")
        shutil.rmtree(str(VENV))
    elif VENV.exists() and not usable_python(str(VENV_PYTHON)):
        say(f".venv has no working Python {PYTHON}: starting it anew")
        shutil.rmtree(str(VENV))
    if not VENV.exists():
        python = find_python(uv)
        say(f"Python {PYTHON}: {python}")
        status, output = ask(uv, "venv", "--no-project", "--quiet", "-p", python, str(VENV))
        if status != 0:
            raise SetupError(
                f"cannot make .venv: {last_line(output)}. Mend that and run make again."
            )
    UNFINISHED.write_text("Packages are being installed; if not, this was interrupted.\n")
    say("installing the packages of requirements.lock (the first time this takes minutes)")
    command = [uv, "pip", "sync", "-p", str(VENV_PYTHON), "--require-hashes", str(LOCK)]
    if not sys.stderr.isatty():
        command.append("--quiet")  # uv's bars need a terminal; its list of packages helps nobody
    if show("installing packages", *command) != 0:
        free = shutil.disk_usage(str(ROOT)).free
        if free < NEEDED_DISK // 5:
            raise SetupError(
                f"packages could not be installed: the disk has {free // 1024**2} MB left, a "
                f"first set-up needs {NEEDED_DISK // 1024**3} GB. Make room, run make again."
            )
        raise SetupError(
            "packages could not be installed (uv's own words are above). Mend that, or check the "
            "network, and run make again: what was downloaded is kept."
        )
    UNFINISHED.unlink()
    STAMP.write_text(wanted_stamp(), encoding="utf-8")
    say(f"packages are ready ({time.monotonic() - started:.0f} s)")


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the set-up's lock, so that two `make`s do not write one `.venv`."""
    try:
        import fcntl
    except ImportError:
        raise SetupError("Frontdesk runs on Linux and macOS. On Windows, run it in WSL.") from None
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / "set-up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another set-up is running here: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def stop(*_: object) -> None:
    """End as on Ctrl-C when told to end, so that no installer is left behind."""
    raise KeyboardInterrupt


def main(arguments: List[str]) -> int:
    """Set up, then become ``python -m`` with these arguments; gives an exit status on failure."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    try:
        if is_ready():
            say("packages are ready (nothing changed)")
        else:
            with one_at_a_time():
                if not is_ready():
                    install()
    except SetupError as error:
        print(f"Frontdesk: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Frontdesk: set-up failed: {error}. Mend that, run make again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nFrontdesk: set-up stopped; run make again to finish it.", file=sys.stderr)
        return 130
    if arguments:
        sys.stdout.flush()
        os.chdir(str(ROOT))
        os.environ.pop(UNCOMPILED, None)
        os.execv(str(VENV_PYTHON), [str(VENV_PYTHON), "-m", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
