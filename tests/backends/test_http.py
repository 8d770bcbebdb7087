"""The REST base against a real server that misbehaves in every way that servers do."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx
import pytest

from backends.answers import Answer, Refusal, read_model
from backends.circuit import Circuit
from backends.errors import BackendError, BackendUnavailable, InvalidInput, NotFound
from backends.errors import TooManyRequests as TooMany
from backends.http import ATTEMPTS, MAX_ANSWER_BYTES, MAX_CALL_SECONDS, Rest
from backends.models import Customer, Ticket
from tests.backends.samples import CUSTOMER, ORDER, TICKET, new_ticket
from tests.support import faulty
from tests.support.clients import TOKEN, connected
from tests.support.faulty import Behaviour, FaultyShop, error, raw, reply
from tests.support.shop import free_port

T = TypeVar("T")
EMAIL = "anna.berg@example.com"
FAULTS = {
    "500": reply(b"oops", 500),
    "502": reply(b"<html>bad gateway</html>", 502),
    "503": error("unavailable", 503, {"Retry-After": "0"}),
    "in progress": error("idempotency_in_progress", 409),
    "dropped": faulty.drop(),
    "reset": faulty.reset(),
    "truncated": faulty.truncate(b'{"id": ', 100),
    "hanging": faulty.hang(),
    "dripping": faulty.drip(0.05),
    "no HTTP": raw(b"", 200, {"Broken\x00Header": "x"}),
}
faults = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def rest_for(shop: FaultyShop, circuit: Circuit | None = None) -> AsyncIterator[Rest]:
    async with httpx.AsyncClient(base_url=shop.url, trust_env=False) as client:
        yield Rest(client, "test", timeout=5.0, circuit=circuit)


async def ask(rest: Rest) -> Customer:
    return await rest.read("GET", "/customers/{id}", Customer, path={"id": "c-1"})


# What may be repeated is repeated, and happens once.


@faults
async def test_a_change_is_repeated_with_the_same_key_and_body(fault: Behaviour) -> None:
    shop = FaultyShop(fault, reply(TICKET, 201))
    async with shop, connected(shop.url, timeout=0.8) as backends:
        ticket = await backends.tickets.open(new_ticket(), idempotency_key="one-key-only")
    assert ticket.number == "T-100123"
    assert [asked.key for asked in shop.asked] == ["one-key-only", "one-key-only"]
    assert shop.asked[0].body == shop.asked[1].body


@faults
async def test_a_read_is_repeated(fault: Behaviour) -> None:
    shop = FaultyShop(fault, reply(ORDER))
    async with shop, connected(shop.url, timeout=0.8) as backends:
        order = await backends.orders.find("10023", email=EMAIL)
    assert order.number == "10023"
    assert [asked.path for asked in shop.asked] == ["/api/v1/orders/find"] * 2
    assert [asked.key for asked in shop.asked] == [None, None]


async def test_a_code_is_verified_once_for_each_time_it_is_typed() -> None:
    async with FaultyShop(faulty.drop(), reply(CUSTOMER)) as shop, connected(shop.url) as backends:
        await backends.accounts.verify_code("ch-1", "012345")
        await backends.accounts.verify_code("ch-1", "012345")
    first, repeated, second = (asked.key for asked in shop.asked)
    assert first == repeated
    assert second not in (None, first)


async def test_a_key_that_no_header_can_carry_still_works() -> None:
    shop = FaultyShop(faulty.drop(), reply(TICKET, 201))
    async with shop, connected(shop.url) as backends:
        await backends.tickets.add_note("t-1", "hello", idempotency_key="ä b\r\nX: y")
    first, second = (asked.key for asked in shop.asked)
    assert first == second
    assert first is not None
    assert first.isalnum()


# It gives up in time.


async def test_it_gives_up_after_three_attempts() -> None:
    async with FaultyShop(reply(b"", 500)) as shop, connected(shop.url) as backends:
        with pytest.raises(BackendUnavailable) as caught:
            await backends.crm.customer("c-1")
    assert len(shop.asked) == ATTEMPTS == 3
    assert caught.value.code == "shop_failed"


@pytest.mark.parametrize(
    "fault", [faulty.hang(), faulty.drip(0.02)], ids=["never answers", "never ends"]
)
async def test_a_call_ends_after_twice_the_time_of_an_attempt(fault: Behaviour) -> None:
    async with FaultyShop(fault) as shop, connected(shop.url, timeout=0.4) as backends:
        started = time.monotonic()
        with pytest.raises(BackendUnavailable) as caught:
            await backends.crm.customer("c-1")
        took = time.monotonic() - started
    assert caught.value.code == "timeout"
    assert len(shop.asked) == 2
    # Both attempts waited; the slack is for a busy machine.
    assert 0.7 <= took < 0.8 + 10


async def test_no_call_takes_longer_than_ten_seconds() -> None:
    async with httpx.AsyncClient() as client:
        assert Rest(client, "test", timeout=10.0)._total == MAX_CALL_SECONDS == 10.0
        assert Rest(client, "test", timeout=1.0)._total == 2.0


async def test_nobody_there() -> None:
    async with connected(f"http://127.0.0.1:{free_port()}") as backends:
        with pytest.raises(BackendUnavailable) as caught:
            await backends.orders.find("10023", email=EMAIL)
    assert caught.value.code == "unreachable"
    assert "FRONTDESK_SHOP_URL" in caught.value.message


async def test_cancelling_ends_the_call_at_once() -> None:
    async with FaultyShop(faulty.hang()) as shop, connected(shop.url) as backends:
        call = asyncio.create_task(backends.crm.customer("c-1"))
        while not shop.asked:
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(call, 2)
    assert len(shop.asked) == 1


# The shop says when to come back.


@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_retry_after_is_waited_out(status: int) -> None:
    busy = error("too_many_requests", status, {"Retry-After": "1"})
    async with FaultyShop(busy, reply(CUSTOMER)) as shop, connected(shop.url) as backends:
        started = time.monotonic()
        await backends.crm.customer("c-1")
        took = time.monotonic() - started
    assert len(shop.asked) == 2
    assert took >= 1.0


async def test_a_long_retry_after_is_left_to_the_customer() -> None:
    busy = error("too_many_requests", 429, {"Retry-After": "45"})
    async with FaultyShop(busy) as shop, connected(shop.url) as backends:
        with pytest.raises(TooMany) as caught:
            await backends.accounts.send_code(EMAIL, idempotency_key="key-00001")
    assert caught.value.retry_after == 45.0
    assert len(shop.asked) == 1


async def test_a_shop_under_maintenance_is_asked_once() -> None:
    away = error("unavailable", 503, {"Retry-After": "600"})
    async with FaultyShop(away) as shop, connected(shop.url) as backends:
        with pytest.raises(BackendUnavailable):
            await backends.crm.customer("c-1")
    assert len(shop.asked) == 1


async def test_waiting_as_told_stays_within_the_time_of_a_call() -> None:
    busy = error("too_many_requests", 429, {"Retry-After": "2"})
    async with FaultyShop(busy) as shop, connected(shop.url, timeout=0.5) as backends:
        started = time.monotonic()
        with pytest.raises(TooMany):
            await backends.crm.customer("c-1")
        took = time.monotonic() - started
    assert len(shop.asked) == 1
    assert took < 2.0


# What is said plainly is not asked twice.


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "unreadable"),
        (404, "not_found"),
        (409, "idempotency_key_reused"),
        (410, "code_expired"),
        (413, "too_large"),
        (422, "invalid_input"),
        (429, "code_locked"),
    ],
)
async def test_a_refusal_is_final(status: int, code: str) -> None:
    async with FaultyShop(error(code, status)) as shop, connected(shop.url) as backends:
        with pytest.raises(BackendError) as caught:
            await backends.accounts.verify_code("ch-1", "012345")
    assert caught.value.code == code
    assert len(shop.asked) == 1


# A good order but for its size.
HUGE = json.dumps(ORDER).encode() + b" " * 5 * MAX_ANSWER_BYTES
UNREADABLE = {
    "empty": reply(b""),
    "HTML": raw(b"<html>Welcome!</html>", 200, {"Content-Type": "text/html"}),
    "another shape": reply({"orders": "none"}),
    "not UTF-8": reply(b"\xff\xff"),
    "damaged gzip": reply(b"no gzip at all", 200, {"Content-Encoding": "gzip"}),
    "too large": reply(HUGE),
    "a gzip bomb": reply(gzip.compress(HUGE), 200, {"Content-Encoding": "gzip"}),
    "a 404 of a proxy": raw(b"<html>not found</html>", 404),
    "no content": raw(b"", 204),
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_an_unreadable_answer_is_no_answer(answer: Behaviour) -> None:
    async with FaultyShop(answer) as shop, connected(shop.url) as backends:
        with pytest.raises(BackendUnavailable) as caught:
            await backends.orders.find("10023", email=EMAIL)
    assert caught.value.code == "unreadable_answer"
    assert len(shop.asked) == 1


async def test_a_redirect_is_not_followed() -> None:
    async with FaultyShop(reply(CUSTOMER)) as elsewhere:
        away = raw(b"", 307, {"Location": f"{elsewhere.url}/customers/c-1"})
        async with FaultyShop(away) as shop, connected(shop.url) as backends:
            with pytest.raises(BackendUnavailable):
                await backends.crm.customer("c-1")
    assert not elsewhere.asked


@pytest.mark.parametrize("part", ["", ".", "..", "a/b", "a?b", "a#b", "a b", EMAIL, "ä", "x" * 65])
async def test_what_is_no_id_never_gets_into_an_address(part: str) -> None:
    async with FaultyShop(reply(ORDER)) as shop, connected(shop.url) as backends:
        with pytest.raises(InvalidInput) as caught:
            await backends.orders.get("c-1", part)
    assert not shop.asked
    assert not part.strip(". ") or part not in str(caught.value).split()


async def test_half_a_surrogate_pair_from_a_stranger_can_be_sent() -> None:
    async with FaultyShop(reply(TICKET, 201)) as shop, connected(shop.url) as backends:
        await backends.tickets.add_note("t-1", "broken \ud83d text", idempotency_key="key-00001")
    assert json.loads(shop.asked[0].body) == {"text": "broken \ufffd text"}


# The circuit.


async def test_the_circuit_opens_keeps_quiet_and_closes_again() -> None:
    clock = Clock()
    circuit = Circuit("test", failures=5, open_seconds=5.0, clock=clock)
    async with FaultyShop(reply(b"", 500)) as shop, rest_for(shop, circuit) as rest:
        for _ in range(2):  # three attempts, then two: the fifth failure opens it
            with pytest.raises(BackendUnavailable):
                await ask(rest)
        assert circuit.state == "open"
        assert len(shop.asked) == 5

        with pytest.raises(BackendUnavailable) as caught:
            await ask(rest)
        assert caught.value.code == "circuit_open"
        assert len(shop.asked) == 5

        clock.now += 5.0  # still ill: one probe, and quiet again
        with pytest.raises(BackendUnavailable):
            await ask(rest)
        assert len(shop.asked) == 6
        assert circuit.state == "open"

        clock.now += 5.0
        shop.behaviours = [reply(CUSTOMER)]
        assert (await ask(rest)).id == "c-1"
        assert circuit.state == "closed"
        assert (await ask(rest)).id == "c-1"
        assert len(shop.asked) == 8


async def test_only_one_of_many_callers_probes() -> None:
    clock = Clock()
    circuit = Circuit("test", failures=1, open_seconds=5.0, clock=clock)
    shop = FaultyShop(reply(b"", 500), reply(CUSTOMER))
    async with shop, rest_for(shop, circuit) as rest:
        with pytest.raises(BackendUnavailable):
            await ask(rest)
        clock.now += 5.0
        results = await asyncio.gather(*(ask(rest) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, Customer) for result in results) == 1
    assert sum(isinstance(result, BackendUnavailable) for result in results) == 4
    assert len(shop.asked) == 2


@pytest.mark.parametrize(
    "answer", [error("not_found", 404), reply(b"unreadable"), error("too_many_requests", 429)]
)
async def test_a_shop_that_answers_keeps_the_circuit_closed(answer: Behaviour) -> None:
    circuit = Circuit("test", failures=2)
    async with FaultyShop(answer) as shop, rest_for(shop, circuit) as rest:
        for _ in range(4):
            with pytest.raises(BackendError):
                await ask(rest)
    assert circuit.state == "closed"
    assert len(shop.asked) == 4


async def test_a_cancelled_probe_does_not_block_the_circuit() -> None:
    clock = Clock()
    circuit = Circuit("test", failures=1, open_seconds=5.0, clock=clock)
    shop = FaultyShop(reply(b"", 500), faulty.hang(), reply(CUSTOMER))
    async with shop, rest_for(shop, circuit) as rest:
        with pytest.raises(BackendUnavailable):
            await ask(rest)
        clock.now += 5.0
        probe = asyncio.create_task(ask(rest))
        while len(shop.asked) < 2:
            await asyncio.sleep(0.01)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        assert (await ask(rest)).id == "c-1"


async def test_one_broken_backend_does_not_close_the_others() -> None:
    async with FaultyShop(reply(b"", 500)) as shop, connected(shop.url) as backends:
        for _ in range(3):
            with pytest.raises(BackendUnavailable):
                await backends.tickets.open(new_ticket(), idempotency_key="key-00001")
        assert len(shop.asked) == 5
        shop.behaviours = [reply(CUSTOMER)]
        assert (await backends.crm.customer("c-1")).id == "c-1"


# Nothing leaks.


async def test_neither_token_nor_personal_data_is_logged_or_in_errors(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hidden = [TOKEN, EMAIL, "20095", "10023", "cus_0001", "012345", "where is my parcel", "+49"]
    behaviours = [reply(b"", 500), reply(ORDER), reply(CUSTOMER), error("not_found", 404)]
    behaviours += [error("wrong_code", 403), faulty.drop(), reply({"email": EMAIL})]
    errors: list[BackendError] = []
    caplog.set_level(logging.DEBUG)
    async with FaultyShop(*behaviours) as shop, connected(shop.url) as backends:
        for call in [
            backends.orders.find("10023", email=EMAIL, postcode="20095"),
            backends.crm.customer("cus_0001"),
            backends.orders.get("cus_0001", "10023"),
            backends.accounts.verify_code("ch-1", "012345"),
            backends.tickets.open(new_ticket(), idempotency_key="key-+49170"),
        ]:
            try:
                await call
            except BackendError as exc:
                errors.append(exc)
    assert len(errors) == 3
    assert "/customers/{customer_id}/orders/{number} -> 404" in caplog.text
    shown = caplog.text + "".join("".join(traceback.format_exception(exc)) for exc in errors)
    shown += repr(errors)
    assert [word for word in hidden if word in shown] == []


async def test_not_found_tells_no_more_than_the_shop_did() -> None:
    async with FaultyShop(error("not_found", 404)) as shop, connected(shop.url) as backends:
        with pytest.raises(NotFound) as caught:
            await backends.orders.find("10023", email=EMAIL)
    assert str(caught.value) == "Told to refuse. (not_found)"


async def test_a_rest_of_another_model_is_read_as_that_model() -> None:
    async with FaultyShop(reply(TICKET)) as shop, rest_for(shop) as rest:
        ticket = await rest.read("GET", "/tickets/{id}", Ticket, path={"id": "t-1"})
        assert ticket.id == "t-1"
        with pytest.raises(BackendUnavailable):
            await ask(rest)


class Plain:
    """A system whose every good answer is taken, and whose 503 says that nothing was done."""

    def refusal(self, answer: Answer) -> Refusal | None:
        if answer.status == 503:
            return Refusal(BackendUnavailable(undone=True), pause=0.0, undone=True)
        return None if answer.status < 300 else Refusal(BackendUnavailable(), pause=0.0)

    def value(self, kind: type[T], answer: Answer) -> T:
        return read_model(kind, answer)


@pytest.mark.parametrize(
    ("first", "asked"),
    [(reply({}, 503), 2), (reply({}, 500), 1), (faulty.drop(), 1), (faulty.reset(), 1)],
    ids=["undone", "failed", "dropped", "reset"],
)
async def test_what_may_not_be_made_twice_is_repeated_only_if_it_surely_was_not_made(
    first: Behaviour, asked: int
) -> None:
    async with (
        FaultyShop(first, reply(TICKET, 201)) as shop,
        httpx.AsyncClient(base_url=shop.url, trust_env=False) as client,
    ):
        rest = Rest(client, "test", meaning=Plain())
        made = rest.once("POST", "/tickets", Ticket, body={})
        if asked == 2:
            assert (await made).id == TICKET["id"]
        else:
            with pytest.raises(BackendUnavailable) as caught:
                await made
            assert not caught.value.undone
    assert len(shop.asked) == asked


async def test_such_a_change_may_take_as_long_as_a_whole_call() -> None:
    async with (
        FaultyShop(faulty.hang()) as shop,
        httpx.AsyncClient(base_url=shop.url, timeout=0.2, trust_env=False) as client,
    ):
        rest = Rest(client, "test", timeout=0.2, meaning=Plain())
        started = time.monotonic()
        with pytest.raises(BackendUnavailable):
            await rest.once("POST", "/tickets", Ticket, body={})
    assert time.monotonic() - started > 0.39  # twice as long as one attempt of a read
