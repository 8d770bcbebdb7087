from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ops.problem import Problem
from ops.settings import with_defaults
from ops.workers import check_workers, tell_rasa
from tests.support.redis import redis_server
from tests.support.shop import free_port

ROOT = Path(__file__).resolve().parents[2]


def test_one_process_needs_no_redis() -> None:
    check_workers(with_defaults({}))


def test_several_processes_of_rasa_need_one_and_the_line_says_what_to_do() -> None:
    with pytest.raises(Problem, match=r"FRONTDESK_RASA_WORKERS is 2.*FRONTDESK_REDIS_URL") as found:
        check_workers(with_defaults({"FRONTDESK_RASA_WORKERS": "2"}))
    assert found.value.status == 2


def test_a_redis_that_is_away_is_named_without_its_password() -> None:
    url = "redis://:open-sesame@127.0.0.1:1"
    with pytest.raises(Problem, match=r"FRONTDESK_REDIS_URL does not answer") as found:
        check_workers(with_defaults({"FRONTDESK_REDIS_URL": url}))
    assert "open-sesame" not in str(found.value)


def test_a_redis_that_answers_is_right() -> None:
    with redis_server() as server:
        if server is None:
            pytest.skip("there is no redis-server")
        settings = {"FRONTDESK_RASA_WORKERS": "2", "FRONTDESK_REDIS_URL": server.url}
        check_workers(with_defaults(settings))


def test_one_process_counts_in_its_memory(tmp_path) -> None:
    environ = with_defaults({})
    tell_rasa(environ, tmp_path)
    assert environ["SANIC_WORKERS"] == "1"
    assert "PROMETHEUS_MULTIPROC_DIR" not in environ


def test_several_count_together_and_from_nothing(tmp_path) -> None:
    environ = with_defaults({"FRONTDESK_RASA_WORKERS": "3"})
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").touch()
    tell_rasa(environ, tmp_path)
    assert environ["SANIC_WORKERS"] == "3"
    assert environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path / "metrics")
    assert list((tmp_path / "metrics").iterdir()) == []


def test_processes_that_are_told_to_end_while_they_start_end() -> None:
    command = [sys.executable, "-m", "tests.support.slow_workers", str(free_port())]
    with psutil.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        starting = [line for _, line in zip(range(2), parent.stdout, strict=False)]
        assert starting == [b"starting\n"] * 2
        every = [parent, *parent.children()]
        parent.terminate()
        _, alive = psutil.wait_procs(every, timeout=20)
        for process in alive:
            process.kill()
    assert len(every) == 3
    assert alive == []
