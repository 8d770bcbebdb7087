"""Codes and links, against a demo shop of each test's own e-mail addresses."""

from __future__ import annotations

import uuid

import pytest

from backends.connect import Backends
from backends.errors import (
    CodeExpired,
    CodeLocked,
    InvalidInput,
    NotFound,
    TooManyRequests,
    WrongCode,
)
from tests.support.shop import RunningShop


def new_key() -> str:
    return str(uuid.uuid4())


async def email_of(live: Backends, number: int) -> str:
    """Each test takes another customer, for codes are limited by e-mail."""
    return (await live.crm.customer(f"cus_{number:04}")).email


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_right_code_verifies_once(live: Backends, live_shop: RunningShop) -> None:
    email = await email_of(live, 11)
    challenge = await live.accounts.send_code(email, idempotency_key=new_key())
    assert email not in challenge.sent_to_hint
    code = live_shop.latest_code(email)
    customer = await live.accounts.verify_code(challenge.id, code)
    assert (customer.id, customer.email) == ("cus_0011", email)
    with pytest.raises(CodeExpired):
        await live.accounts.verify_code(challenge.id, code)


async def test_a_repeated_request_sends_one_code(live: Backends, live_shop: RunningShop) -> None:
    email, key = await email_of(live, 12), new_key()
    first = await live.accounts.send_code(email, idempotency_key=key)
    assert await live.accounts.send_code(email, idempotency_key=key) == first
    assert len([mail for mail in live_shop.mails(email) if mail["kind"] == "code"]) == 1


async def test_asking_again_within_a_minute_says_how_long_to_wait(live: Backends) -> None:
    email = await email_of(live, 13)
    await live.accounts.send_code(email, idempotency_key=new_key())
    with pytest.raises(TooManyRequests) as caught:
        await live.accounts.send_code(email, idempotency_key=new_key())
    assert 30 < caught.value.retry_after <= 60


async def test_wrong_codes_are_counted_and_then_locked(
    live: Backends, live_shop: RunningShop
) -> None:
    email = await email_of(live, 14)
    challenge = await live.accounts.send_code(email, idempotency_key=new_key())
    bad = wrong(live_shop.latest_code(email))
    left = []
    for _ in range(4):
        with pytest.raises(WrongCode) as caught:
            await live.accounts.verify_code(challenge.id, bad)
        left.append(caught.value.attempts_left)
    assert left == [4, 3, 2, 1]
    for code in (bad, live_shop.latest_code(email)):
        with pytest.raises(CodeLocked) as locked:
            await live.accounts.verify_code(challenge.id, code)
        assert 60 < locked.value.retry_after <= 15 * 60
    with pytest.raises(CodeLocked):
        await live.accounts.send_code(email, idempotency_key=new_key())


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６"])
async def test_what_cannot_be_a_code_costs_no_attempt(
    live: Backends, live_shop: RunningShop, code: str
) -> None:
    email = f"nobody-{uuid.uuid4().hex}@example.com"
    challenge = await live.accounts.send_code(email, idempotency_key=new_key())
    with pytest.raises(InvalidInput):
        await live.accounts.verify_code(challenge.id, code)
    with pytest.raises(WrongCode) as caught:
        await live.accounts.verify_code(challenge.id, "000000")
    assert caught.value.attempts_left == 4


async def test_an_e_mail_without_an_account_gets_the_same_answers(
    live: Backends, live_shop: RunningShop
) -> None:
    email = f"nobody-{uuid.uuid4().hex}@example.com"
    challenge = await live.accounts.send_code(email, idempotency_key=new_key())
    assert challenge.sent_to_hint.endswith("@example.com")
    with pytest.raises(WrongCode):
        await live.accounts.verify_code(challenge.id, "000000")
    await live.accounts.request_password_reset(email, idempotency_key=new_key())
    await live.accounts.request_username(email, idempotency_key=new_key())
    assert live_shop.mails(email) == []


async def test_an_unknown_challenge_is_not_found(live: Backends) -> None:
    with pytest.raises(NotFound):
        await live.accounts.verify_code("no-such-challenge", "000000")


async def test_a_reset_link_is_sent_once_within_a_minute(
    live: Backends, live_shop: RunningShop
) -> None:
    email = await email_of(live, 15)
    await live.accounts.request_password_reset(email, idempotency_key=new_key())
    await live.accounts.request_password_reset(email, idempotency_key=new_key())
    kinds = [mail["kind"] for mail in live_shop.mails(email)]
    assert kinds == ["password_reset"]
    assert live_shop.latest_link(email).startswith("http")


async def test_a_username_is_sent_to_the_address_on_file(
    live: Backends, live_shop: RunningShop
) -> None:
    email = await email_of(live, 16)
    await live.accounts.request_username(email, idempotency_key=new_key())
    assert [mail["kind"] for mail in live_shop.mails(email)] == ["username"]


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a b@example.com"])
async def test_what_cannot_be_an_e_mail_is_refused(live: Backends, email: str) -> None:
    with pytest.raises(InvalidInput):
        await live.accounts.send_code(email, idempotency_key=new_key())
    with pytest.raises(InvalidInput):
        await live.accounts.request_password_reset(email, idempotency_key=new_key())
    with pytest.raises(InvalidInput):
        await live.accounts.request_username(email, idempotency_key=new_key())
