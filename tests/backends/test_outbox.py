"""Tickets are neither lost nor opened twice, whoever dies when."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from backends.connect import Backends
from backends.errors import (
    BackendError,
    BackendUnavailable,
    Conflict,
    InvalidInput,
    NotFound,
    TooManyRequests,
)
from backends.models import NewTicket, Ticket
from backends.outbox import TicketOutbox
from backends.outbox_store import LEASE_SECONDS, OutboxStore, OutboxUnusable
from backends.wire import decode
from tests.backends.samples import TICKET, new_ticket
from tests.support.clients import connected
from tests.support.dying_shop import DIED, dying_shop
from tests.support.killed_outbox import KEY, LedgerShop
from tests.support.shop import ROOT, RunningShop, running_shop

AWAY = BackendUnavailable("away")


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A shop's help desk in memory: `fails` says by key or text what to raise."""

    def __init__(self, **fails: BackendError) -> None:
        self.fails = fails
        self.calls: list[tuple[str, str, str]] = []
        self.opened: dict[str, NewTicket] = {}
        self.entered = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def _do(self, what: str, text: str, key: str) -> Ticket:
        self.calls.append((what, text, key))
        self.entered.set()
        await self.may_answer.wait()
        for name in ("everything", key, text):
            if name in self.fails:
                raise self.fails[name]
        return dataclasses.replace(decode(Ticket, TICKET), number=f"T-{len(self.opened)}")

    async def open(self, ticket: NewTicket, *, idempotency_key: str) -> Ticket:
        answer = await self._do("open", ticket.summary, idempotency_key)
        self.opened[idempotency_key] = ticket
        return answer

    async def add_note(self, ticket_id: str, text: str, *, idempotency_key: str) -> Ticket:
        return await self._do("note", text, idempotency_key)

    async def set_contact(self, ticket_id: str, contact: str, *, idempotency_key: str) -> Ticket:
        return await self._do("contact", contact, idempotency_key)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "outbox.db"


@pytest.fixture
async def away_shop(tmp_path: Path) -> AsyncIterator[RunningShop]:
    """A shop with data that is stopped just now."""
    with running_shop(tmp_path) as shop:
        shop.stop()
        yield shop


# With the real shop.


async def test_a_ticket_is_opened_at_once(
    path: Path, live: Backends, live_shop: RunningShop
) -> None:
    outbox = TicketOutbox(path, live.tickets)
    ticket = await outbox.open(new_ticket(summary="At once."), "at-once-1")
    assert ticket is not None
    assert outbox.pending() == 0
    assert [t["summary"] for t in live_shop.tickets()].count("At once.") == 1
    # Asked again, for whatever reason, it is the same one.
    assert await outbox.open(new_ticket(summary="At once."), "at-once-1") == ticket
    assert [t["summary"] for t in live_shop.tickets()].count("At once.") == 1


async def test_a_ticket_waits_until_the_shop_is_back(path: Path, away_shop: RunningShop) -> None:
    async with connected(away_shop.url, away_shop.token) as backends:
        outbox = TicketOutbox(path, backends.tickets)
        assert await outbox.open(new_ticket(), "key-00001") is None
        assert await outbox.amend("key-00001", contact="+49401234567", note="The blue one.")
        assert outbox.pending() == 1
        assert await outbox.flush() == 0
        outbox.close()

    away_shop.start()
    async with connected(away_shop.url, away_shop.token) as backends:
        outbox = TicketOutbox(path, backends.tickets)  # the process was restarted, too
        assert outbox.pending() == 1
        assert await outbox.flush() == 1
        assert outbox.pending() == 0
    (kept,) = away_shop.tickets()
    assert kept["summary"] == new_ticket().summary
    assert [line["who"] for line in kept["transcript"]] == ["customer", "assistant"]
    assert kept["contact"] == "+49401234567"
    assert "The blue one." in str(kept["notes"])


async def test_a_shop_that_dies_before_it_answers_opens_one_ticket(
    path: Path, away_shop: RunningShop
) -> None:
    async with connected(away_shop.url, away_shop.token) as backends:
        outbox = TicketOutbox(path, backends.tickets)
        with dying_shop(away_shop, "/api/v1/tickets") as process:
            assert await outbox.open(new_ticket(), "key-00001") is None
            assert process.wait(10) == DIED
        # It is open by now, and nobody knows. What is added must not make it another request.
        assert await outbox.amend("key-00001", contact="late@example.com")
        assert outbox.pending() == 1

        away_shop.start()
        (kept,) = away_shop.tickets()
        assert kept["contact"] == new_ticket().contact
    async with connected(away_shop.url, away_shop.token) as backends:  # with a closed circuit
        later = TicketOutbox(path, backends.tickets)
        assert await later.flush() == 1
        assert later.pending() == 0
        assert later.refused() == ()
    (kept,) = away_shop.tickets()
    assert kept["contact"] == "late@example.com"


async def test_the_background_task_delivers_when_the_shop_is_back(
    path: Path, away_shop: RunningShop
) -> None:
    async with connected(away_shop.url, away_shop.token) as backends:
        outbox = TicketOutbox(path, backends.tickets)
        assert await outbox.open(new_ticket(), "key-00001") is None
        task = asyncio.create_task(outbox.run(0.05))
        away_shop.start()
        await _until(lambda: outbox.pending() == 0)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(away_shop.tickets()) == 1


# Whoever dies when.


async def test_killed_at_any_statement_it_opens_the_ticket_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.support.killed_outbox", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lives = sorted(tmp_path.iterdir(), key=lambda folder: int(folder.name))
    assert len(lives) > 30
    clock = Clock()
    clock.now = 4_000_000_000.0  # long after every lease
    steps = []
    for life in lives:
        shop = LedgerShop(life)
        outbox = TicketOutbox(life / "outbox.db", shop, clock=clock)
        await outbox.flush()
        assert outbox.pending() == 0
        assert outbox.refused() == ()
        outbox.close()
        # Each with a key of its own: a ticket or addition done twice would be there twice.
        steps.append([what for what, _ in shop.ledger.values()])
        assert KEY in shop.ledger or not shop.ledger
    # Killed early, nothing had been kept yet; from then on nothing is ever lost.
    assert steps == sorted(steps, key=len)
    assert steps[0] == []
    assert steps[-1] == ["open", "contact", "note"]
    assert [] not in steps[steps.index(["open"]) :]


async def test_a_dead_process_blocks_its_ticket_for_half_a_minute_only(path: Path) -> None:
    clock, desk = Clock(), Desk()
    store = OutboxStore(path, clock)
    store.keep("key-00001", new_ticket())
    assert store.lease("key-00001") is not None  # and here it died
    outbox = TicketOutbox(path, desk, clock=clock)
    assert await outbox.flush() == 0
    clock.now += LEASE_SECONDS
    assert await outbox.flush() == 1


async def test_a_clock_set_back_does_not_block_a_ticket(path: Path) -> None:
    clock, desk = Clock(), Desk()
    store = OutboxStore(path, clock)
    store.keep("key-00001", new_ticket())
    assert store.lease("key-00001") is not None
    clock.now -= 3600
    assert await TicketOutbox(path, desk, clock=clock).flush() == 1


async def test_a_lease_of_a_clock_slightly_ahead_is_respected(path: Path) -> None:
    clock, desk = Clock(), Desk()
    store = OutboxStore(path, clock)
    store.keep("key-00001", new_ticket())
    assert store.lease("key-00001") is not None
    clock.now -= 1.0
    assert await TicketOutbox(path, desk, clock=clock).flush() == 0


async def test_two_processes_on_one_file_deliver_each_ticket_once(path: Path) -> None:
    desk = Desk(everything=AWAY)
    outboxes = [TicketOutbox(path, desk) for _ in range(3)]
    for i in range(10):
        await outboxes[0].open(new_ticket(), f"key-{i:05}")
    desk.fails.clear()
    desk.calls.clear()
    delivered = await asyncio.gather(*(outbox.flush() for outbox in outboxes))
    assert sum(delivered) == 10
    assert len(desk.calls) == len(desk.opened) == 10


async def test_a_cancelled_delivery_is_repeated_without_waiting(path: Path) -> None:
    desk = Desk()
    desk.may_answer.clear()
    outbox = TicketOutbox(path, desk)
    opening = asyncio.create_task(outbox.open(new_ticket(), "key-00001"))
    await desk.entered.wait()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert outbox.pending() == 1
    desk.may_answer.set()
    assert await outbox.flush() == 1
    assert {key for _, _, key in desk.calls} == {"key-00001"}


async def test_a_ticket_is_sent_even_when_it_cannot_be_kept(path: Path) -> None:
    desk = Desk()
    outbox = TicketOutbox(path, desk)
    outbox.close()  # as if the disk had gone
    assert await outbox.open(new_ticket(), "key-00001") is not None
    desk.fails["everything"] = AWAY
    with pytest.raises(BackendUnavailable):  # neither sent nor kept: that must be said
        await outbox.open(new_ticket(), "key-00002")


# Refused for good.


@pytest.mark.parametrize("error", [InvalidInput("no such field"), Conflict("used"), NotFound()])
async def test_a_refused_ticket_is_kept_aside(
    path: Path, error: BackendError, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(everything=error)
    outbox = TicketOutbox(path, desk)
    with pytest.raises(type(error)):
        await outbox.open(new_ticket(), "key-00001")
    assert outbox.pending() == 0
    (refused,) = outbox.refused()
    assert refused.key == "key-00001"
    assert error.code in refused.why
    assert refused.label in caplog.text
    assert "retry_refused" in caplog.text
    assert await outbox.flush() == 0
    assert len(desk.calls) == 1  # not asked again

    desk.fails.clear()  # the cause was mended
    assert outbox.retry_refused() == 1
    assert await outbox.flush() == 1
    assert outbox.refused() == ()
    assert desk.opened["key-00001"] == new_ticket()


async def test_a_refused_ticket_does_not_hold_up_the_others(path: Path) -> None:
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    for i in range(3):
        await outbox.open(new_ticket(), f"key-{i:05}")
    desk.fails = {"key-00001": InvalidInput()}
    assert await outbox.flush() == 2
    assert [refused.key for refused in outbox.refused()] == ["key-00001"]


async def test_a_refused_ticket_may_be_given_anew(path: Path) -> None:
    desk = Desk(everything=InvalidInput())
    outbox = TicketOutbox(path, desk)
    with pytest.raises(InvalidInput):
        await outbox.open(new_ticket(summary="bad"), "key-00001")
    desk.fails.clear()
    assert await outbox.open(new_ticket(summary="good"), "key-00001") is not None
    assert desk.opened["key-00001"].summary == "good"
    assert outbox.refused() == ()


async def test_what_is_no_ticket_is_refused_before_it_is_kept(path: Path) -> None:
    outbox = TicketOutbox(path, Desk())
    for wrong in (new_ticket(slots={"order_number": None}), new_ticket(summary=b"bytes")):
        with pytest.raises(InvalidInput, match="no ticket"):
            await outbox.open(wrong, "key-00001")
    assert outbox.pending() == 0
    assert outbox.refused() == ()


async def test_a_damaged_ticket_is_kept_aside_and_the_others_go_on(path: Path) -> None:
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    for i in range(3):
        await outbox.open(new_ticket(), f"key-{i:05}")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE outbox SET ticket = '{' WHERE idempotency_key = 'key-00000'")
        db.execute("UPDATE outbox SET ticket = '{}' WHERE idempotency_key = 'key-00001'")
    desk.fails.clear()
    assert await outbox.flush() == 1
    assert [refused.key for refused in outbox.refused()] == ["key-00000", "key-00001"]


# While the shop is away.


@pytest.mark.parametrize("error", [AWAY, TooManyRequests(retry_after=5.0)])
async def test_a_passing_failure_keeps_the_ticket(path: Path, error: BackendError) -> None:
    desk = Desk(everything=error)
    outbox = TicketOutbox(path, desk)
    assert await outbox.open(new_ticket(), "key-00001") is None
    assert outbox.pending() == 1
    desk.fails.clear()
    assert await outbox.flush() == 1
    assert [key for _, _, key in desk.calls] == ["key-00001"] * 2


async def test_a_waiting_ticket_stays_as_it_was_first_given(path: Path) -> None:
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    assert await outbox.open(new_ticket(summary="first"), "key-00001") is None
    desk.fails.clear()
    assert await outbox.open(new_ticket(summary="second"), "key-00001") is not None
    assert desk.opened["key-00001"].summary == "first"


async def test_the_shop_is_asked_once_while_it_is_away(path: Path) -> None:
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    for i in range(5):
        await outbox.open(new_ticket(), f"key-{i:05}")
    desk.calls.clear()
    assert await outbox.flush() == 0
    assert len(desk.calls) == 1
    assert outbox.pending() == 5


async def test_one_ticket_that_always_fails_does_not_hold_up_the_others(path: Path) -> None:
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    for i in range(3):
        await outbox.open(new_ticket(), f"key-{i:05}")
    desk.fails = {"key-00000": AWAY}
    assert await outbox.flush() + await outbox.flush() == 2
    assert outbox.pending() == 1


async def test_the_background_task_outlives_a_broken_file(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = TicketOutbox(path, Desk())
    outbox.close()
    task = asyncio.create_task(outbox.run(0.01))
    await _until(lambda: caplog.text.count("next try in 0.01 s") >= 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# What is added later.


async def test_additions_come_in_order_each_with_a_key_of_its_own(path: Path) -> None:
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    await outbox.open(new_ticket(), "key-00001")
    assert await outbox.amend("key-00001", note="same")
    assert await outbox.amend("key-00001", note="same")
    assert await outbox.amend("key-00001", contact="a@example.com")
    desk.fails = {"a@example.com": AWAY}
    desk.calls.clear()
    assert await outbox.flush() == 0  # the contact still waits
    assert outbox.pending() == 1
    desk.fails.clear()
    assert await outbox.flush() == 1
    assert [what for what, _, _ in desk.calls] == ["open", "note", "note", "contact", "contact"]
    keys = [key for _, _, key in desk.calls]
    assert len(set(keys)) == 4
    assert keys[3] == keys[4]


async def test_what_does_not_wait_cannot_be_amended(path: Path) -> None:
    outbox = TicketOutbox(path, Desk())
    assert not await outbox.amend("key-00001", note="never heard of")
    await outbox.open(new_ticket(), "key-00001")
    assert not await outbox.amend("key-00001", contact="a@example.com")


async def test_what_cannot_be_written_down_is_not_said_to_be_added(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = TicketOutbox(path, Desk(everything=AWAY))
    await outbox.open(new_ticket(), "key-00001")
    outbox.close()
    assert not await outbox.amend("key-00001", note="lost")
    assert "cannot be written" in caplog.text


async def test_an_addition_during_the_delivery_is_delivered_with_it(path: Path) -> None:
    desk = Desk()
    desk.may_answer.clear()
    outbox = TicketOutbox(path, desk)
    opening = asyncio.create_task(outbox.open(new_ticket(), "key-00001"))
    await desk.entered.wait()
    assert await outbox.amend("key-00001", note="by the way")
    desk.may_answer.set()
    assert await opening is not None
    assert [what for what, _, _ in desk.calls] == ["open", "note"]
    assert outbox.pending() == 0


async def test_a_ticket_is_told_open_although_its_addition_waits(path: Path) -> None:
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    await outbox.open(new_ticket(), "key-00001")
    await outbox.amend("key-00001", note="later")
    desk.fails = {"later": AWAY}
    ticket = await outbox.open(new_ticket(), "key-00001")
    assert ticket is not None
    assert outbox.pending() == 1
    assert await outbox.open(new_ticket(), "key-00001") == ticket
    assert [what for what, _, _ in desk.calls].count("open") == 2  # away, then taken; never again


async def test_a_refused_addition_is_kept_aside_after_the_ticket(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    await outbox.open(new_ticket(), "key-00001")
    await outbox.amend("key-00001", contact="no address")
    await outbox.amend("key-00001", note="but a note")
    desk.fails = {"no address": InvalidInput("no such contact")}
    assert await outbox.flush() == 1
    assert [what for what, _, _ in desk.calls][-2:] == ["contact", "note"]
    assert "contact added to ticket" in caplog.text
    (refused,) = outbox.refused()
    assert "no such contact" in refused.why
    desk.fails.clear()
    assert outbox.retry_refused() == 1
    assert await outbox.flush() == 1
    assert [what for what, _, _ in desk.calls].count("open") == 2


# The file.


async def test_nothing_personal_stays_or_is_logged(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk(everything=AWAY)
    outbox = TicketOutbox(path, desk)
    phone = "+49401234567"  # an SMS conversation's id is a phone number
    await outbox.open(new_ticket(conversation_id=phone), f"{phone}-handoff")
    await outbox.amend(f"{phone}-handoff", note="my name is Anna Berg")
    on_disk = _bytes(path)
    assert b"where is my parcel" in on_disk
    desk.fails.clear()
    await outbox.flush()
    desk.fails["everything"] = InvalidInput(f"{phone} is no contact")
    with pytest.raises(InvalidInput):
        await outbox.open(new_ticket(conversation_id=phone), f"{phone}-second")
    desk.fails.clear()
    outbox.retry_refused()
    await outbox.flush()
    outbox.close()
    on_disk = _bytes(path)
    for personal in ("where is my parcel", "anna.berg@example.com", "Anna Berg", phone):
        assert personal.encode() not in on_disk
        assert personal not in caplog.text


def test_only_its_owner_can_read_the_file(path: Path) -> None:
    TicketOutbox(path, Desk()).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_used_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "noise.db").write_bytes(b"no database " * 1000)
    for path in (tmp_path / "file" / "outbox.db", tmp_path / "noise.db", tmp_path):
        with pytest.raises(OutboxUnusable) as caught:
            TicketOutbox(path, Desk())
        assert str(path) in str(caught.value)
        assert "FRONTDESK_OUTBOX_DB" in str(caught.value)


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    TicketOutbox(path, Desk()).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(OutboxUnusable, match="newer"):
        TicketOutbox(path, Desk())


def _bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def _until(condition: Callable[[], bool]) -> None:
    """Wait for it, but not for ever."""

    async def wait() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), 30)
