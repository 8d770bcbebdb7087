"""A WooCommerce shop as a `Platform`."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from backends import decimals
from backends.change_models import Address
from backends.connectors import places
from backends.connectors.platform import PlatformCustomer, PlatformOrder
from backends.errors import BackendError, NotFound, NotOffered
from backends.http import Rest
from backends.models import Customer, OrderState
from backends.policy import Policy
from backends.woocommerce import mapping, shapes

logger = logging.getLogger(__name__)

_PAGE = 20
# Of a search for one address or number: more are no customer's.
_MOST_PAGES = 10
# Who ordered without registering is named by their first order.
_GUEST = re.compile(r"g-([0-9]{1,18})", re.ASCII)


class WooCommerceShop:
    """See `Platform`.

    Args:
        rest: speaks to the shop's REST API.
        statuses: what the statuses of its plugins mean.
        country: two letters, of customers who have no address.
        policy: how long refunds take.
    """

    name = "WooCommerce"

    def __init__(
        self, rest: Rest, *, statuses: Mapping[str, OrderState], country: str, policy: Policy
    ) -> None:
        self._rest, self._statuses, self._country = rest, statuses, country
        self._policy = policy

    async def check(self) -> None:
        """See `Platform.check`."""
        await self._rest.read("GET", "/orders", shapes.Orders, query={"per_page": 1})
        await self._rest.read("GET", "/customers", shapes.Customers, query={"per_page": 1})

    async def order(self, number: str) -> PlatformOrder:
        """See `Platform.order`: the number is the id, unless a plugin gives numbers of its own."""
        return await self._whole(await self._found(number))

    async def orders_of(self, customer_id: str, limit: int) -> tuple[PlatformOrder, ...]:
        """See `Platform.orders_of`."""
        if _GUEST.fullmatch(customer_id):
            email = (await self._first_order(customer_id)).billing.email
            rows = self._of_guest(email, "desc")
        else:
            rows = self._search({"customer": _whole_number(customer_id)}, "desc")
        found: list[PlatformOrder] = []
        async for one in rows:
            found.append(await self._whole(one, customer_id))
            if len(found) == limit:
                break
        return tuple(found)

    async def customer(self, customer_id: str) -> Customer:
        """See `Platform.customer`."""
        if _GUEST.fullmatch(customer_id):
            first = await self._first_order(customer_id)
            return mapping.guest(first, customer_id, self._country)
        number = _whole_number(customer_id)
        found = await self._rest.read(
            "GET", "/customers/{id}", shapes.Customer, path={"id": number}
        )
        return mapping.customer(found, self._country)

    async def customer_by_email(self, email: str) -> Customer | None:
        """See `Platform.customer_by_email`: a registered one, else a guest who has ordered."""
        query: dict[str, str | int] = {"email": email, "role": "all", "per_page": 2}
        found = await self._rest.read("GET", "/customers", shapes.Customers, query=query)
        for one in found.rows:
            if one.email.lower() == email.lower():
                return mapping.customer(one, self._country)
        async for order in self._of_guest(email, "asc"):
            return mapping.guest(order, f"g-{order.id}", self._country)
        return None

    async def customers_named(self, name: str) -> tuple[PlatformCustomer, ...]:
        """See `Platform.customers_named`: registered ones, and guests by what they ordered."""
        registered = await self._registered(name)
        if registered is None:
            return ()
        found = [
            PlatformCustomer(
                mapping.customer(one, self._country),
                tuple(place.postcode for place in (one.billing, one.shipping) if place),
            )
            for one in registered
        ]
        known = {one.email.lower() for one in registered}
        owners: dict[str, str] = {}
        async for order in self._search({"search": name}):
            email = order.billing.email.lower()
            # who registered later, with the same address, is found once
            if order.customer_id or not email or email in known:
                continue
            if email not in owners:
                owners[email] = await self._owner(order) or ""
            codes = (order.billing.postcode, order.shipping.postcode)
            guest = mapping.guest(order, owners[email], self._country)
            found.append(PlatformCustomer(guest, codes))
        return tuple(found)

    async def _registered(self, name: str) -> list[shapes.Customer] | None:
        """The registered customers whom a search finds; None when they are too many to look at."""
        found: list[shapes.Customer] = []
        for page in range(1, _MOST_PAGES + 1):
            query: dict[str, str | int] = {"search": name, "role": "all", "page": page}
            query["per_page"] = _PAGE
            answer = await self._rest.read("GET", "/customers", shapes.Customers, query=query)
            found.extend(answer.rows)
            if page >= answer.pages:
                return found
        return None

    async def may_cancel(self, order: PlatformOrder) -> None:
        """See `Platform.may_cancel`: what was paid must be given back by the same gateway."""
        if not order.left.amount:
            return
        gateway = (await self._by_id(order.id)).payment_method
        if not gateway:
            raise NotOffered("the order names no payment method")
        try:
            found = await self._rest.read(
                "GET", "/payment_gateways/{id}", shapes.Gateway, path={"id": gateway}
            )
        except NotFound:
            raise NotOffered(f"the payment method {gateway!r} is gone") from None
        if "refunds" not in found.method_supports:
            raise NotOffered(f"the payment method {gateway!r} gives no money back by itself")

    async def cancel(self, order: PlatformOrder, note: str) -> None:
        """See `Platform.cancel`: the money first, for an order can be cancelled any time."""
        path = {"id": order.id}
        paid = order.left.amount > 0
        if paid:
            amount = decimals.written(order.left)
            body = {"amount": amount, "reason": note, "api_refund": True}
            await self._rest.once("POST", "/orders/{id}/refunds", shapes.Done, path=path, body=body)
        try:
            body = {"status": "cancelled"}
            await self._rest.once("PUT", "/orders/{id}", shapes.Done, path=path, body=body)
        except BackendError as error:
            if not paid:
                raise
            # given back in full it is `refunded` and will not be sent; only the stock waits
            logger.error("order %s is refunded but not cancelled: %s", order.id, error)
        await self._tell(order.id, "Your order was cancelled, as you asked us in the chat.")

    async def is_cancelled(self, order: PlatformOrder, note: str) -> bool:
        """See `Platform.is_cancelled`."""
        return order.order.state in {"cancelled", "refunded"} and not order.left.amount

    async def may_move(self, order: PlatformOrder) -> None:
        """See `Platform.may_move`: a key says only when it is used whether it may write."""

    async def move(self, order: PlatformOrder, to: Address) -> None:
        """See `Platform.move`: name and company stay as they are."""
        now, place = await self._by_id(order.id), places.place(to)
        who = now.shipping if now.shipping.address_1 else now.billing
        shipping = {
            "first_name": who.first_name,
            "last_name": who.last_name,
            "address_1": to.street,
            "address_2": "",
            "city": place.city,
            "state": place.state or "",
            "postcode": to.postcode,
            "country": to.country,
        }
        body = {"shipping": shipping}
        path = {"id": order.id}
        await self._rest.once("PUT", "/orders/{id}", shapes.Done, path=path, body=body)

    async def _tell(self, order_id: str, text: str) -> None:
        """Have WooCommerce write to the customer; that it did not is no reason to stop."""
        body = {"note": text, "customer_note": True}
        try:
            await self._rest.once(
                "POST", "/orders/{id}/notes", shapes.Done, path={"id": order_id}, body=body
            )
        except BackendError as error:
            logger.warning("the customer of order %s was not written to: %s", order_id, error)

    async def _found(self, number: str) -> shapes.Order:
        if number.isdigit() and len(number) <= 18:
            try:
                found = await self._by_id(number)
                if found.number == number and found.status not in mapping.NO_ORDER:
                    return found
            except NotFound:
                pass
        # a search finds the words in names and addresses too, so the number is compared
        matches = [one async for one in self._search({"search": number}) if one.number == number]
        if len(matches) != 1:
            raise NotFound
        return matches[0]

    async def _by_id(self, order_id: str) -> shapes.Order:
        return await self._rest.read("GET", "/orders/{id}", shapes.Order, path={"id": order_id})

    async def _whole(self, found: shapes.Order, customer_id: str | None = None) -> PlatformOrder:
        """The order with its refunds' days and whose it is."""
        refunds: tuple[shapes.Refund, ...] = ()
        if found.refunds:
            path, query = {"id": str(found.id)}, {"per_page": 100}
            refunds = (
                await self._rest.read(
                    "GET", "/orders/{id}/refunds", shapes.Refunds, path=path, query=query
                )
            ).rows
        owner = customer_id or await self._owner(found)
        return mapping.order(found, refunds, owner, statuses=self._statuses, policy=self._policy)

    async def _owner(self, found: shapes.Order) -> str | None:
        if found.customer_id:
            return str(found.customer_id)
        if not found.billing.email:
            return None
        async for first in self._of_guest(found.billing.email, "asc"):
            return f"g-{first.id}"
        return None

    async def _first_order(self, customer_id: str) -> shapes.Order:
        match = _GUEST.fullmatch(customer_id)
        found = await self._by_id(match[1]) if match else None
        if found is None or found.customer_id or not found.billing.email:
            raise NotFound
        return found

    async def _of_guest(self, email: str, order: str) -> AsyncIterator[shapes.Order]:
        """Orders that were placed with an address without registering."""
        async for one in self._search({"search": email}, order):
            if not one.customer_id and one.billing.email.lower() == email.lower():
                yield one

    async def _search(
        self, query: Mapping[str, str | int], order: str = "desc"
    ) -> AsyncIterator[shapes.Order]:
        page, pages = 1, 1
        while page <= min(pages, _MOST_PAGES):
            asked: dict[str, Any] = {**query, "orderby": "date", "order": order, "page": page}
            found = await self._rest.read(
                "GET", "/orders", shapes.Orders, query={**asked, "per_page": _PAGE}
            )
            for one in found.rows:
                if one.status not in mapping.NO_ORDER:
                    yield one
            page, pages = page + 1, found.pages


def _whole_number(customer_id: str) -> str:
    """An id that can be one; any other belongs to nobody.

    Raises:
        NotFound: it cannot.
    """
    if not (customer_id.isascii() and customer_id.isdigit()) or customer_id.strip("0") == "":
        raise NotFound
    return customer_id
