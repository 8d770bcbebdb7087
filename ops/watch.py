"""During `make run`, what is saved is checked, trained, and taken up by the running assistant."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from ops.fingerprint import inputs
from ops.problem import Problem, say
from ops.services import local_host
from ops.train import ensure_model, log_path
from ops.trainer import Trainer
from ops.yaml_files import CONFIG, check_all

LOOK = 0.5  # seconds between two looks at the files
SHOWN = 5  # names of files
# A process that is ready to train takes some 240 MB: it is ended when nobody has saved for so long.
IDLE_SECONDS = 900.0
SWAP_SECONDS = 120.0  # Rasa reads a model in a second or two; a busy machine gets its time

Stamp = dict[Path, tuple[int, int]]  # of each file: when it was changed (ns), and its size


class Watch:
    """Watches the files of the bot in a thread of its own, from `start` until `stop`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._seen = _stamp()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._stopping = threading.Event()
        self._trainer: Trainer | None = None
        self._ready_for: Stamp = {}  # what the waiting trainer has imported, or chose by

    def start(self) -> None:
        """Begin to look; what was saved since this object was made counts."""
        self._thread.start()

    def stop(self) -> None:
        """End, also a training that is under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._end_trainer()
            self._thread.join()
        self._end_trainer()

    def _run(self) -> None:
        latest, active = self._seen, time.monotonic()
        while not self._stopping.wait(LOOK):
            now = _stamp()
            if now != latest:
                latest, active = now, time.monotonic()
                self._get_ready(now)
            elif now and now != self._seen:  # and nothing was saved since the last look
                self._take_up(_changed(self._seen, now))
                self._seen, active = now, time.monotonic()
            elif time.monotonic() - active > IDLE_SECONDS:
                self._end_trainer()

    def _get_ready(self, stamp: Stamp) -> None:
        """Have a process import Rasa, with the components as they are now."""
        code = {path: at for path, at in stamp.items() if path == CONFIG or path.suffix == ".py"}
        if self._trainer is None or not self._trainer.is_running() or code != self._ready_for:
            self._end_trainer()
            self._trainer, self._ready_for = Trainer(self._environ, log_path(self._environ)), code

    def _take_up(self, changed: list[Path]) -> None:
        started = time.monotonic()
        names = ", ".join(map(str, changed[:SHOWN])) + (" ..." if len(changed) > SHOWN else "")
        say(f"\nSaved: {names}")
        try:
            check_all(self._environ)
            self._get_ready(_stamp())
            model = ensure_model(self._environ, trainer=self._trainer)
            swap(model, self._environ)
        except Problem as problem:
            if not self._stopping.is_set():
                say(f"Frontdesk: {problem}")
                say("The assistant answers as before. What you save next is tried at once.")
            return
        say(f"The running assistant has it, {time.monotonic() - started:.0f} s after it was saved.")
        self._get_ready(_stamp())

    def _end_trainer(self) -> None:
        if self._trainer is not None:
            self._trainer.end()


def _stamp() -> Stamp:
    """Look at all files that a model depends on; nothing while one of them is being replaced."""
    try:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in inputs()}
    except (OSError, Problem):
        return {}


def _changed(before: Stamp, after: Stamp) -> list[Path]:
    both = before.keys() | after.keys()
    return sorted(path for path in both if before.get(path) != after.get(path))


def swap(model: Path, environ: Mapping[str, str]) -> None:
    """Have the running Rasa answer by another model, from its next message on. Raises Problem."""
    url = f"http://{local_host(environ)}:{environ['FRONTDESK_RASA_PORT']}/live-model/"
    try:
        answer = httpx.put(
            url,
            headers={"Authorization": f"Bearer {environ['FRONTDESK_RASA_TOKEN']}"},
            json={"model_file": str(model.resolve())},
            timeout=SWAP_SECONDS,
            trust_env=False,
        )
    except httpx.TransportError as error:
        raise Problem(
            f"the model is trained, but Rasa does not take it ({error or type(error).__name__}). "
            "It is used from the next start on."
        ) from error
    if answer.status_code != httpx.codes.NO_CONTENT:
        log = Path(environ["FRONTDESK_VAR"]) / "logs" / "rasa.log"
        raise Problem(
            f"the model is trained, but Rasa does not take it ({answer.status_code}): see the end "
            f"of {log}. Stop make run and start it again."
        )
