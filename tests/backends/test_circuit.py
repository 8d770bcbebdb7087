from __future__ import annotations

import logging

import pytest

from backends.circuit import Circuit


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit("shop", failures=3, open_seconds=5.0, clock=clock)


def fail(circuit: Circuit, times: int) -> None:
    for _ in range(times):
        assert circuit.allow()
        circuit.failure()


def test_it_stays_closed_below_the_limit(circuit: Circuit) -> None:
    fail(circuit, 2)
    assert circuit.state == "closed"
    assert circuit.allow()


def test_a_success_in_between_starts_the_count_anew(circuit: Circuit) -> None:
    fail(circuit, 2)
    circuit.success()
    fail(circuit, 2)
    assert circuit.state == "closed"


def test_it_opens_at_the_limit_and_lets_nothing_through(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    assert circuit.state == "open"
    clock.now += 4.9
    assert not circuit.allow()


def test_half_open_lets_one_probe_through_at_a_time(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.now += 5.0
    assert circuit.state == "half_open"
    assert [circuit.allow() for _ in range(3)] == [True, False, False]


def test_a_good_probe_closes_it(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.now += 5.0
    assert circuit.allow()
    circuit.success()
    assert circuit.state == "closed"
    fail(circuit, 2)
    assert circuit.state == "closed"


def test_a_bad_probe_opens_it_again_at_once(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.now += 5.0
    fail(circuit, 1)
    assert circuit.state == "open"
    clock.now += 4.9
    assert not circuit.allow()
    clock.now += 0.1
    assert circuit.allow()


def test_an_abandoned_probe_leaves_room_for_the_next(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.now += 5.0
    assert circuit.allow()
    circuit.abandon()
    assert circuit.allow()


def test_it_says_once_that_it_opened_and_once_that_it_closed(
    circuit: Circuit, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="backends.circuit"):
        fail(circuit, 3)
        clock.now += 5.0
        fail(circuit, 1)
        clock.now += 5.0
        assert circuit.allow()
        circuit.success()
        circuit.success()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "shop" in caplog.text
