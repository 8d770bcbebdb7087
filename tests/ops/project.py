"""A small project in a folder of its own, run by the real ops package with stand-in processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil

from tests.support.shop import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WITHIN = 60.0  # seconds: what takes one on an idle machine
MARK = "OPS_TEST_PROJECT"


def until(condition: Callable[[], object], what: str, within: float = WITHIN) -> None:
    """Wait until the condition holds; fail when it does not in time (seconds)."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"not in time: {what}"
        time.sleep(0.05)


class Project:
    """A folder with everything that `python -m ops.run` looks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("shop", "actions", "rasa")}
        self.mark = uuid.uuid4().hex
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FRONTDESK_", "FAKE_"))
        }
        self.environ = {
            **clean,
            "PYTHONPATH": str(ROOT),
            MARK: self.mark,
            **{f"FRONTDESK_{name.upper()}_PORT": str(port) for name, port in self.ports.items()},
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.runs = 0
        self.write("Procfile", "".join(f"{name}: python fake.py {name}\n" for name in self.ports))
        # With a policy that needs TensorFlow ours imports "Rasa" without further ado.
        self.write("config.yml", "recipe: default.v1\npolicies:\n- name: TEDPolicy\n")
        self.write("domain.yml", 'version: "3.1"\n')
        self.write("credentials.yml", "channel:\n  secret: ${FRONTDESK_WEB_SECRET}\n")
        self.write("endpoints.yml", "action_endpoint:\n  url: ${FRONTDESK_ACTIONS_URL}\n")
        self.write("data/nlu.yml", 'version: "3.1"\n')
        self.write("requirements.lock", "rasa==3.6.21\n")
        (folder / "rasa").mkdir()
        shutil.copy(HERE / "fake_rasa.py", folder / "rasa" / "__init__.py")
        shutil.copy(HERE / "fake_service.py", folder / "fake.py")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, *command: str) -> None:
        """Start `python -m` with this command, ops.run when there is none, as a shell would."""
        self.runs += 1
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *(command or ("ops.run",))],
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command to its end; give its exit status and what it printed."""
        self.start(*command)
        return self.wait(), self.said

    def wait(self) -> int:
        """Wait for the end; give the exit status."""
        assert self.process is not None
        return self.process.wait(WITHIN)

    @property
    def log(self) -> Path:
        return self.folder / f"run-{self.runs}.log"

    @property
    def said(self) -> str:
        """What the last command has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def until_said(self, text: str, within: float = WITHIN) -> None:
        """Wait until the command has printed this; fail when it ends or takes too long."""

        def is_said() -> bool:
            assert self.process is not None
            ended = self.process.poll() is not None
            if text in self.said:
                return True
            assert not ended, f"ended with {self.process.returncode} before {text!r}:\n{self.said}"
            return False

        until(is_said, repr(text), within)

    def signal(self, number: int) -> None:
        """Send a signal to the command alone."""
        assert self.process is not None
        self.process.send_signal(number)

    def signal_group(self, number: int) -> None:
        """Send a signal to all that a terminal would send it to."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def answering(self, name: str) -> int:
        """Give the pid of the stand-in that answers at the process's port; 0 when none does."""
        try:
            # Not the path that ops asks for, so that logs tell the two apart.
            url = f"http://127.0.0.1:{self.ports[name]}/who"
            answer = httpx.get(url, trust_env=False, timeout=5)
        except httpx.TransportError:
            return 0
        return int(answer.text) if answer.status_code == 200 else 0

    def processes(self) -> list[psutil.Process]:
        """List all processes that came out of this project and still run."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get(MARK) == self.mark
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def trainings(self) -> int:
        """Tell how often a model has been trained."""
        count = self.folder / "trainings"
        return len(count.read_text().splitlines()) if count.exists() else 0

    def end(self) -> None:
        """Leave nothing behind, whatever a test has done."""
        for process in self.processes():
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        if self.process is not None:
            self.process.wait(WITHIN)
