"""Keep one process of the Procfile running: ``python -m ops.keep NAME PID-OF-THE-STARTER``.

The process's output goes to its log file; what the keeper itself says goes to standard output.
A process that dies after it has worked is started again, sooner at first, later if it goes on
dying. One that dies before it ever worked will not work the next time either: the keeper gives
up, loudly. A server that lost one of its several processes would go on with the others: it is
started again as a whole. When the keeper is told to end, or its starter is gone, it ends the
process: asked first, killed after STOP_SECONDS.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from ops.problem import Stopped, entry, say
from ops.services import Service, read_procfile

STOP_SECONDS = 20.0  # Rasa finishes the turns it has begun; a turn may wait for a backend
DELAYS = (0.5, 1, 2, 4, 8, 16, 30)  # seconds before a restart, for the first, second, ... death
CALM_SECONDS = 60.0  # having run this long, a process starts again at the first delay
STEADY_SECONDS = 3.0  # a process without a health check counts as working after this long
TICK = 0.25  # seconds between two looks
WORKERS_LOOK = 2.0  # seconds between two looks whether all processes of a server are there
LARGEST_LOG = 20 * 1024**2  # bytes


class Keeper:
    """Keeps one service running, its output in `log`, for as long as `starter` runs."""

    def __init__(self, service: Service, log: Path, starter: psutil.Process) -> None:
        self._service = service
        self._log = log
        self._starter = starter
        self._has_worked = False

    def run(self) -> int:
        """Run until told to end (gives 0) or until it is hopeless (gives 1)."""
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".log.1"))
        deaths = 0
        while True:
            started = time.monotonic()
            child = self._start()
            try:
                self._watch(child, started)
            except Stopped:
                return 0
            finally:
                self._end(child)
            if not self._has_worked:
                say(f"ended while starting ({how_it_ended(child.returncode)})")
                return 1
            if time.monotonic() - started >= CALM_SECONDS:
                deaths = 0
            delay = DELAYS[min(deaths, len(DELAYS) - 1)]
            deaths += 1
            say(f"ended ({how_it_ended(child.returncode)}); starting it again in {delay:g} s")
            try:
                self._wait(delay)
            except Stopped:
                return 0

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(  # noqa: S602 - a Procfile's commands are for a shell
                for_shell(self._service.command),
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own, so that all of it can be ended, in the session that honcho
                # made, so that whoever starts us finds it even when we are gone.
                preexec_fn=os.setpgrp,  # safe: this process has one thread
            )

    def _watch(self, child: subprocess.Popen[bytes], started: float) -> None:
        """Come back when the child has ended; raise Stopped when we have to end it."""
        steady = 0.0 if self._service.port_setting else STEADY_SECONDS
        all_there, looked = False, started
        while child.poll() is None:
            self._wait(TICK)
            if not self._has_worked and time.monotonic() - started >= steady:
                self._has_worked = self._service.answers()
            if self._service.workers > 1 and time.monotonic() - looked >= WORKERS_LOOK:
                looked = time.monotonic()
                all_there = all_there or self._service.answers()
                running = sum(map(is_alive, members(child.pid)))
                if all_there and running <= self._service.workers:  # they, and their parent
                    say("lost one of its processes; ending the others")
                    ask_to_end(members(child.pid))
                    self._kill(child)

    def _wait(self, seconds: float) -> None:
        """Wait, unless our starter is gone: then raise Stopped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not is_alive(self._starter):
                raise Stopped
            time.sleep(min(left, TICK))
        self._limit_log()

    def _limit_log(self) -> None:
        """Keep the log from filling the disk: its first part moves to NAME.log.1."""
        with suppress(FileNotFoundError):
            if self._log.stat().st_size > LARGEST_LOG:
                # The child holds the file open, so it is copied and emptied, not renamed.
                shutil.copyfile(self._log, self._log.with_suffix(".log.1"))
                os.truncate(self._log, 0)

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        """End the child and all that it started; of one that has ended, what it left behind."""
        if child.poll() is None:
            # We are ending ourselves: being told so again must not cut this short.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            # A shell between us and the process ends at once: it is the group that counts.
            ask_to_end(members(child.pid))
        self._kill(child)

    @staticmethod
    def _kill(child: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def ask_to_end(processes: list[psutil.Process]) -> None:
    """Ask processes to end, and wait for it, but no longer than STOP_SECONDS."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    psutil.wait_procs(processes, timeout=STOP_SECONDS)


def for_shell(command: str) -> str:
    """Have the shell become a command that is just one: one process less, and its own status."""
    return f"exec {command}" if re.fullmatch(r"[\w./-]+( [\w ./:@%+,=-]*)?", command) else command


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process still runs; one that has ended but was not waited for does not."""
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def members(group: int) -> list[psutil.Process]:
    """List the processes of a process group."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError):
            if os.getpgid(process.pid) == group:
                found.append(process)
    return found


def how_it_ended(status: int) -> str:
    """Say what an exit status means; negative ones are signals, as subprocess gives them."""
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    # A shell gives 128 + the signal of the command that it ran.
    if 128 < status < 128 + signal.NSIG:
        return f"killed by {signal.Signals(status - 128).name}"
    return f"exit status {status}"


def main() -> int:
    """Keep the process named on the command line. Gives the exit status."""
    name, starter = sys.argv[1], psutil.Process(int(sys.argv[2]))
    log = Path(os.environ["FRONTDESK_VAR"]) / "logs" / f"{name}.log"
    return Keeper(read_procfile(os.environ)[name], log, starter).run()


if __name__ == "__main__":
    entry(main)
