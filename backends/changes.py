"""Changing an order: preview it, make it once, look up whether it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backends import idempotency
from backends.change_models import ChangeRecord, MadeBy, OrderChange, Outcome
from backends.http import Rest


class Changes(Protocol):
    """What the assistant needs to change an order of a verified customer."""

    async def preview(self, customer_id: str, number: str, change: OrderChange) -> Outcome:
        """What a change would come to; nothing is changed.

        Args:
            customer_id: the verified customer's.
            number: the order's.
            change: what the customer wants.

        Raises:
            NotAllowed: the policy does not allow it; says which rule, and what to do instead.
            NotFound: no such order of this customer's, or no such payment method.
            InvalidInput: the change makes no sense, such as an address without a street.
            BackendUnavailable: no usable answer.
        """

    async def make(
        self,
        customer_id: str,
        number: str,
        change: OrderChange,
        *,
        quote: str,
        made_by: MadeBy,
        idempotency_key: str,
    ) -> ChangeRecord:
        """Make a change that the customer has said yes to, once for each key.

        Args:
            customer_id: the verified customer's.
            number: the order's.
            change: the one that was previewed.
            quote: the preview's; another outcome is not made.
            made_by: through whom it came.
            idempotency_key: the same for every try of one confirmed change, new for another one.

        Raises:
            OutcomeChanged: it would now come to something else; nothing was done.
            NotAllowed, NotFound, InvalidInput: as `preview`; nothing was done.
            BackendUnavailable: no usable answer: **it may have been made**, so `look_up`.
        """

    async def look_up(self, customer_id: str, idempotency_key: str) -> ChangeRecord:
        """The change, of an order or of the profile, that was made with this key.

        Args:
            customer_id: the verified customer's.
            idempotency_key: as it was given to `make`.

        Raises:
            NotFound: it was not made.
            BackendUnavailable: no usable answer; still unknown.
        """


@dataclass(frozen=True)
class _Confirmed:
    change: OrderChange
    quote: str
    made_by: MadeBy


class RestChanges:
    """`Changes` over the contract's REST interface."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def preview(self, customer_id: str, number: str, change: OrderChange) -> Outcome:
        """See `Changes.preview`."""
        return await self._rest.read(
            "POST",
            "/customers/{customer_id}/orders/{number}/changes/preview",
            Outcome,
            path={"customer_id": customer_id, "number": number},
            body=change,
        )

    async def make(
        self,
        customer_id: str,
        number: str,
        change: OrderChange,
        *,
        quote: str,
        made_by: MadeBy,
        idempotency_key: str,
    ) -> ChangeRecord:
        """See `Changes.make`."""
        return await self._rest.change(
            "POST",
            "/customers/{customer_id}/orders/{number}/changes",
            ChangeRecord,
            path={"customer_id": customer_id, "number": number},
            body=_Confirmed(change, quote, made_by),
            idempotency_key=idempotency.addressable(idempotency_key),
        )

    async def look_up(self, customer_id: str, idempotency_key: str) -> ChangeRecord:
        """See `Changes.look_up`."""
        return await self._rest.read(
            "GET",
            "/customers/{customer_id}/changes/{idempotency_key}",
            ChangeRecord,
            path={
                "customer_id": customer_id,
                "idempotency_key": idempotency.addressable(idempotency_key),
            },
        )
