"""Find, or install, the Chromium that the browser tests drive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ops.problem import Problem, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_A_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# A page without any font shows boxes, and its screenshots are worth nothing.
PACKAGES = ("chromium", "fonts-dejavu-core")
VERSION_SECONDS = 60.0
INSTALL_SECONDS = 1200.0


def ensure_browser(environ: Mapping[str, str], log: Path) -> str:
    """Give the path of a Chromium that runs, installed now if there is none.

    `log` gets what the installers print. Raises Problem when there is none to be had.
    """
    chosen = environ.get("FRONTDESK_CHROMIUM")
    if chosen:
        if runs(chosen):
            return chosen
        raise Problem(
            f"FRONTDESK_CHROMIUM={chosen} is no browser that runs. Correct or remove it.", status=2
        )
    for path in _installed():
        if runs(path):
            return path
    log.parent.mkdir(parents=True, exist_ok=True)
    for command in _installers():
        say(f"There is no Chromium for the browser tests: {' '.join(command)}")
        if not _succeeds(command, log):
            continue
        for path in _installed():
            if runs(path):
                return path
    raise Problem(
        "there is no Chromium for the browser tests and none could be installed "
        f"(see {log}). Install Chromium or Chrome, or name one with FRONTDESK_CHROMIUM."
    )


def runs(path: str) -> bool:
    """Tell whether the program starts: some systems' `chromium` only says how to get it."""
    try:
        done = subprocess.run(  # noqa: S603 - the browser that the machine's owner has installed
            [path, "--version"], capture_output=True, text=True, timeout=VERSION_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and any(name in done.stdout for name in ("Chrom", "chrom"))


def _installed() -> Iterator[str]:
    """Yield the browsers that are there: on PATH, in a Mac's place, Playwright's own."""
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    if Path(ON_A_MAC).exists():
        yield ON_A_MAC
    # Asked in a process of its own: Playwright's driver is a server that wants to be stopped.
    question = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as playwright: print(playwright.chromium.executable_path)"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", question], capture_output=True, text=True, timeout=VERSION_SECONDS
    )
    path = done.stdout.strip()
    if done.returncode == 0 and Path(path).exists():
        yield path


def _installers() -> Iterator[list[str]]:
    """Yield the commands that may install a browser, the system's package first."""
    if os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        yield [apt, "update"]
        yield [apt, "install", "--yes", "--no-install-recommends", *PACKAGES]
    yield [sys.executable, "-m", "playwright", "install", "chromium"]


def _succeeds(command: list[str], log: Path) -> bool:
    with log.open("ab") as output:
        try:
            status = subprocess.run(  # noqa: S603 - one of _installers
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                timeout=INSTALL_SECONDS,
            ).returncode
        except (OSError, subprocess.TimeoutExpired) as error:
            output.write(f"{error}\n".encode())
            return False
    return status == 0
