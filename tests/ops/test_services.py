import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.problem import Problem
from ops.services import Service, read_procfile
from ops.settings import with_defaults
from tests.support.shop import free_port

ROOT = Path(__file__).resolve().parents[2]
ENVIRON = with_defaults({})


@pytest.fixture
def procfile(tmp_path: Path) -> Path:
    return tmp_path / "Procfile"


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response({"/health": 200, "/starting": 503}.get(self.path, 404))
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_repository_s_own_processes() -> None:
    services = read_procfile(ENVIRON, ROOT / "Procfile")
    assert list(services) == ["shop", "actions", "rasa", "desk"]
    assert [service.port for service in services.values()] == [8090, 5055, 5005, 8091]
    assert all(service.health_path for service in services.values())


def test_ports_and_address_come_from_the_settings(procfile: Path) -> None:
    procfile.write_text("rasa: python -m ops.rasa\n")
    environ = with_defaults({"FRONTDESK_RASA_PORT": "7000", "FRONTDESK_HOST": "0.0.0.0"})
    rasa = read_procfile(environ, procfile)["rasa"]
    assert (rasa.host, rasa.port, rasa.port_setting) == ("127.0.0.1", 7000, "FRONTDESK_RASA_PORT")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shop: a\nrasa b\n", ":2: not 'name: command'"),
        ("shop:\n", ":1: not 'name: command'"),
        ("# ours\nshop: a\n\nshop: b\n", ":4: the process shop is there twice"),
    ],
)
def test_a_broken_procfile_is_named(procfile: Path, text: str, words: str) -> None:
    procfile.write_text(text)
    with pytest.raises(Problem) as raised:
        read_procfile(ENVIRON, procfile)
    assert words in str(raised.value)


def test_a_missing_procfile_is_named(procfile: Path) -> None:
    with pytest.raises(Problem, match="cannot be read"):
        read_procfile(ENVIRON, procfile)


@pytest.mark.parametrize(("path", "answers"), [("/health", True), ("/starting", False)])
def test_only_200_is_an_answer(server: http.server.HTTPServer, path: str, answers: bool) -> None:
    assert Service("x", "", "127.0.0.1", server.server_port, "X", path).answers() is answers


def test_nobody_there_is_no_answer() -> None:
    assert not Service("x", "", "127.0.0.1", free_port(), "X", "/health").answers()


def test_a_server_that_speaks_no_http_is_no_answer() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        service = Service("x", "", "127.0.0.1", server.getsockname()[1], "X", "/health")

        def speak() -> None:
            connection = server.accept()[0]
            connection.sendall(b"220 mail.example ESMTP\r\n")
            connection.close()

        thread = threading.Thread(target=speak)
        thread.start()
        assert not service.answers()
        thread.join()


def test_a_process_of_one_s_own_counts_as_answering() -> None:
    assert Service("worker", "", "127.0.0.1").answers()
