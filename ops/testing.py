"""`make test`: a browser, one trained model for all tests, then every test.

Arguments go to pytest: ``make test ARGS="-k orders"``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ops.browser import ensure_browser
from ops.environment import prepare
from ops.problem import Problem, entry, say
from ops.settings import PREFIX
from ops.train import ensure_model
from ops.yaml_files import check_all

VAR = "var/test"
# Two: tests wait for servers as often as they compute, and two are what small machines have.
WORKERS = 2
_KEPT = ("FRONTDESK_CHROMIUM", "FRONTDESK_PYTHON")


def environ_for_tests(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give the environment for tests: defaults only, whatever this machine's settings are."""
    given = {
        name: value
        for name, value in environ.items()
        if not name.startswith(PREFIX) or name in _KEPT
    }
    return prepare({**given, "FRONTDESK_VAR": VAR}, env_file=None)


def model_for_tests(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the model that tests use: the one that `make run` would use, trained if need be.

    Call it in the checkout's root. Raises Problem.
    """
    return ensure_model(environ_for_tests(environ)).resolve()


def main() -> int:
    """Run every test. Gives pytest's exit status."""
    environ = environ_for_tests()
    check_all(environ)
    try:
        environ["FRONTDESK_CHROMIUM"] = ensure_browser(environ, Path(VAR) / "logs" / "browser.log")
    except Problem as problem:
        if environ.get("CI") or problem.status == 2:
            raise
        say(f"Frontdesk: {problem} Without it the browser tests are skipped.")
    ensure_model(environ)
    # Tests that need settings set them; what is here by chance must not reach them.
    for_tests = {
        name: value
        for name, value in environ.items()
        if not name.startswith(PREFIX) or name == "FRONTDESK_CHROMIUM"
    }
    command = [sys.executable, "-m", "pytest", "-n", str(WORKERS), "--dist", "loadgroup"]
    return subprocess.call(  # noqa: S603 - our own command
        [*command, *sys.argv[1:]], env=for_tests, stdin=subprocess.DEVNULL
    )


if __name__ == "__main__":
    entry(main)
