"""One-time codes that we mail ourselves, to a real SMTP server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from backends import smtp
from backends.connectors.code_mail import CodeMail
from backends.connectors.codes import MailedCodes
from backends.connectors.database import CODES, GUARDS
from backends.connectors.keyed import KeyedHash
from backends.errors import (
    BackendUnavailable,
    CodeExpired,
    CodeLocked,
    InvalidInput,
    NotFound,
    NotOffered,
    TooManyRequests,
    WrongCode,
)
from tests.backends.connectors.conftest import ANNA, Clock, Store
from tests.providers.smtp_server import SmtpServer, smtp_server
from tests.support.connector import codes_to

NOBODY = "nobody@example.com"


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def mail(mail_server: SmtpServer) -> SmtpServer:
    mail_server.mails.clear()
    return mail_server


@pytest.fixture
def post(mail: SmtpServer) -> CodeMail:
    server = smtp.SmtpServer("127.0.0.1", mail.port)
    return CodeMail(server, "Tallowick <service@example.com>", "Tallowick")


@pytest.fixture
def codes(
    store: Store, engine: Engine, keyed: KeyedHash, post: CodeMail, clock: Clock
) -> MailedCodes:
    return MailedCodes(store, engine, keyed, post, clock)


async def _sent(codes: MailedCodes, post: CodeMail, mail: SmtpServer, key: str) -> tuple[str, str]:
    challenge = await codes.send_code(ANNA.email, idempotency_key=key)
    await post.settled()
    return challenge.id, codes_to(mail, ANNA.email)[-1]


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_a_code_proves_the_customer_once(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer
) -> None:
    challenge, code = await _sent(codes, post, mail, "the-first-one")
    assert mail.mails[0]["From"] == "Tallowick <service@example.com>"
    assert "Hello Anna" in mail.mails[0].get_content()
    assert await codes.verify_code(challenge, code) == ANNA
    with pytest.raises(CodeExpired):
        await codes.verify_code(challenge, code)


async def test_an_address_without_an_account_gets_the_same_answer_and_no_mail(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer, clock: Clock
) -> None:
    nobody = await codes.send_code(NOBODY, idempotency_key="for-nobody")
    anna = await codes.send_code(ANNA.email, idempotency_key="for-anna")
    assert (nobody.expires_at, nobody.sent_to_hint) == (anna.expires_at, "n***@example.com")
    await post.settled()
    assert [one["To"] for one in mail.mails] == [ANNA.email]
    for challenge in (nobody.id, anna.id):
        with pytest.raises(WrongCode) as caught:
            await codes.verify_code(challenge, _wrong(codes_to(mail, ANNA.email)[0]))
        assert caught.value.attempts_left == 4
    for address in (NOBODY, ANNA.email):
        with pytest.raises(TooManyRequests):
            await codes.send_code(address, idempotency_key="too-soon")


async def test_the_same_request_sends_one_code(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer, clock: Clock
) -> None:
    first = await codes.send_code(ANNA.email, idempotency_key="the-same-key")
    assert await codes.send_code(ANNA.email, idempotency_key="the-same-key") == first
    await post.settled()
    assert len(mail.mails) == 1


async def test_a_minute_lies_between_codes_and_a_new_one_ends_the_old(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer, clock: Clock
) -> None:
    old, old_code = await _sent(codes, post, mail, "the-old-one")
    clock.now += 59
    with pytest.raises(TooManyRequests) as caught:
        await codes.send_code(ANNA.email.upper(), idempotency_key="too-soon")
    assert caught.value.retry_after == 1
    clock.now += 1
    new, new_code = await _sent(codes, post, mail, "the-new-one")
    with pytest.raises(CodeExpired):
        await codes.verify_code(old, old_code)
    assert await codes.verify_code(new, new_code) == ANNA


async def test_a_code_ends_after_ten_minutes(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer, clock: Clock
) -> None:
    challenge, code = await _sent(codes, post, mail, "an-old-one")
    clock.now += 10 * 60
    with pytest.raises(CodeExpired):
        await codes.verify_code(challenge, code)


async def test_five_wrong_codes_lock_whoever_they_are_tried_for_and_new_codes_too(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer, clock: Clock
) -> None:
    challenge, code = await _sent(codes, post, mail, "tried-too-often")
    for left in (4, 3):
        with pytest.raises(WrongCode) as caught:
            await codes.verify_code(challenge, _wrong(code))
        assert caught.value.attempts_left == left
    clock.now += 61
    again, code = await _sent(codes, post, mail, "no-fresh-tries")
    for left in (2, 1):
        with pytest.raises(WrongCode) as caught:
            await codes.verify_code(again, _wrong(code))
        assert caught.value.attempts_left == left
    for given in (_wrong(code), code):
        with pytest.raises(CodeLocked):
            await codes.verify_code(again, given)
    with pytest.raises(CodeLocked):
        await codes.send_code(ANNA.email, idempotency_key="while-locked")
    clock.now += 15 * 60
    fresh, code = await _sent(codes, post, mail, "after-the-lock")
    assert await codes.verify_code(fresh, code) == ANNA


async def test_guesses_that_come_at_once_each_count(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer
) -> None:
    challenge, code = await _sent(codes, post, mail, "guessed-at-once")
    guesses = [f"{n:06d}" for n in range(12) if f"{n:06d}" != code]
    tried = [codes.verify_code(challenge, guess) for guess in guesses]
    found = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(isinstance(one, WrongCode) for one in found) == 4
    with pytest.raises(CodeLocked):
        await codes.verify_code(challenge, code)


async def test_a_right_code_is_not_used_up_while_the_shop_is_away(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer, store: Store
) -> None:
    challenge, code = await _sent(codes, post, mail, "the-shop-is-away")
    store.away = BackendUnavailable()
    with pytest.raises(BackendUnavailable):
        await codes.verify_code(challenge, code)
    with pytest.raises(BackendUnavailable):
        await codes.send_code(NOBODY, idempotency_key="not-even-this")
    store.away = None
    assert await codes.verify_code(challenge, code) == ANNA


async def test_what_can_be_no_code_costs_no_try(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer
) -> None:
    challenge, code = await _sent(codes, post, mail, "not-a-code")
    for given in ("", "12345", "1234567", "12 456", "１２３４５６"):
        with pytest.raises(InvalidInput):
            await codes.verify_code(challenge, given)
    with pytest.raises(NotFound):
        await codes.verify_code("chl_of_nobody", code)
    with pytest.raises(WrongCode) as caught:
        await codes.verify_code(challenge, _wrong(code))
    assert caught.value.attempts_left == 4


@pytest.mark.parametrize("address", ["", "anna", "anna@", "a b@example.com", "a@b", "x" * 255])
async def test_what_can_be_no_address_is_refused(codes: MailedCodes, address: str) -> None:
    with pytest.raises(InvalidInput):
        await codes.send_code(address, idempotency_key="no-address")


async def test_a_mail_that_is_not_taken_is_logged_and_the_next_one_goes(
    codes: MailedCodes,
    post: CodeMail,
    mail: SmtpServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mail.refusals.append("554 not today")
    with caplog.at_level(logging.ERROR):
        await codes.send_code(ANNA.email, idempotency_key="not-taken")
        await post.settled()
    assert "FRONTDESK_CODE_SMTP_URL" in caplog.text
    assert ANNA.email not in caplog.text
    clock.now += 60
    challenge, code = await _sent(codes, post, mail, "taken-this-time")
    assert await codes.verify_code(challenge, code) == ANNA


async def test_the_database_holds_neither_addresses_nor_codes(
    codes: MailedCodes, post: CodeMail, mail: SmtpServer, engine: Engine
) -> None:
    _, code = await _sent(codes, post, mail, "only-hashes")
    with engine.connect() as connection:
        rows = [*connection.execute(select(CODES)), *connection.execute(select(GUARDS))]
    kept = repr(rows)
    assert ANNA.email not in kept and code not in kept


async def test_what_shop_software_has_no_call_for_is_a_persons(codes: MailedCodes) -> None:
    with pytest.raises(NotOffered):
        await codes.request_password_reset(ANNA.email, idempotency_key="a-new-password")
    with pytest.raises(NotOffered):
        await codes.request_username(ANNA.email, idempotency_key="the-username")
