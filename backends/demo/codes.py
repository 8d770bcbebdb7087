"""One-time codes: six digits to the e-mail on file; `contact_codes` sends them elsewhere, too.

Everything is counted for the e-mail that was asked with, account or not, so that the answers tell
nobody which addresses have one, and a fresh code buys no fresh attempts.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from dataclasses import dataclass, field
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
    key = shop.keyed_hash("email", email.lower())
    ensure_may_send(connection, shop, key)
    customer = crm.by_email(connection, email)
    issued = issue(connection, shop, key, None if customer is None else customer["id"])
    if customer is not None:
        mail_code(connection, customer, customer["email"], issued.code, shop.now())
    return Answer(201, issued.challenge(email))


def _verify(connection: sqlite3.Connection, shop: Shop, challenge_id: str, code: str) -> Answer:
    for_contact = connection.execute(
        "SELECT 1 FROM contact_codes WHERE challenge_id = ?", (challenge_id,)
    ).fetchone()
    if for_contact:  # it proves a contact, and nobody's identity
        raise not_found()
    challenge, missed = answered(connection, shop, challenge_id, code)
    return missed or Answer(200, crm.read(connection, challenge["customer_id"]))


@dataclass(frozen=True)
class Issued:
    """A challenge that was made, with the code that answers it; the code is kept nowhere."""

    id: str
    code: str = field(repr=False)
    expires_at: str

    def challenge(self, sent_to: str) -> dict[str, str]:
        """As the contract writes it; the hint is made of the address that was asked for."""
        return {"id": self.id, "sent_to_hint": _hint(sent_to), "expires_at": self.expires_at}


def ensure_may_send(connection: sqlite3.Connection, shop: Shop, key: str) -> None:
    """Refuse a code that is asked for too soon, or while it is locked.

    Args:
        connection: inside a transaction.
        shop: the shop.
        key: what codes and misses are counted for; a keyed hash.

    Raises:
        ApiError: 429, with the seconds to wait.
    """
    guard = _guard(connection, key, shop.now())
    if guard["sent_at"] is not None:
        wait = times.read(guard["sent_at"]) + NOT_AGAIN_WITHIN - shop.now()
        if wait > timedelta(0):
            raise too_many(wait)


def issue(connection: sqlite3.Connection, shop: Shop, key: str, customer_id: str | None) -> Issued:
    """Make a challenge, which ends the one before with the same key.

    Args:
        connection: inside a transaction.
        shop: the shop.
        key: as of `ensure_may_send`.
        customer_id: whose it is; None: no code will ever fit.
    """
    now = shop.now()
    made = Issued(
        f"chl_{secrets.token_urlsafe(18)}",
        f"{secrets.randbelow(10**6):06d}",
        times.write(now + VALID_FOR),
    )
    connection.execute("UPDATE code_challenges SET ended = 1 WHERE email_key = ?", (key,))
    connection.execute(
        "INSERT INTO code_challenges (id, email_key, customer_id, code_hash, expires_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (made.id, key, customer_id, shop.keyed_hash("code", made.id, made.code), made.expires_at),
    )
    connection.execute(
        "UPDATE code_guards SET sent_at = ? WHERE email_key = ?", (times.write(now), key)
    )
    return made


def mail_code(
    connection: sqlite3.Connection, customer: sqlite3.Row, to: str, code: str, at: datetime
) -> None:
    """Send a code by e-mail."""
    mail.send_email(
        connection,
        to=to,
        kind="code",
        subject=f"Your code: {code}",
        body=f"Hello {customer['first_name']},\n\nyour one-time code is {code}. It is valid"
        " for ten minutes.\n\nNobody from our shop will ever call you and ask for it. If you"
        " did not ask for a code, you need not do anything.\n\nTallowick",
        at=at,
    )


def answered(
    connection: sqlite3.Connection, shop: Shop, challenge_id: str, code: str
) -> tuple[sqlite3.Row, Answer | None]:
    """Check the answer to a challenge; a right one uses it up.

    Returns:
        The challenge, and None; for a wrong code what is answered, which is to be kept.

    Raises:
        ApiError: 404, there is none; 410, it is no longer valid; 429, it is locked.
    """
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
        return challenge, None
    return challenge, _missed(connection, key, guard["misses"] + 1, now)


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


def _hint(contact: str) -> str:
    # From what was asked, never from the records: it must not tell whether there are any.
    name, at, domain = contact.rpartition("@")
    return f"{name[0]}***@{domain}" if at else f"{contact[:3]}***{contact[-2:]}"
