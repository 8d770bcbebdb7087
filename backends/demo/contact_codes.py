"""Codes to the old and the new contact, before an e-mail address or a phone number is changed."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backends.demo import codes, crm, mail, times
from backends.demo.change_bodies import ContactBody
from backends.demo.errors import not_found
from backends.demo.once import Answer, TheChange
from backends.demo.planning import refuse
from backends.demo.shop import IdInPath, Shop

router = APIRouter()

_CODES = "/customers/{customer_id}/contact-codes"


@router.post(_CODES)
def send_codes(customer_id: IdInPath, body: ContactBody, change: TheChange) -> JSONResponse:
    """Send both codes."""
    return change.once(lambda connection: _send(connection, change.shop, customer_id, body))


@router.post(_CODES + "/{challenge_id}/verify")
def verify_code(
    customer_id: IdInPath, challenge_id: IdInPath, body: codes.VerifyCode, change: TheChange
) -> JSONResponse:
    """Check one of them."""

    def work(connection: sqlite3.Connection) -> Answer:
        mine = connection.execute(
            "SELECT 1 FROM contact_codes WHERE challenge_id = ? AND customer_id = ?",
            (challenge_id, customer_id),
        ).fetchone()
        if mine is None:
            raise not_found()
        _, missed = codes.answered(connection, change.shop, challenge_id, body.code)
        if missed:
            return missed
        connection.execute(
            "UPDATE contact_codes SET proven_at = ? WHERE challenge_id = ?",
            (times.write(change.shop.now()), challenge_id),
        )
        return Answer(200, {"status": "accepted"})

    return change.once(work)


def proven(connection: sqlite3.Connection, shop: Shop, customer_id: str, body: ContactBody) -> bool:
    """Whether the old and this new contact were both proven, lately enough."""
    since = shop.now() - timedelta(minutes=shop.policy.identity.valid_minutes)
    found = connection.execute(
        "SELECT DISTINCT role FROM contact_codes WHERE customer_id = ? AND kind = ? AND value = ?"
        " AND proven_at >= ?",
        (customer_id, body.kind, body.value, times.write(since)),
    ).fetchall()
    return {row["role"] for row in found} == {"old", "new"}


def use_up(connection: sqlite3.Connection, customer_id: str, body: ContactBody) -> None:
    """Let no later change rest on these proofs."""
    connection.execute(
        "UPDATE contact_codes SET proven_at = NULL WHERE customer_id = ? AND kind = ?",
        (customer_id, body.kind),
    )


def is_taken(connection: sqlite3.Connection, customer_id: str, body: ContactBody) -> bool:
    """Whether the new e-mail address is another customer's; several may share a phone."""
    if body.kind == "phone":
        return False
    owner = crm.by_email(connection, body.value)
    return owner is not None and owner["id"] != customer_id


def _send(
    connection: sqlite3.Connection, shop: Shop, customer_id: str, body: ContactBody
) -> Answer:
    customer = connection.execute("SELECT * FROM customers WHERE id = ?", (customer_id,)).fetchone()
    if customer is None:
        raise not_found()
    if customer[body.kind] == body.value:
        raise refuse("nothing_to_change", "It is on file already.")
    old = customer[body.kind] or customer["email"]
    keys = {
        role: shop.keyed_hash("contact", customer_id, body.kind, role) for role in ("old", "new")
    }
    for key in keys.values():
        codes.ensure_may_send(connection, shop, key)
    # no code to somebody else's address, and none that fits
    takes_new = None if is_taken(connection, customer_id, body) else customer_id
    answer = {}
    for role, to, owner in (("old", old, customer_id), ("new", body.value, takes_new)):
        issued = codes.issue(connection, shop, keys[role], owner)
        connection.execute(
            "INSERT INTO contact_codes (challenge_id, customer_id, kind, role, value)"
            " VALUES (?, ?, ?, ?, ?)",
            (issued.id, customer_id, body.kind, role, body.value),
        )
        if owner is not None:
            _deliver(connection, shop, customer, to, issued.code)
        answer[role] = issued.challenge(to)
    return Answer(201, answer)


def _deliver(
    connection: sqlite3.Connection, shop: Shop, customer: sqlite3.Row, to: str, code: str
) -> None:
    if "@" in to:
        codes.mail_code(connection, customer, to, code, shop.now())
        return
    text = f"Your one-time code from Tallowick: {code}. It is valid for ten minutes."
    mail.send_text(connection, to=to, kind="code", body=text, at=shop.now())
