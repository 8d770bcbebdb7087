"""Start every process of the Procfile, wait until each answers, and end them all again.

honcho runs the processes; each is wrapped in a keeper (ops.keep), so that honcho, which ends all
when one ends, sees an end only when there is no use in going on.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import honcho.manager
import psutil
from honcho.printer import Message

from ops import keep, rasa_words
from ops.problem import Problem, say
from ops.services import Service

START_SECONDS = 300.0  # Rasa takes some 15 s on a quick machine; a slow, busy one gets its time
LOOK = 0.25  # seconds between two looks whether a process answers
HEARTBEAT = 10.0  # seconds between two lines about a process that is still starting
DOUBLE_PRESS = 1.0  # seconds: one Ctrl-C may arrive twice, from the terminal and from a parent
LOG_LINES = 15

# honcho kills what has not ended so long after the first end; the keepers need their time first.
honcho.manager.KILL_WAIT = keep.STOP_SECONDS + 5


class _Manager(honcho.manager.Manager):  # type: ignore[misc]
    """honcho's manager, safe to end at any moment, and telling what happened.

    honcho tells what happens to its printer, as lines; so this object is its own printer.
    """

    def __init__(self, count: int, on_started: Callable[[], None]) -> None:
        super().__init__(printer=self)
        self.width = 0  # honcho sets it on its printer
        self.keepers: dict[str, int] = {}  # name: pid of its keeper, which leads a session
        self.ended: list[str] = []  # names, in the order in which they ended
        self.was_told = False  # to end, by somebody, while all was running
        self.ending = False
        self._told_at = 0.0
        self._count = count  # of processes
        self._on_started = on_started

    def write(self, message: Message) -> None:
        """Take a line as honcho's printer: a keeper's words are shown, honcho's are read."""
        line = message.data if isinstance(message.data, str) else message.data.decode()
        if message.name != honcho.manager.SYSTEM_PRINTER_NAME:
            say(f"  {message.name} {line.strip()}")
        elif found := re.match(r"(\S+) started \(pid=(\d+)\)", line):
            self.keepers[found.group(1)] = int(found.group(2))
            if self._knows_all():
                if self.ending:
                    super().terminate()
                else:
                    self._on_started()
        elif found := re.match(r"(\S+) stopped \(rc=", line):
            self.ended.append(found.group(1))
        elif re.match(r"SIG[A-Z]+ received", line):
            self.note_signal()

    def note_signal(self) -> None:
        """Somebody wants an end: say so; somebody who asks again, a moment later, gets a kill."""
        now = time.monotonic()
        if not self._told_at:
            self._told_at = now
            self.was_told = not self.ended
            say("\nStopping. (Ctrl-C again: at once.)")
        elif now - self._told_at > DOUBLE_PRESS and self._knows_all():
            self.kill()

    def terminate(self) -> None:
        """Ask all processes to end."""
        self.ending = True
        if self._knows_all():  # otherwise honcho fails for want of a pid: write() does it then
            super().terminate()

    def _knows_all(self) -> bool:
        return len(self.keepers) == self._count


class Installation:
    """All processes of the one-machine installation, started and ended together."""

    def __init__(self, services: Mapping[str, Service], environ: Mapping[str, str]) -> None:
        self._services = services
        self._logs = Path(environ["FRONTDESK_VAR"]) / "logs"
        self._watcher = threading.Thread(target=self._wait_until_all_answer, daemon=True)
        self._manager = _Manager(len(services), self._watcher.start)
        self._when_ready: Callable[[], None] = lambda: None
        self._ready = False
        self._too_slow = ""
        child_environ = {
            **environ,
            # The Procfile says `python`: the one of .venv is meant, whatever else is on PATH.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
        }
        for name in services:
            command = shlex.join([sys.executable, "-m", "ops.keep", name, str(os.getpid())])
            self._manager.add_process(name, f"exec {command}", env=child_environ)

    def run(self, when_ready: Callable[[], None]) -> None:
        """Start all, call `when_ready` when each answers, and come back when told to end.

        All processes have ended then. Raises Problem when one does not start or keep running.
        """
        self._when_ready = when_ready
        say(f"Starting {', '.join(self._services)}. What they write: {self._logs}/")
        signal.signal(signal.SIGHUP, lambda *_: self._hang_up())
        try:
            self._manager.loop()  # it handles SIGINT and SIGTERM
        finally:
            self._end_the_rest()
        if self._too_slow:
            raise Problem(self._failure(self._too_slow, "did not answer in time"))
        if not self._manager.was_told:
            how = "is not kept running any more" if self._ready else "ended while starting"
            raise Problem(self._failure(self._manager.ended[0], how))

    def _hang_up(self) -> None:
        self._manager.note_signal()
        self._manager.terminate()

    def _wait_until_all_answer(self) -> None:
        started = shown = time.monotonic()
        waiting = dict(self._services)
        while waiting:
            if self._manager.ending or self._manager.ended:
                return
            now = time.monotonic()
            for name, service in list(waiting.items()):
                if service.answers():
                    say(f"  {name} is ready ({now - started:.1f} s)")
                    del waiting[name]
            if waiting and now - started > START_SECONDS:
                self._too_slow = next(iter(waiting))
                self._manager.terminate()
                return
            if waiting and now - shown >= HEARTBEAT:
                shown = now
                say(f"  waiting for {', '.join(waiting)} ... {now - started:.0f} s")
            time.sleep(LOOK)
        self._ready = True
        self._when_ready()

    def _end_the_rest(self) -> None:
        """End what is still there when honcho has come back: the children of a killed keeper."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        sessions = set(self._manager.keepers.values())
        rest = []
        for process in psutil.process_iter():
            with suppress(ProcessLookupError, psutil.NoSuchProcess):
                if os.getsid(process.pid) in sessions:
                    process.terminate()
                    rest.append(process)
        for process in psutil.wait_procs(rest, timeout=keep.STOP_SECONDS)[1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _failure(self, name: str, how: str) -> str:
        log = self._logs / f"{name}.log"
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        lines = [f"{name} {how}; everything was stopped. The last lines of {log}:"]
        return "\n".join(lines + [f"    {line}" for line in rasa_words.last_lines(text, LOG_LINES)])
