"""Rasa's server as we start it: what its logs say, and what they keep to themselves."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ops.chat import Chat, written
from ops.environment import prepare
from ops.problem import Problem
from ops.rasa import WORDS, hide_words
from ops.watch import swap
from tests.ops.project import Project, until

ROOT = Path(__file__).resolve().parents[2]
WORD = "parsnip-7731"  # what a customer said

LOG_SOMETHING = f"""
import logging, structlog, sys
from ops.rasa import configure_logs
configure_logs(getattr(logging, sys.argv[1]))
logger = structlog.get_logger("rasa.core.somewhere")
user_message = "{WORD}"
logger.info("rest.message", text=user_message, channel="web")
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("rest.message.failure", user_message=user_message)
logging.getLogger("rasa.core.elsewhere").warning("a plain line")
"""


def logged(level: str, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LOG_SOMETHING, level],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_logs_tell_of_errors_without_anybody_s_words() -> None:
    said = logged("INFO")
    assert "rest.message.failure" in said
    assert "ZeroDivisionError: division by zero" in said
    assert "channel=web" in said
    assert "a plain line" in said
    assert WORD not in said


def test_json_logs_hide_the_same() -> None:
    said = logged("INFO", FORCE_JSON_LOGGING="true")
    entries = [json.loads(line[line.index("{") :]) for line in said.splitlines() if "{" in line]
    failure = next(entry for entry in entries if entry["event"] == "rest.message.failure")
    assert failure["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert failure["user_message"] == "(hidden)"
    assert WORD not in said


def test_debug_shows_all_to_whoever_asks_for_it() -> None:
    assert WORD in logged("DEBUG")


def test_every_key_that_rasa_knows_to_hold_words_is_hidden() -> None:
    from inspect import getsource

    from rasa.utils.log_utils import _anonymizer

    listed = getsource(_anonymizer).partition("[\n")[2].partition("]")[0]
    keys = {line.strip(' ",') for line in listed.splitlines() if line.strip()}
    assert len(keys) > 20
    assert keys <= WORDS


def test_hiding_leaves_the_rest_alone() -> None:
    entry = {"event": "x", "text": WORD, "sender_id": "1"}
    assert hide_words(None, "info", entry) == {"event": "x", "text": "(hidden)", "sender_id": "1"}


def test_without_a_model_it_says_what_to_do(project: Project) -> None:
    status, said = project.run("ops.rasa")
    assert status == 1
    assert (
        said.strip() == "Frontdesk: there is no model. Train one with make train, and start again."
    )


def test_a_model_that_is_not_there_is_named(project: Project) -> None:
    project.environ["FRONTDESK_MODEL"] = "models/gone.tar.gz"
    status, said = project.run("ops.rasa")
    assert status == 1
    assert "there is no model models/gone.tar.gz" in said


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Iterator[Project]:
    """The real thing: `ops.run` in this checkout, with a model, on free ports."""
    folder = tmp_path_factory.mktemp("installation")
    project = Project(folder)
    project.environ.update(FRONTDESK_VAR=str(folder / "var"), FRONTDESK_MODEL=str(model_path))
    project.log.parent.mkdir(exist_ok=True)
    project.runs += 1
    with project.log.open("wb") as output:
        project.process = subprocess.Popen(
            [sys.executable, "-m", "ops.run"],
            cwd=ROOT,
            env=project.environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        project.until_said("Frontdesk is running.", within=280)
        yield project
    finally:
        project.end()


@pytest.mark.bot
def test_the_whole_of_it(installation: Project) -> None:
    """In the order of a day: it answers, takes up a model, dies, is back, ends, tells nothing."""
    rasa = f"http://127.0.0.1:{installation.ports['rasa']}"
    var = Path(installation.environ["FRONTDESK_VAR"])

    chat = Chat(rasa)
    assert written(chat.opening())
    assert written(chat.say(f"where is my {WORD}"))
    assert httpx.get(f"{rasa}/conversations/x/tracker", trust_env=False).status_code == 401

    environ = prepare(installation.environ, env_file=None)
    served = Path(installation.environ["FRONTDESK_MODEL"])
    damaged = var / "damaged.tar.gz"
    damaged.write_bytes(b"no archive")
    with pytest.raises(Problem, match=r"does not take it \(403\)"):
        swap(served, {**environ, "FRONTDESK_RASA_TOKEN": "not-the-token-but-as-long-as-it-is"})
    with pytest.raises(Problem, match=r"does not take it \(400\)"):
        swap(damaged, environ)
    assert written(chat.say("hello again"))
    swap(served, environ)
    assert written(chat.say("where is my order?"))
    chat.close()

    for process in installation.processes():
        if "ops.rasa" in process.cmdline():
            process.kill()
    until(lambda: "rasa ended (killed by SIGKILL)" in installation.said, "its death is told")

    def answers() -> bool:
        try:
            return httpx.get(f"{rasa}/webhooks/web/health", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    until(answers, "Rasa is back", within=240)
    assert len(installation.processes()) > 6
    installation.signal_group(signal.SIGINT)
    assert installation.wait() == 0
    assert installation.processes() == []
    for log in (var / "logs").glob("*.log*"):
        assert WORD not in log.read_text(errors="replace"), log
    secrets = (var / "secrets.env").read_text().split("=")[1:]
    for log in [installation.log, *(var / "logs").glob("*.log*")]:
        text = log.read_text(errors="replace")
        assert not any(secret.split("\n")[0] in text for secret in secrets), log
