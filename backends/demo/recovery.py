"""Getting back into an account: a link for a new password, and the username."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backends.demo import crm, mail, times
from backends.demo.codes import EmailOnly
from backends.demo.once import Answer, TheChange
from backends.demo.shop import Shop

router = APIRouter()

# From the contract.
NOT_AGAIN_WITHIN = timedelta(minutes=1)
LINK_VALID_FOR = timedelta(minutes=30)
# Cost of one password hash: 16 MB and some 50 ms, the interactive setting of RFC 7914.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}


@router.post("/accounts/password-resets")
def request_password_reset(body: EmailOnly, change: TheChange) -> JSONResponse:
    """Send a link for a new password."""
    return change.once(lambda connection: _send_link(connection, change.shop, body.email))


@router.post("/accounts/username-reminders")
def request_username(body: EmailOnly, change: TheChange) -> JSONResponse:
    """Send the username."""
    return change.once(lambda connection: _send_username(connection, change.shop, body.email))


def _send_link(connection: sqlite3.Connection, shop: Shop, email: str) -> Answer:
    now = shop.now()
    # Made for every request, so that the answer takes as long without an account.
    token = secrets.token_urlsafe(32)
    customer = crm.by_email(connection, email)
    if customer is not None and _due(connection, customer, "password_reset", now):
        connection.execute(
            "UPDATE reset_links SET ended = 1 WHERE customer_id = ?", (customer["id"],)
        )
        connection.execute(
            "INSERT INTO reset_links (token_hash, customer_id, expires_at) VALUES (?, ?, ?)",
            (_token_hash(token), customer["id"], times.write(now + LINK_VALID_FOR)),
        )
        mail.send_email(
            connection,
            to=customer["email"],
            kind="password_reset",
            subject="Choose a new password",
            body=f"Hello {customer['first_name']},\n\nopen this link within 30 minutes to choose"
            f" a new password. It works once:\n\n{shop.settings.public_url}/reset/{token}\n\n"
            "If you did not ask for it, your old password still holds and you need not do"
            " anything.\n\nTallowick",
            at=now,
        )
    return Answer(202, {"status": "accepted"})


def _send_username(connection: sqlite3.Connection, shop: Shop, email: str) -> Answer:
    now = shop.now()
    customer = crm.by_email(connection, email)
    if customer is not None and _due(connection, customer, "username", now):
        mail.send_email(
            connection,
            to=customer["email"],
            kind="username",
            subject="Your username",
            body=f"Hello {customer['first_name']},\n\nyour username is {customer['username']}.\n\n"
            "Tallowick",
            at=now,
        )
    return Answer(202, {"status": "accepted"})


def _due(connection: sqlite3.Connection, customer: sqlite3.Row, kind: str, now: datetime) -> bool:
    last = mail.last_sent(connection, customer["email"], kind)
    return last is None or now - last >= NOT_AGAIN_WITHIN


def link_owner(connection: sqlite3.Connection, token: str, now: datetime) -> sqlite3.Row | None:
    """The customer to whom a link was sent; None when it is unknown, used, replaced or too old."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT customers.* FROM reset_links JOIN customers ON customers.id = customer_id"
        " WHERE token_hash = ? AND NOT ended AND expires_at > ?",
        (_token_hash(token), times.write(now)),
    ).fetchone()
    return row


def set_password(
    connection: sqlite3.Connection, customer: sqlite3.Row, password_hash: str, now: datetime
) -> None:
    """Give a customer a new password: every link ends, and an e-mail says so."""
    connection.execute(
        "UPDATE customers SET password_hash = ? WHERE id = ?", (password_hash, customer["id"])
    )
    connection.execute("UPDATE reset_links SET ended = 1 WHERE customer_id = ?", (customer["id"],))
    mail.send_email(
        connection,
        to=customer["email"],
        kind="password_changed",
        subject="Your password was changed",
        body=f"Hello {customer['first_name']},\n\nyour password was changed just now. If that was"
        " not you, write to us at once.\n\nTallowick",
        at=now,
    )


def hash_password(password: str) -> str:
    """A password as it is stored: salt and scrypt hash, in hex."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_scrypt(password, salt).hex()}"


def password_fits(password: str, stored: str) -> bool:
    """Whether this is the password that was stored."""
    salt, _, expected = stored.partition(":")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), expected)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, **_SCRYPT)


def _token_hash(token: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
