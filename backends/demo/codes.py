"""One-time codes: six digits to the e-mail on file.

Everything is counted for the e-mail that was asked with, account or not, so that the answers tell
nobody which addresses have one, and a fresh code buys no fresh attempts.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictStr

from backends.demo import crm, mail, times
from backends.demo.errors import ApiError, not_found, too_many
from backends.demo.once import Answer, TheChange
from backends.demo.shop import EMAIL, Body, IdInPath, Shop

router = APIRouter()

# All five from the contract.
VALID_FOR = timedelta(minutes=10)
NOT_AGAIN_WITHIN = timedelta(minutes=1)
MOST_MISSES = 5
LOCKED_FOR = timedelta(minutes=15)
MISSES_COUNT_FOR = timedelta(minutes=15)


class EmailOnly(Body):
    """An e-mail address."""

    email: Annotated[StrictStr, Field(min_length=3, max_length=254, regex=EMAIL)]


class VerifyCode(Body):
    """What the customer read in the e-mail."""

    code: Annotated[StrictStr, Field(min_length=6, max_length=6, regex=r"^[0-9]{6}\Z")]


@router.post("/accounts/codes")
def send_code(body: EmailOnly, change: TheChange) -> JSONResponse:
    """Send a code."""
    return change.once(lambda connection: _send(connection, change.shop, body.email))


@router.post("/accounts/codes/{challenge_id}/verify")
def verify_code(challenge_id: IdInPath, body: VerifyCode, change: TheChange) -> JSONResponse:
    """Check a code."""
    return change.once(lambda connection: _verify(connection, change.shop, challenge_id, body.code))


def _send(connection: sqlite3.Connection, shop: Shop, email: str) -> Answer:
    now = shop.now()
    key = shop.keyed_hash("email", email.lower())
    guard = _guard(connection, key, now)
    if guard["sent_at"] is not None:
        wait = times.read(guard["sent_at"]) + NOT_AGAIN_WITHIN - now
        if wait > timedelta(0):
            raise too_many(wait)
    customer = crm.by_email(connection, email)
    challenge_id = f"chl_{secrets.token_urlsafe(18)}"
    code = f"{secrets.randbelow(10**6):06d}"
    expires_at = times.write(now + VALID_FOR)
    connection.execute("UPDATE code_challenges SET ended = 1 WHERE email_key = ?", (key,))
    connection.execute(
        "INSERT INTO code_challenges (id, email_key, customer_id, code_hash, expires_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            challenge_id,
            key,
            None if customer is None else customer["id"],
            shop.keyed_hash("code", challenge_id, code),
            expires_at,
        ),
    )
    connection.execute(
        "UPDATE code_guards SET sent_at = ? WHERE email_key = ?", (times.write(now), key)
    )
    if customer is not None:
        mail.send_email(
            connection,
            to=customer["email"],
            kind="code",
            subject=f"Your code: {code}",
            body=f"Hello {customer['first_name']},\n\nyour one-time code is {code}. It is valid"
            " for ten minutes.\n\nNobody from our shop will ever call you and ask for it. If you"
            " did not ask for a code, you need not do anything.\n\nTallowick",
            at=now,
        )
    return Answer(201, {"id": challenge_id, "sent_to_hint": _hint(email), "expires_at": expires_at})


def _verify(connection: sqlite3.Connection, shop: Shop, challenge_id: str, code: str) -> Answer:
    now = shop.now()
    challenge = connection.execute(
        "SELECT * FROM code_challenges WHERE id = ?", (challenge_id,)
    ).fetchone()
    if challenge is None:
        raise not_found()
    key = challenge["email_key"]
    guard = _guard(connection, key, now)
    if challenge["ended"] or now >= times.read(challenge["expires_at"]):
        raise ApiError(410, "code_expired", "The code is no longer valid.")
    given = shop.keyed_hash("code", challenge_id, code)
    right = hmac.compare_digest(given, challenge["code_hash"])
    if right and challenge["customer_id"] is not None:
        connection.execute("UPDATE code_challenges SET ended = 1 WHERE id = ?", (challenge_id,))
        connection.execute(
            "UPDATE code_guards SET misses = 0, missed_at = NULL WHERE email_key = ?", (key,)
        )
        return Answer(200, crm.read(connection, challenge["customer_id"]))
    return _missed(connection, key, guard["misses"] + 1, now)


def _missed(connection: sqlite3.Connection, key: str, misses: int, now: datetime) -> Answer:
    if misses < MOST_MISSES:
        connection.execute(
            "UPDATE code_guards SET misses = ?, missed_at = ? WHERE email_key = ?",
            (misses, times.write(now), key),
        )
        return Answer.of(
            ApiError(
                403,
                "wrong_code",
                "The code does not fit.",
                details={"attempts_left": MOST_MISSES - misses},
            )
        )
    connection.execute(
        "UPDATE code_guards SET misses = 0, missed_at = NULL, locked_until = ? WHERE email_key = ?",
        (times.write(now + LOCKED_FOR), key),
    )
    connection.execute("UPDATE code_challenges SET ended = 1 WHERE email_key = ?", (key,))
    return Answer.of(_locked(LOCKED_FOR))


def _guard(connection: sqlite3.Connection, key: str, now: datetime) -> sqlite3.Row:
    """The counts for an e-mail as they stand now; raises while it is locked."""
    connection.execute("INSERT OR IGNORE INTO code_guards (email_key) VALUES (?)", (key,))
    connection.execute(
        "UPDATE code_guards SET misses = 0, missed_at = NULL"
        " WHERE email_key = ? AND missed_at <= ?",
        (key, times.write(now - MISSES_COUNT_FOR)),
    )
    guard: sqlite3.Row = connection.execute(
        "SELECT * FROM code_guards WHERE email_key = ?", (key,)
    ).fetchone()
    if guard["locked_until"] is not None and now < times.read(guard["locked_until"]):
        raise _locked(times.read(guard["locked_until"]) - now)
    return guard


def _locked(retry_after: timedelta) -> ApiError:
    return ApiError(
        429,
        "code_locked",
        "Too many wrong codes. Try again later.",
        retry_after=retry_after,
    )


def _hint(email: str) -> str:
    # From what was asked, never from the records: it must not tell whether there are any.
    name, _, domain = email.rpartition("@")
    return f"{name[0]}***@{domain}"
