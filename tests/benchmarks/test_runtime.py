from __future__ import annotations

import itertools
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from benchmarks.runtime import load
from benchmarks.runtime.load import CONVERSATION, Load, by_turn
from benchmarks.runtime.report import plot, table
from benchmarks.runtime.systems import Running
from benchmarks.runtime.words import Said

SERVER = cast(Running, None)  # is not asked for its CPU time here


class Server:
    """Keeps a session as Rasa's HTTP API does."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.heard = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/webhooks/rest/webhook":
            self.heard += 1
            self.events += [{"event": "user"}, {"event": "bot"}]
            return httpx.Response(200, json=[{"text": "yes"}])
        if request.method == "POST":
            self.events += httpx.Response(200, content=request.content).json()
        return httpx.Response(200, json={"events": self.events})

    def turns(self) -> int:
        return sum(event["event"] == "user" for event in self.events)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    transport = httpx.MockTransport(made)
    client = lambda _server: httpx.AsyncClient(base_url="http://bot", transport=transport)  # noqa: E731
    monkeypatch.setattr(load, "_client", client)
    return made


async def test_who_has_time_writes_every_turn(server: Server) -> None:
    found = await by_turn(SERVER, (1, 10, 25), seconds=60)
    assert server.heard == server.turns() == found.written == 25
    assert set(found.milliseconds) == {1, 10, 25}


async def test_without_time_the_session_is_made_longer_to_the_very_turn(server: Server) -> None:
    found = await by_turn(SERVER, (1, 10, 30, 100), seconds=0)
    assert found.written == 10
    assert server.turns() == 100
    assert server.heard == 30
    assert set(found.milliseconds) == {1, 10, 30, 100}


def test_the_report_gives_ratios_and_says_what_was_copied(tmp_path: Path) -> None:
    def system(rate: float, last: float, written: int) -> dict[str, Any]:
        turns = {"milliseconds": {"10": 20.0, "500": last}, "written": written}
        loads = [asdict(Load(8, rate, 10.0, 1.0, 2.0, 3.0))]
        return {"MB": 100.0, "load": loads, "turns": turns}

    parts = {
        "sqlite": {
            "machine": {"commit": "abc"},
            "systems": {"stock": system(10, 400.0, 90), "frontdesk": system(50, 22.0, 500)},
        },
        "postgres": {"machine": {}, "note": "Not measured."},
    }
    written = table(parts)
    assert "| 8 senders: messages/s | 10 | 50 | 5.00 |" in written
    assert "| turn 500 / turn 10 | 20 | 1.1 |" in written
    assert "stock was written to for 90 turns" in written
    assert "frontdesk was written to" not in written
    assert "Not measured." in written
    assert plot(parts, tmp_path / "turns.png")
    assert not plot({"postgres": parts["postgres"]}, tmp_path / "none.png")


def test_figures_of_others_stand_side_by_side() -> None:
    def system(rate: float) -> dict[str, Any]:
        return {"load": [asdict(Load(8, rate, 1.0, 1.0, 2.0, 3.0))]}

    written = table({"floor": {"machine": {}, "systems": {"a": system(900), "b": system(90)}}})
    assert "| | a | b |" in written
    assert "| 8 senders: messages/s | 900 | 90 |" in written


@pytest.mark.parametrize("said", CONVERSATION)
def test_no_message_comes_twice_before_all_ways_to_write_it_came(said: Said) -> None:
    ways = len(said.before) * len(said.middle) * len(said.after)
    texts = list(itertools.islice(said.variants(), ways + 1))
    assert ways >= 500
    assert len(set(texts)) == ways
    assert texts[0] == texts[-1]
