"""Changing what is on file about a customer: preview it, make it once, prove a new contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backends import idempotency
from backends.change_models import (
    ChangeRecord,
    ContactCodes,
    ContactKind,
    MadeBy,
    Outcome,
    ProfileChange,
)
from backends.http import Rest
from backends.models import Accepted


class Profile(Protocol):
    """What the assistant needs to change the profile of a verified customer.

    Whether a change was made is looked up with `Changes.look_up`.
    """

    async def preview(self, customer_id: str, change: ProfileChange) -> Outcome:
        """What a change would come to; nothing is changed.

        Raises:
            NotAllowed: the policy does not allow it; says which rule, and what to do instead.
            NotFound: no such customer.
            InvalidInput: the change makes no sense.
            BackendUnavailable: no usable answer.
        """

    async def make(
        self,
        customer_id: str,
        change: ProfileChange,
        *,
        quote: str,
        made_by: MadeBy,
        idempotency_key: str,
    ) -> ChangeRecord:
        """Make a change that the customer has said yes to, once for each key.

        Args:
            customer_id: the verified customer's.
            change: the one that was previewed.
            quote: the preview's; another outcome is not made.
            made_by: through whom it came.
            idempotency_key: the same for every try of one confirmed change, new for another one.

        Raises:
            OutcomeChanged: it would now come to something else; nothing was done.
            NotAllowed, NotFound, InvalidInput: as `preview`; nothing was done.
            BackendUnavailable: no usable answer: **it may have been made**, so look it up.
        """

    async def send_codes(
        self, customer_id: str, kind: ContactKind, value: str, *, idempotency_key: str
    ) -> ContactCodes:
        """Send a code to the contact on file and one to the new one.

        Args:
            customer_id: the verified customer's.
            kind: which contact is to be changed.
            value: the new e-mail address, or the new number in E.164.
            idempotency_key: new for every time that codes are asked for.

        Raises:
            NotAllowed: it is on file already.
            TooManyRequests: asked again within a minute.
            CodeLocked: too many wrong codes were given.
            NotFound: no such customer.
            InvalidInput: this cannot be such a contact.
            BackendUnavailable: no usable answer.
        """

    async def verify_code(
        self, customer_id: str, challenge_id: str, code: str, *, idempotency_key: str
    ) -> None:
        """Prove one of the two contacts.

        Args:
            customer_id: the verified customer's.
            challenge_id: of `ContactCodes.old` or `.new`.
            code: six digits.
            idempotency_key: new for every code that is typed.

        Raises:
            WrongCode: it does not fit.
            CodeExpired: too old, used up, or replaced by a newer one.
            CodeLocked: that was one wrong code too many.
            NotFound: no such challenge.
            InvalidInput: not six digits; no attempt was counted.
            BackendUnavailable: no usable answer.
        """


@dataclass(frozen=True)
class _Confirmed:
    change: ProfileChange
    quote: str
    made_by: MadeBy


class RestProfile:
    """`Profile` over the contract's REST interface."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def preview(self, customer_id: str, change: ProfileChange) -> Outcome:
        """See `Profile.preview`."""
        return await self._rest.read(
            "POST",
            "/customers/{customer_id}/profile/changes/preview",
            Outcome,
            path={"customer_id": customer_id},
            body=change,
        )

    async def make(
        self,
        customer_id: str,
        change: ProfileChange,
        *,
        quote: str,
        made_by: MadeBy,
        idempotency_key: str,
    ) -> ChangeRecord:
        """See `Profile.make`."""
        return await self._rest.change(
            "POST",
            "/customers/{customer_id}/profile/changes",
            ChangeRecord,
            path={"customer_id": customer_id},
            body=_Confirmed(change, quote, made_by),
            idempotency_key=idempotency.addressable(idempotency_key),
        )

    async def send_codes(
        self, customer_id: str, kind: ContactKind, value: str, *, idempotency_key: str
    ) -> ContactCodes:
        """See `Profile.send_codes`."""
        return await self._rest.change(
            "POST",
            "/customers/{customer_id}/contact-codes",
            ContactCodes,
            path={"customer_id": customer_id},
            body={"kind": kind, kind: value},
            idempotency_key=idempotency_key,
        )

    async def verify_code(
        self, customer_id: str, challenge_id: str, code: str, *, idempotency_key: str
    ) -> None:
        """See `Profile.verify_code`."""
        await self._rest.change(
            "POST",
            "/customers/{customer_id}/contact-codes/{challenge_id}/verify",
            Accepted,
            path={"customer_id": customer_id, "challenge_id": challenge_id},
            body={"code": code},
            idempotency_key=idempotency_key,
        )
