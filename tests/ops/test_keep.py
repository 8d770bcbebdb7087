"""The keeper alone, as honcho starts it."""

import os
import signal
import sys

import psutil
import pytest

from ops import keep
from tests.ops.project import Project, until


def start_keeper(project: Project, name: str, **values: float) -> None:
    """Start a keeper whose constants have other values, with this process as its starter."""
    changes = "".join(f"keep.{constant} = {value}; " for constant, value in values.items())
    code = (
        "import sys; from ops import keep; from ops.problem import entry; "
        f"{changes}sys.argv = ['keep', {name!r}, '{os.getpid()}']; entry(keep.main)"
    )
    project.write("keeper.py", code)
    project.environ["FRONTDESK_VAR"] = "var"
    project.environ["FRONTDESK_HOST"] = "127.0.0.1"
    (project.folder / "var" / "logs").mkdir(parents=True, exist_ok=True)
    project.start("keeper")


def test_a_deaf_process_is_killed_after_a_while(project: Project) -> None:
    project.environ["FAKE_SHOP"] = "deaf"
    start_keeper(project, "shop", STOP_SECONDS=1)
    until(lambda: project.answering("shop"), "the shop answers")
    project.signal(signal.SIGTERM)
    assert project.wait() == 0
    assert project.processes() == []


def test_a_shell_s_end_is_not_its_command_s_end(project: Project) -> None:
    procfile = f"shop: true && {sys.executable} fake.py shop && true\n"
    project.write("Procfile", procfile)
    project.environ["FAKE_SHOP"] = "deaf"
    start_keeper(project, "shop", STOP_SECONDS=600)
    until(lambda: project.answering("shop"), "the shop answers")
    shop = psutil.Process(project.answering("shop"))
    shell = shop.parent()
    assert shell.name() == "sh"
    project.signal(signal.SIGTERM)
    until(lambda: not keep.is_alive(shell), "the shell ends")
    assert project.answering("shop") == shop.pid
    shop.kill()
    assert project.wait() == 0


def test_it_waits_longer_between_deaths(project: Project) -> None:
    start_keeper(project, "shop", DELAYS=(0.1, 0.2), STEADY_SECONDS=0)
    log = project.folder / "var" / "logs" / "shop.log"
    # A process that nobody has seen working is given up, not started again.
    until(lambda: log.exists() and "GET /health" in log.read_text(), "the keeper has seen it")
    last = 0
    for deaths in (1, 2, 3):
        until(lambda last=last: project.answering("shop") not in (0, last), "a new one answers")
        last = project.answering("shop")
        os.kill(last, signal.SIGKILL)
        until(lambda deaths=deaths: project.said.count("ended") == deaths, "the keeper tells")
    delays = [line.rpartition("again in ")[2] for line in project.said.splitlines()]
    assert delays == ["0.1 s", "0.2 s", "0.2 s"]


def test_one_that_dies_before_it_worked_is_given_up(project: Project) -> None:
    project.environ["FAKE_SHOP"] = "dies"
    start_keeper(project, "shop")
    assert project.wait() == 1
    assert project.said.strip() == "ended while starting (exit status 1)"


def test_a_server_that_has_lost_one_of_its_processes_starts_anew(project: Project) -> None:
    project.environ["FAKE_ACTIONS"] = "forks"
    project.environ["FRONTDESK_ACTION_WORKERS"] = "2"
    start_keeper(project, "actions", DELAYS=(0.1,), WORKERS_LOOK=0.1)
    until(lambda: project.answering("actions"), "the server answers")
    first = project.answering("actions")
    worker, other = psutil.Process(first).children()
    worker.kill()
    until(lambda: project.answering("actions") not in (0, first), "a new one answers")
    assert not keep.is_alive(other)
    assert "lost one of its processes" in project.said
    assert len(psutil.Process(project.answering("actions")).children()) == 2
    project.signal(signal.SIGTERM)
    assert project.wait() == 0
    assert project.processes() == []


def test_a_long_log_is_moved_aside_while_it_is_written(project: Project) -> None:
    project.write(
        "Procfile", f'worker: {sys.executable} -uc "while True: print(chr(120) * 1000, flush=True)"'
    )
    start_keeper(project, "worker", LARGEST_LOG=200_000)
    old = project.folder / "var" / "logs" / "worker.log.1"
    until(old.exists, "the log is moved aside")
    project.signal(signal.SIGTERM)
    assert project.wait() == 0
    assert old.stat().st_size > 200_000


def test_the_log_of_the_last_run_is_kept(project: Project) -> None:
    log = project.write("var/logs/shop.log", "of yesterday\n")
    start_keeper(project, "shop")
    until(lambda: project.answering("shop"), "the shop answers")
    assert log.with_suffix(".log.1").read_text() == "of yesterday\n"
    assert "of yesterday" not in log.read_text()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit status 0"),
        (3, "exit status 3"),
        (-9, "killed by SIGKILL"),
        (128 + 15, "killed by SIGTERM"),
        (255, "exit status 255"),
    ],
)
def test_an_exit_status_in_words(status: int, words: str) -> None:
    assert keep.how_it_ended(status) == words


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python -m ops.rasa", "exec python -m ops.rasa"),
        ("bin/server --port=80", "exec bin/server --port=80"),
        ("a && b", "a && b"),
        ("PORT=1 server", "PORT=1 server"),
        ("server > log", "server > log"),
        ('server "$HOME"', 'server "$HOME"'),
    ],
)
def test_a_plain_command_replaces_its_shell(command: str, expected: str) -> None:
    assert keep.for_shell(command) == expected
