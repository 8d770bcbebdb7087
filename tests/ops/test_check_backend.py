"""`make check-backend`: a shop that keeps to the contract passes, one that does not is told why."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ops.check_backend import main
from ops.problem import Problem
from tests.support.own_policy import own_policy
from tests.support.shop import RunningShop, running_shop


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """The demo shop, which keeps to the contract."""
    with running_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


def settings(url: str, token: str, **given: str) -> dict[str, str]:
    return {"URL": url, "FRONTDESK_SHOP_TOKEN": token, **given}


class _Sloppy(BaseHTTPRequestHandler):
    """A shop that takes any token and writes prices as decimal fractions."""

    def do_GET(self) -> None:
        price = {"amount": "12.50", "currency": "EUR"}
        kind = {"id": "v1", "title": "", "options": {}, "price": price, "available": 1}
        product = {"id": "p1", "name": "Mug", "description": "A mug.", "variants": [kind]}
        self._answer({"products": [product]})

    def do_POST(self) -> None:
        self._answer({"hello": "world"})

    def _answer(self, body: object) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        written = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_: object) -> None:
        """Not to the tests' output."""


@pytest.fixture
def sloppy() -> Iterator[str]:
    """The address of a shop that got a good deal wrong."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Sloppy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_demo_shop_keeps_to_the_contract(
    demo: RunningShop, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {"ORDER": "10032", "EMAIL": "ben.okafor@example.com", "CUSTOMER": "cus_0002"}
    status = main(settings(demo.url, demo.token, SANDBOX="1", **known))
    said = capsys.readouterr().out
    assert (status, "0 faults" in said) == (0, True), said
    assert said.count("not asked") == 1
    assert "not asked: a customer by name" in said
    assert demo.tickets()[0]["summary"].startswith("A trial of make check-backend")


def test_nothing_is_changed_unless_it_is_a_sandbox(
    demo: RunningShop, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (len(demo.mails()), len(demo.tickets()))
    assert main(settings(f"{demo.url}/api/v1", demo.token, CUSTOMER="cus_0004")) == 0
    assert (len(demo.mails()), len(demo.tickets())) == before
    assert "not asked: codes, letters, tickets" in capsys.readouterr().out


def test_a_wrong_token_is_named_with_the_mend(
    demo: RunningShop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(settings(demo.url, "some-other-token-123")) == 1
    assert "Set FRONTDESK_SHOP_TOKEN" in capsys.readouterr().out


def test_what_a_shop_got_wrong_is_said_in_words(
    sloppy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(settings(sloppy, "any-token-1234567")) == 1
    said = capsys.readouterr().out
    assert "products[0].variants[0].price.amount: '12.50' must be of type integer" in said
    assert "without a token, the answer must be 401; it was 200" in said
    assert "words that fit nothing must give an empty list" in said
    assert "for a customer that there is not, the answer must be 404; it was 200" in said


def test_nobody_there_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(settings("http://127.0.0.1:9", "any-token-1234567")) == 1
    said = capsys.readouterr().out
    assert "the connection failed" in said
    assert "1 fault." in said


def test_without_an_address_it_says_what_it_needs() -> None:
    with pytest.raises(Problem, match="URL=https"):
        main(settings("shop.example", "any-token-1234567"))


BEN = {"NAME": "Ben Okafor", "POSTCODE": "LS1 4AP", "CUSTOMER": "cus_0002"}


def test_a_customer_by_name_is_looked_for_where_that_counts(
    demo: RunningShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_shop(tmp_path, FRONTDESK_POLICY=str(own_policy(tmp_path))) as lenient:
        status = main(settings(lenient.url, lenient.token, **BEN))
    said = capsys.readouterr().out
    assert (status, "ok     A customer by name and postcode" in said) == (0, True), said
    # our own policy takes codes only
    assert main(settings(demo.url, demo.token, **BEN)) == 1
    assert "(if your policy accepts them), the answer must be 200; it was 404" in (
        capsys.readouterr().out
    )
