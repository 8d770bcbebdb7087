"""A process that trains one model, seen from the process that started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from ops.yaml_files import domain_path

# Rasa and what it imports, kept from phoning home and from filling the log with notices.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


class Trainer:
    """Trains once. From the start on it gets ready, which takes seconds; `begin` need not wait."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        """Start it.

        Args:
            environ: the whole environment.
            log: where what Rasa says is found once the training has begun, in place of what was
                there.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log
        self._early_log = log.with_name(f".{log.stem}-{uuid.uuid4().hex}{log.suffix}")
        with self._early_log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ops.rasa_training"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environ, **QUIET, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )

    def begin(self, out: Path, name: str) -> None:
        """Have it train the present files as soon as it is ready; the model: `out`/`name`.tar.gz.

        Raises Problem when there is no domain.
        """
        task = {"domain": str(domain_path()), "out": str(out), "name": name}
        self._early_log.replace(self._log)
        stdin = self._process.stdin
        if stdin is not None:
            with suppress(BrokenPipeError):  # it died while it got ready: `status` tells
                stdin.write(f"{json.dumps(task)}\n".encode())
                stdin.close()

    def is_running(self, *, within: float = 0) -> bool:
        """Tell whether it has not ended yet, after waiting up to `within` seconds for that."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
            return False
        return True

    @property
    def status(self) -> int:
        """Its exit status, once it has ended; negative: the signal that killed it."""
        return self._process.wait()

    def end(self) -> None:
        """End it, and all that it started, whatever it does."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._early_log.unlink(missing_ok=True)

    def __enter__(self) -> Trainer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
