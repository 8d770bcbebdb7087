"""One-time codes: six digits by e-mail, from us, since shop software has no such thing.

Everything is counted for the address that was asked with, account or not, and the e-mail is sent
behind the answer, so that answers and their speed tell nobody which addresses have one.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from backends import idempotency
from backends.connectors.code_mail import CodeMail
from backends.connectors.database import CODES, GUARDS
from backends.connectors.keyed import KeyedHash
from backends.connectors.misses import unusable
from backends.connectors.platform import Platform
from backends.errors import (
    CodeExpired,
    CodeLocked,
    InvalidInput,
    NotFound,
    NotOffered,
    TooManyRequests,
    WrongCode,
)
from backends.models import CodeChallenge, Customer

logger = logging.getLogger(__name__)

# All of them as in the contract; seconds.
VALID_FOR = 10 * 60
NOT_AGAIN_WITHIN = 60
MOST_MISSES = 5
LOCKED_FOR = 15 * 60
MISSES_COUNT_FOR = 15 * 60
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,185}\.[^@\s.]{2,}", re.ASCII)
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


class MailedCodes:
    """`Accounts` for a shop software: codes by e-mail; all else about accounts is a person's."""

    def __init__(
        self,
        platform: Platform,
        engine: Engine,
        keyed: KeyedHash,
        mail: CodeMail,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._platform, self._engine, self._keyed = platform, engine, keyed
        self._mail, self._clock = mail, clock

    async def send_code(self, email: str, *, idempotency_key: str) -> CodeChallenge:
        """See `Accounts.send_code`."""
        if len(email) > 254 or not _EMAIL.fullmatch(email):
            raise InvalidInput("this cannot be an e-mail address")
        key, hashed = idempotency.sendable(idempotency_key), self._keyed("email", email.lower())
        known = await self._run(self._sent_before, key)
        if known is None:
            await self._run(self._refuse_too_soon, hashed)
            customer = await self._platform.customer_by_email(email)
            code = f"{secrets.randbelow(10**6):06d}"
            known = await self._run(self._begin, key, hashed, customer and customer.id, code)
            if customer is not None:
                self._mail.send_behind(customer.email, customer.first_name, code)
        name, _, domain = email.rpartition("@")
        expires_at = datetime.fromtimestamp(known.expires_at, timezone.utc)
        return CodeChallenge(known.id, f"{name[0]}***@{domain}", expires_at)

    async def verify_code(self, challenge_id: str, code: str) -> Customer:
        """See `Accounts.verify_code`."""
        if not _CODE.fullmatch(code):
            raise InvalidInput("a code has six digits")
        customer_id = await self._run(self._compare, challenge_id, code)
        # before the code is used up: while the shop is away, it can be given again
        customer = await self._platform.customer(customer_id)
        await self._run(self._use_up, challenge_id)
        return customer

    async def request_password_reset(self, email: str, *, idempotency_key: str) -> None:
        """See `Accounts.request_password_reset`: there is no such call."""
        raise NotOffered(f"{self._platform.name} has no call that mails a link for a new password")

    async def request_username(self, email: str, *, idempotency_key: str) -> None:
        """See `Accounts.request_username`: there is no such call."""
        raise NotOffered(f"{self._platform.name} has no call that mails a username")

    async def _run(self, step: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return await asyncio.to_thread(step, *arguments)
        except SQLAlchemyError as error:
            raise unusable(error) from error

    def _sent_before(self, key: str) -> Any:
        with self._engine.connect() as connection:
            return connection.execute(select(CODES).where(CODES.c.key == key)).first()

    def _refuse_too_soon(self, email: str) -> None:
        now = self._clock()
        try:
            with self._engine.begin() as connection:
                connection.execute(GUARDS.insert(), [{"email": email, "misses": 0}])
        except IntegrityError:
            pass  # it was asked with before
        with self._engine.begin() as connection:
            guard = _guard(connection, email, now)
        _refuse_locked(guard, now)
        if guard.sent_at is not None and guard.sent_at + NOT_AGAIN_WITHIN > now:
            raise TooManyRequests(retry_after=guard.sent_at + NOT_AGAIN_WITHIN - now)

    def _begin(self, key: str, email: str, customer_id: str | None, code: str) -> Any:
        now, challenge_id = self._clock(), f"chl_{secrets.token_urlsafe(18)}"
        row = {
            "id": challenge_id,
            "key": key,
            "email": email,
            "customer_id": customer_id,
            "code": known_hash(self._keyed, challenge_id, code),
            "expires_at": now + VALID_FOR,
            "ended": 0,
        }
        due = or_(GUARDS.c.sent_at.is_(None), GUARDS.c.sent_at <= now - NOT_AGAIN_WITHIN)
        with self._engine.begin() as connection:
            claim = GUARDS.update().where(GUARDS.c.email == email, due).values(sent_at=now)
            if connection.execute(claim).rowcount == 0:  # another process was faster
                raise TooManyRequests(retry_after=NOT_AGAIN_WITHIN)
            connection.execute(CODES.delete().where(CODES.c.expires_at < now - LOCKED_FOR))
            connection.execute(CODES.update().where(CODES.c.email == email).values(ended=1))
            connection.execute(CODES.insert(), [row])
            return connection.execute(select(CODES).where(CODES.c.id == challenge_id)).one()

    def _compare(self, challenge_id: str, code: str) -> str:
        """The customer whose code it is; counts a miss when it is nobody's."""
        now = self._clock()
        with self._engine.begin() as connection:
            row = connection.execute(select(CODES).where(CODES.c.id == challenge_id)).first()
            if row is None:
                raise NotFound
            # counted before it is compared: guesses that come at once count each
            before = _guard(connection, row.email, now)
            guard = _count(connection, row.email, now)
            given = known_hash(self._keyed, challenge_id, code)
            right = row.customer_id is not None and hmac.compare_digest(given, row.code)
            old = bool(row.ended) or row.expires_at <= now
            locked = guard.locked_until is not None and guard.locked_until > now
            if right or old or locked:
                _forget_one(connection, row.email, before)
            elif guard.misses >= MOST_MISSES:
                guard = _lock(connection, row.email, now)
        _refuse_locked(guard, now)
        if old:
            raise CodeExpired
        if not right:
            raise WrongCode(attempts_left=MOST_MISSES - guard.misses)
        found: str = row.customer_id
        return found

    def _use_up(self, challenge_id: str) -> None:
        with self._engine.begin() as connection:
            mine = CODES.update().where(CODES.c.id == challenge_id, CODES.c.ended == 0)
            if connection.execute(mine.values(ended=1)).rowcount == 0:
                raise CodeExpired
            email = select(CODES.c.email).where(CODES.c.id == challenge_id).scalar_subquery()
            fresh = {"misses": 0, "missed_at": None}
            connection.execute(GUARDS.update().where(GUARDS.c.email == email).values(fresh))


def known_hash(keyed: KeyedHash, challenge_id: str, code: str) -> str:
    """What is stored of a code."""
    return keyed("code", challenge_id, code)


def _guard(connection: Connection, email: str, now: float) -> Any:
    """The counts for an address as they stand now."""
    old = GUARDS.update().where(
        GUARDS.c.email == email, GUARDS.c.missed_at <= now - MISSES_COUNT_FOR
    )
    connection.execute(old.values(misses=0, missed_at=None))
    return connection.execute(select(GUARDS).where(GUARDS.c.email == email)).one()


def _count(connection: Connection, email: str, now: float) -> Any:
    more = GUARDS.update().where(GUARDS.c.email == email)
    connection.execute(more.values(misses=GUARDS.c.misses + 1, missed_at=now))
    return connection.execute(select(GUARDS).where(GUARDS.c.email == email)).one()


def _forget_one(connection: Connection, email: str, before: Any) -> None:
    """Take back what was counted for a code that was no guess."""
    less = GUARDS.update().where(GUARDS.c.email == email)
    connection.execute(less.values(misses=GUARDS.c.misses - 1, missed_at=before.missed_at))


def _lock(connection: Connection, email: str, now: float) -> Any:
    shut = {"misses": 0, "missed_at": None, "locked_until": now + LOCKED_FOR}
    connection.execute(GUARDS.update().where(GUARDS.c.email == email).values(shut))
    connection.execute(CODES.update().where(CODES.c.email == email).values(ended=1))
    return connection.execute(select(GUARDS).where(GUARDS.c.email == email)).one()


def _refuse_locked(guard: Any, now: float) -> None:
    if guard.locked_until is not None and guard.locked_until > now:
        raise CodeLocked(retry_after=guard.locked_until - now)
