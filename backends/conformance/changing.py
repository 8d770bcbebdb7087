"""What a shop must be able to do, and do once. For sandboxes only: tickets and codes come of it."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timezone
from typing import Any

from backends.conformance.asking import Answer, Asker

_CODES = "/accounts/codes"
_VERIFY = "/accounts/codes/{challenge_id}/verify"
_TICKETS = "/tickets"


def change_all(asker: Asker) -> None:
    """Ask everything that changes something, with an address that no customer has."""
    nobody = f"check.{secrets.token_hex(6)}@example.org"
    _codes(asker, nobody)
    _letters(asker, nobody)
    _tickets(asker)


def _codes(asker: Asker, nobody: str) -> None:
    with asker.about("One-time codes") as finding:
        body = {"email": nobody}
        asker.ask(
            "POST",
            _CODES,
            expect=(400, 422),
            why="without an Idempotency-Key",
            body=body,
            key="",
        )
        key = uuid.uuid4().hex
        first = asker.ask(
            "POST",
            _CODES,
            expect=201,
            why="also for an address without an account",
            body=body,
            key=key,
        )
        if first.status != 201:
            return
        _same(asker, first, finding.wrong, "POST", _CODES, body, key)
        soon = asker.ask(
            "POST",
            _CODES,
            expect=429,
            why="asked again within a minute",
            code="too_many_requests",
            body=body,
        )
        if soon.status == 429 and not str(soon.headers.get("Retry-After", "")).isdigit():
            finding.wrong.append(f"POST {_CODES}: a 429 needs Retry-After in whole seconds.")
        asker.ask(
            "POST",
            _VERIFY,
            expect=403,
            why="for an address without an account no code fits",
            code="wrong_code",
            body={"code": "000000"},
            challenge_id=str(first.body.get("id")),
        )
        asker.ask(
            "POST",
            _VERIFY,
            expect=404,
            why="for a challenge that there is not",
            code="not_found",
            body={"code": "000000"},
            challenge_id=secrets.token_hex(8),
        )
        stranger = f"cus_{secrets.token_hex(6)}"
        asker.ask(
            "POST",
            "/customers/{customer_id}/contact-codes",
            expect=404,
            why="for a customer that there is not",
            code="not_found",
            body={"kind": "email", "email": nobody},
            customer_id=stranger,
        )
        asker.ask(
            "POST",
            "/customers/{customer_id}/contact-codes/{challenge_id}/verify",
            expect=404,
            why="a challenge that proves an identity proves no new contact",
            code="not_found",
            body={"code": "000000"},
            customer_id=stranger,
            challenge_id=str(first.body.get("id")),
        )


def _letters(asker: Asker, nobody: str) -> None:
    with asker.about("Letters that never tell whether there is an account"):
        for template in ("/accounts/password-resets", "/accounts/username-reminders"):
            for why in ("for an address without an account", "asked again at once"):
                asker.ask("POST", template, expect=202, why=why, body={"email": nobody})


def _tickets(asker: Asker) -> None:
    with asker.about("Tickets, each opened once") as finding:
        body = _ticket()
        key = uuid.uuid4().hex
        opened = asker.ask("POST", _TICKETS, expect=201, why="for a ticket", body=body, key=key)
        if opened.status != 201:
            return
        _same(asker, opened, finding.wrong, "POST", _TICKETS, body, key)
        asker.ask(
            "POST",
            _TICKETS,
            expect=409,
            why="for another ticket with the same key",
            code="idempotency_key_reused",
            body={**body, "summary": "Another one."},
            key=key,
        )
        ticket = str(opened.body.get("id"))
        asker.ask(
            "POST",
            "/tickets/{ticket_id}/notes",
            expect=201,
            why="for a note",
            body={"text": "A note of make check-backend."},
            ticket_id=ticket,
        )
        asker.ask(
            "PUT",
            "/tickets/{ticket_id}/contact",
            expect=200,
            why="for a contact",
            body={"contact": "check@example.org"},
            ticket_id=ticket,
        )
        asker.ask(
            "POST",
            "/tickets/{ticket_id}/notes",
            expect=404,
            why="for a ticket that there is not",
            code="not_found",
            body={"text": "A note of make check-backend."},
            ticket_id=f"tkt_{secrets.token_hex(6)}",
        )


def _same(
    asker: Asker,
    first: Answer,
    wrong: list[str],
    method: str,
    template: str,
    body: dict[str, Any],
    key: str,
) -> None:
    """A repeated request must give the kept answer."""
    again = asker.ask(
        method,
        template,
        expect=first.status,
        why="repeated with the same Idempotency-Key",
        body=body,
        key=key,
    )
    if again.status == first.status and again.body != first.body:
        wrong.append(
            f"{method} {template}: repeated with the same Idempotency-Key, the first answer must "
            "come again; another one came. Was it done twice?"
        )


def _ticket() -> dict[str, Any]:
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "reason": "check",
        "summary": "A trial of make check-backend; please close it.",
        "channel": "check",
        "conversation_id": secrets.token_hex(8),
        "transcript": [{"who": "customer", "text": "Only a trial.", "at": now}],
        "slots": {},
        "customer_id": None,
        "contact": None,
        "priority": "low",
    }
