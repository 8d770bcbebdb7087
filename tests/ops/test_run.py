"""Starting, watching and ending all processes, with real processes that answer on real ports."""

import os
import re
import signal
import socket

import httpx
import psutil
import pytest

from tests.ops.project import ROOT, Project, until
from tests.support.shop import free_port

RUNNING = "Frontdesk is running."


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_says_where_to_go_once_every_process_answers(project: Project) -> None:
    project.environ["FAKE_RASA"] = "slow"
    project.start()
    project.until_said("shop is ready")
    project.until_said("actions is ready")
    assert RUNNING not in project.said
    project.write("rasa.go", "")
    project.until_said(RUNNING)
    shop = f"http://127.0.0.1:{project.ports['shop']}"
    for address in (f"{shop}/\n", f"{shop}/mailbox ", f"{shop}/tickets "):
        assert address in project.said
    assert "rasa begins" in (project.folder / "var/logs/rasa.log").read_text()
    assert "begins" not in project.said


def test_the_desk_s_first_user_can_sign_in_with_the_password_that_is_shown_once(
    project: Project,
) -> None:
    port = free_port()
    desk = f"http://127.0.0.1:{port}"
    project.environ["FRONTDESK_DESK_PORT"] = str(port)
    project.environ["FRONTDESK_DESK_HOURS"] = str(ROOT / "desk/hours.yml")
    procfile = (project.folder / "Procfile").read_text()
    project.write("Procfile", f"{procfile}desk: python -m desk\n")

    project.start()
    project.until_said("It is shown this once")
    assert f"{desk}/\n" in project.said
    shown = re.search(r"Sign in as admin with the password (\S+)", project.said)
    assert shown is not None
    for password, status in ((f"{shown[1]}x", 401), (shown[1], 303)):
        tried = httpx.post(f"{desk}/login", data={"login": "admin", "password": password})
        assert tried.status_code == status
    for log in (project.folder / "var/logs").iterdir():
        assert shown[1] not in log.read_text()
    project.signal(signal.SIGTERM)
    assert project.wait() == 0

    project.start()
    project.until_said(f"The agents' desk: {desk}/")
    project.signal(signal.SIGTERM)
    assert project.wait() == 0
    assert "password" not in project.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_process(project: Project, number: int) -> None:
    project.environ["FAKE_SHOP"] = "parent"
    project.start()
    project.until_said(RUNNING)
    assert len(project.processes()) > 6
    project.signal(number)
    assert project.wait() == 0
    assert project.processes() == []
    assert "Frontdesk has stopped." in project.said


def test_ctrl_c_in_a_terminal_reaches_all_at_once_and_ends_all(project: Project) -> None:
    project.start()
    project.until_said(RUNNING)
    project.signal_group(signal.SIGINT)
    assert project.wait() == 0
    assert project.processes() == []
    assert "Traceback" not in project.said


@pytest.mark.parametrize("moment", ["Starting shop", "shop is ready"])
def test_ctrl_c_while_starting_ends_all(project: Project, moment: str) -> None:
    project.environ["FAKE_RASA"] = "slow"
    project.start()
    project.until_said(moment)
    project.signal_group(signal.SIGINT)
    project.wait()
    assert project.processes() == []
    assert "Traceback" not in project.said


def test_a_second_ctrl_c_kills_what_will_not_end(project: Project) -> None:
    project.environ["FAKE_SHOP"] = "deaf parent"
    project.start()
    project.until_said(RUNNING)
    project.signal(signal.SIGINT)
    until(lambda: not project.answering("rasa"), "the others end")
    assert project.answering("shop")

    def ended() -> bool:
        project.signal(signal.SIGINT)
        return project.processes() == [] or project.process.poll() is not None

    until(ended, "the deaf one is killed")
    project.wait()
    assert project.processes() == []


def test_when_the_starter_is_killed_the_keepers_end_all(project: Project) -> None:
    project.environ["FAKE_SHOP"] = "parent"
    project.start()
    project.until_said(RUNNING)
    project.signal(signal.SIGKILL)
    until(lambda: project.processes() == [], "all processes end")


def test_a_process_that_dies_is_started_again(project: Project) -> None:
    project.start()
    project.until_said(RUNNING)
    for name in ("actions", "rasa"):
        before = project.answering(name)
        kill(before)
        until(lambda name=name, before=before: project.answering(name) not in (0, before), name)
        assert f"{name} ended (killed by SIGKILL); starting it again" in project.said
    project.signal(signal.SIGTERM)
    assert project.wait() == 0
    assert project.processes() == []


def test_the_children_of_a_dead_process_do_not_outlive_it(project: Project) -> None:
    project.environ["FAKE_ACTIONS"] = "parent"
    project.start()
    project.until_said(RUNNING)
    first = psutil.Process(project.answering("actions"))
    children = first.children()
    assert children
    kill(first.pid)
    until(lambda: not any(child.is_running() for child in children), "the child ends")
    until(lambda: project.answering("actions") not in (0, first.pid), "a new one answers")


def test_the_children_of_a_killed_keeper_are_ended_too(project: Project) -> None:
    project.start()
    project.until_said(RUNNING)
    keeper = psutil.Process(project.answering("shop"))
    while "ops.keep" not in " ".join(keeper.cmdline()):
        keeper = keeper.parent()
    kill(keeper.pid)
    assert project.wait() == 1
    assert "shop is not kept running any more" in project.said
    assert project.processes() == []


def test_a_process_that_cannot_start_is_named_with_its_last_words(project: Project) -> None:
    project.environ["FAKE_ACTIONS"] = "dies"
    project.environ["FAKE_RASA"] = "slow"
    project.start()
    assert project.wait() == 1
    assert "actions ended while starting" in project.said
    assert "actions cannot start: no paper in the tray" in project.said
    assert "Traceback" not in project.said
    assert RUNNING not in project.said
    assert project.processes() == []


def test_a_command_that_does_not_exist_is_named(project: Project) -> None:
    project.write("Procfile", "shop: python fake.py shop\nextra: no-such-program --now\n")
    project.start()
    assert project.wait() == 1
    assert "extra ended while starting" in project.said
    assert "no-such-program" in project.said
    assert project.processes() == []


def test_a_process_of_ones_own_needs_no_health_check(project: Project) -> None:
    procfile = (project.folder / "Procfile").read_text()
    project.write("Procfile", f"# ours\n{procfile}\nworker: python fake.py worker\n")
    project.start()
    project.until_said(RUNNING)
    until(lambda: (project.folder / "var/logs/worker.log").exists(), "the worker's log")
    project.signal(signal.SIGTERM)
    assert project.wait() == 0
    assert project.processes() == []


def test_a_second_start_trains_nothing_until_something_changes(project: Project) -> None:
    def start_and_stop() -> str:
        project.start()
        project.until_said(RUNNING)
        project.signal(signal.SIGTERM)
        assert project.wait() == 0
        return project.said

    assert "The model is trained" in start_and_stop()
    assert "The model fits the training data (nothing changed)" in start_and_stop()
    assert project.trainings() == 1
    project.write("data/orders/nlu.yml", 'version: "3.1"\n')
    assert "The model is trained" in start_and_stop()
    assert project.trainings() == 2


def test_a_chosen_model_is_served_without_training(project: Project) -> None:
    project.environ["FRONTDESK_MODEL"] = "elsewhere/model.tar.gz"
    project.start()
    project.until_said(RUNNING)
    assert "elsewhere/model.tar.gz" in project.said
    assert project.trainings() == 0


def test_a_taken_port_names_the_process_and_the_setting(project: Project) -> None:
    with socket.create_server(("127.0.0.1", project.ports["actions"])):
        status, said = project.run()
    assert status == 2
    line = said.strip().splitlines()[-1]
    assert f"port {project.ports['actions']} for actions is taken by process {os.getpid()}" in line
    assert "FRONTDESK_ACTIONS_PORT" in line
    assert "Traceback" not in said
    assert project.trainings() == 0


def test_a_second_start_beside_the_first_is_refused(project: Project) -> None:
    project.start()
    project.until_said(RUNNING)
    first = project.process
    status, said = project.run()
    assert status == 1
    assert "running from this folder already" in said
    assert first.poll() is None
    first.terminate()
    assert first.wait(60) == 0


def test_being_told_to_end_while_training_ends_the_training(project: Project) -> None:
    project.write("data/nlu.yml", 'version: "3.1"\n# wait\n')
    project.start()
    until(lambda: project.trainings() == 1, "the training begins")
    project.signal(signal.SIGTERM)
    assert project.wait() == 130
    assert project.processes() == []
    assert "Traceback" not in project.said


def test_a_failed_training_says_why(project: Project) -> None:
    project.write("data/nlu.yml", 'version: "3.1"\n# contradiction\n')
    status, said = project.run()
    assert status == 1
    assert "RasaException: Contradicting rules or stories found - greet and bye" in said
    assert "var/logs/train.log" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        (".env", "FRONTDESK_RASA_PROT=1\n", ".env line 1: there is no setting FRONTDESK_RASA_PROT"),
        ("data/nlu.yml", "nlu:\n- intent: a\n   b: c\n", "data/nlu.yml:3: "),
        ("Procfile", "shop python fake.py shop\n", "Procfile:1: "),
    ],
)
def test_a_broken_file_is_one_line_and_no_traceback(
    project: Project, file: str, text: str, expected: str
) -> None:
    project.write(file, text)
    status, said = project.run()
    assert status == 2
    assert expected in said.strip()
    assert len(said.strip().splitlines()) == 1
