"""Changing an order at a shop software: cancelling it, or sending it elsewhere.

The policy file decides what is allowed, the software what is possible. Everything else that
customers want done to an order is a person's: see docs/connectors.md.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json

from backends import idempotency
from backends.change_models import (
    Address,
    BusinessDays,
    ChangeRecord,
    MadeBy,
    OrderChange,
    Outcome,
    OutcomeLine,
)
from backends.connectors import places
from backends.connectors.journal import Entry, Journal
from backends.connectors.orders import own_order
from backends.connectors.paid_with import payment_kind
from backends.connectors.platform import Platform, PlatformOrder
from backends.errors import (
    BackendError,
    BackendUnavailable,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotOffered,
    OutcomeChanged,
)
from backends.models import OrderState
from backends.policy import Policy
from backends.wire import encode

# For so long after a call whose answer was lost it may still be carried out over there.
SETTLE_SECONDS = 60.0
# What the customer may do instead, by the state that stands in the way.
_INSTEAD = {
    "packed": "refuse_delivery",
    "shipped": "refuse_delivery",
    "delayed": "refuse_delivery",
}


class ConnectedChanges:
    """`Changes` over a `Platform`."""

    def __init__(self, platform: Platform, journal: Journal, policy: Policy) -> None:
        self._platform, self._journal, self._policy = platform, journal, policy

    async def preview(self, customer_id: str, number: str, change: OrderChange) -> Outcome:
        """See `Changes.preview`."""
        return (await self._plan(customer_id, number, change))[1]

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
        if not self._policy.identity.settles(made_by.proof, change.kind):
            raise NotAllowed("this needs a one-time code", rule="proof", alternative="person")
        entry = await asyncio.to_thread(self._journal.find, idempotency_key)
        if entry is not None:
            _same(entry, customer_id, number)
            try:
                return await self._settled(entry)
            except NotFound:
                pass  # begun and not made: it is made now
        order, outcome = await self._plan(customer_id, number, change)
        if outcome.quote != quote:
            raise OutcomeChanged
        if entry is None:
            begin = self._journal.begin
            entry = await asyncio.to_thread(
                begin, idempotency_key, customer_id, number, outcome, made_by
            )
        else:
            entry = await asyncio.to_thread(self._journal.begin_again, entry)
        await self._carry_out(entry, order)
        return (await asyncio.to_thread(self._journal.made, entry)).record()

    async def look_up(self, customer_id: str, idempotency_key: str) -> ChangeRecord:
        """See `Changes.look_up`: in our record, and where that does not know, over there."""
        entry = await asyncio.to_thread(self._journal.find, idempotency_key)
        if entry is None or entry.customer_id != customer_id:
            raise NotFound
        return await self._settled(entry)

    async def _settled(self, entry: Entry) -> ChangeRecord:
        """What became of a change that was begun.

        Raises:
            NotFound: it was not made.
            BackendUnavailable: nobody can know yet.
        """
        if entry.made_at is not None:
            return entry.record()
        order = await own_order(self._platform, entry.customer_id, entry.number)
        if await self._is_done(entry, order):
            return (await asyncio.to_thread(self._journal.made, entry)).record()
        if self._journal.clock() - entry.begun_at < SETTLE_SECONDS:
            raise BackendUnavailable("the change may still be under way", code="under_way")
        raise NotFound

    async def _is_done(self, entry: Entry, order: PlatformOrder) -> bool:
        if entry.outcome.kind == "cancel":
            return await self._platform.is_cancelled(order, _note(entry))
        return places.same(order.ship_to, entry.outcome.ship_to)

    async def _carry_out(self, entry: Entry, order: PlatformOrder) -> None:
        try:
            if entry.outcome.ship_to is not None:
                await self._platform.move(order, entry.outcome.ship_to)
            else:
                await self._platform.cancel(order, _note(entry))
        except BackendUnavailable as error:
            if error.undone:
                await asyncio.to_thread(self._journal.drop, entry)
            raise
        except BackendError:
            await asyncio.to_thread(self._journal.drop, entry)
            raise

    async def _plan(
        self, customer_id: str, number: str, change: OrderChange
    ) -> tuple[PlatformOrder, Outcome]:
        order = await own_order(self._platform, customer_id, number)
        if change.kind == "cancel":
            return order, await self._cancelling(order, change)
        if change.kind == "address":
            return order, await self._moving(order, change)
        raise NotOffered(f"{change.kind}: a person does it in {self._platform.name}")

    async def _cancelling(self, order: PlatformOrder, change: OrderChange) -> Outcome:
        _in_state(order.order.state, self._policy.cancel.states)
        if change.reason not in self._policy.cancel.reasons:
            raise NotAllowed("the policy does not know this reason", rule="reason")
        await self._platform.may_cancel(order)
        paid = order.order.payments
        method = paid[0].method if len(paid) == 1 else "original payment methods"
        kinds = {payment_kind(one.method) for one in paid if one.amount.amount}
        spans = [self._policy.refund_business_days[kind] for kind in kinds]
        days = [BusinessDays(span.least, span.most) for span in spans]
        slowest = max(days, key=lambda span: span.most, default=None)
        refund = order.left if order.left.amount else None
        return _quoted(
            order,
            Outcome(
                kind="cancel",
                quote="",
                lines=_lines(order),
                total=order.order.total,
                refund=refund,
                method=method if refund else None,
                refund_days=slowest if refund else None,
                refund_when="now" if refund else None,
            ),
        )

    async def _moving(self, order: PlatformOrder, change: OrderChange) -> Outcome:
        if change.address is None:
            raise InvalidInput("the new address is missing")
        _in_state(order.order.state, self._policy.change_address.states)
        if order.ship_to is None:
            raise NotOffered("nothing of this order is sent anywhere")
        new = _bounded(change.address)
        if places.same(order.ship_to, new):
            raise NotAllowed("it goes to this address already", rule="nothing_to_change")
        await self._platform.may_move(order)
        total = order.order.total
        return _quoted(order, Outcome(kind="address", quote="", lines=(), total=total, ship_to=new))


def _in_state(state: OrderState, allowed: tuple[OrderState, ...]) -> None:
    if state not in allowed:
        raise NotAllowed(f"the order is {state}", rule="state", alternative=_INSTEAD.get(state))


def _bounded(address: Address) -> Address:
    parts = dataclasses.asdict(address)
    if not all(text.strip() and len(text) <= 200 for text in parts.values()):
        raise InvalidInput("street, postcode, city and country are all needed")
    if len(address.country) != 2 or not address.country.isalpha():
        raise InvalidInput("the country is two letters")
    clean = {name: " ".join(text.split()) for name, text in parts.items()}
    return Address(**{**clean, "country": address.country.upper()})


def _lines(order: PlatformOrder) -> tuple[OutcomeLine, ...]:
    return tuple(
        OutcomeLine(item.id, item.product, item.variant, item.quantity)
        for item in order.order.items
        if item.quantity
    )


def _quoted(order: PlatformOrder, outcome: Outcome) -> Outcome:
    """The outcome with a quote that stands for it, and for where the order stood."""
    seen = json.dumps(encode(outcome), sort_keys=True)
    return dataclasses.replace(
        outcome, quote=idempotency.key("quote", order.id, order.order.state, seen)
    )


def _same(entry: Entry, customer_id: str, number: str) -> None:
    if (entry.customer_id, entry.number) != (customer_id, number):
        raise Conflict("this key belongs to another change", code="idempotency_key_reused")


def _note(entry: Entry) -> str:
    """What the shop's people find with the order."""
    return f"Cancelled by the customer in the chat, {entry.reference}"
