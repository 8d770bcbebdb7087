"""Accounts: proving who one is, and getting back in. No password ever passes through here."""

from __future__ import annotations

import uuid
from typing import Protocol

from backends.http import Rest
from backends.models import Accepted, CodeChallenge, Customer


class Accounts(Protocol):
    """What the assistant needs to do with accounts; no answer tells whether one exists."""

    async def send_code(self, email: str, *, idempotency_key: str) -> CodeChallenge:
        """Send a one-time code to the address on file.

        Args:
            email: what the customer gave.
            idempotency_key: new for every code that is asked for.

        Raises:
            TooManyRequests: asked again within a minute.
            CodeLocked: too many wrong codes were given for this address.
            InvalidInput: this cannot be an e-mail address.
            BackendUnavailable: no usable answer.
        """

    async def verify_code(self, challenge_id: str, code: str) -> Customer:
        """Answer a challenge with the code that the customer typed; gives the verified customer.

        Args:
            challenge_id: `CodeChallenge.id`.
            code: six digits.

        Raises:
            WrongCode: it does not fit; `attempts_left` tells how many more may be tried.
            CodeExpired: too old, used up, or replaced by a newer one.
            CodeLocked: that was one wrong code too many.
            NotFound: no such challenge.
            InvalidInput: not six digits; no attempt was counted.
            BackendUnavailable: no usable answer.
        """

    async def request_password_reset(self, email: str, *, idempotency_key: str) -> None:
        """Send a link for a new password to the address on file; none again within a minute.

        Raises:
            InvalidInput: this cannot be an e-mail address.
            BackendUnavailable: no usable answer.
        """

    async def request_username(self, email: str, *, idempotency_key: str) -> None:
        """Send the username to the address on file; none again within a minute.

        Raises:
            InvalidInput: this cannot be an e-mail address.
            BackendUnavailable: no usable answer.
        """


class RestAccounts:
    """`Accounts` over the contract's REST interface."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def send_code(self, email: str, *, idempotency_key: str) -> CodeChallenge:
        """See `Accounts.send_code`."""
        return await self._rest.change(
            "POST",
            "/accounts/codes",
            CodeChallenge,
            body={"email": email},
            idempotency_key=idempotency_key,
        )

    async def verify_code(self, challenge_id: str, code: str) -> Customer:
        """See `Accounts.verify_code`."""
        return await self._rest.change(
            "POST",
            "/accounts/codes/{challenge_id}/verify",
            Customer,
            path={"challenge_id": challenge_id},
            body={"code": code},
            # New for every code typed, the same for the repeats inside this one call: a lost
            # answer then costs no attempt, and typing the same wrong code again counts again.
            idempotency_key=str(uuid.uuid4()),
        )

    async def request_password_reset(self, email: str, *, idempotency_key: str) -> None:
        """See `Accounts.request_password_reset`."""
        await self._send("/accounts/password-resets", email, idempotency_key)

    async def request_username(self, email: str, *, idempotency_key: str) -> None:
        """See `Accounts.request_username`."""
        await self._send("/accounts/username-reminders", email, idempotency_key)

    async def _send(self, route: str, email: str, idempotency_key: str) -> None:
        body = {"email": email}
        await self._rest.change("POST", route, Accepted, body=body, idempotency_key=idempotency_key)
