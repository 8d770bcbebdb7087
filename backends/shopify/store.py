"""A Shopify store as a `Platform`."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import Any, TypeVar

from backends.change_models import Address
from backends.connectors import places
from backends.connectors.platform import PlatformCustomer, PlatformOrder
from backends.errors import BackendUnavailable, NotFound, NotOffered
from backends.http import Rest
from backends.models import Customer
from backends.policy import Policy
from backends.shopify import change_shapes, documents, mapping, shapes

T = TypeVar("T")
logger = logging.getLogger(__name__)

_ROUTE = "/graphql.json"
# Two whole orders at a time stay well below what one query may cost.
_PAGE = 2
# An order of a thousand lines is no customer's; nothing is read for ever.
_MOST_PAGES = 20
# Of a search for a name: more people than that are of no use to who looks for one.
_MOST_NAME_PAGES = 5
_READ_SCOPES = frozenset({"read_orders", "read_customers"})
_WRITE_SCOPE = "write_orders"
# How long Shopify's own job may take until a cancelled order is cancelled, and between looks.
_JOB_SECONDS = 6.0
_LOOK_SECONDS = 0.4


class ShopifyStore:
    """See `Platform`.

    Args:
        rest: speaks to the store's Admin API.
        prefix: what stands before an order's number in its name, such as "#".
        country: two letters, of customers who have no address.
        policy: how long refunds take.
    """

    name = "Shopify"

    def __init__(self, rest: Rest, *, prefix: str, country: str, policy: Policy) -> None:
        self._rest, self._prefix, self._country = rest, prefix, country
        self._policy = policy
        self._scopes: frozenset[str] | None = None

    async def check(self) -> None:
        """See `Platform.check`."""
        missing = sorted(_READ_SCOPES - await self._allowed())
        if missing:
            raise BackendUnavailable(
                f"Shopify lets the app in, but not to {' and '.join(missing)}: give it these "
                "scopes in the Dev Dashboard, release it, and accept it in the store",
                code="access_denied",
            )
        if _WRITE_SCOPE not in await self._allowed():
            logger.warning(
                "the Shopify app lacks write_orders: cancellations and new addresses are handed "
                "over to a person"
            )

    async def order(self, number: str) -> PlatformOrder:
        """See `Platform.order`."""
        return await self._whole(await self._found(number))

    async def orders_of(self, customer_id: str, limit: int) -> tuple[PlatformOrder, ...]:
        """See `Platform.orders_of`."""
        found: list[shapes.Order] = []
        cursor: str | None = None
        while len(found) < limit:
            page = await self._read(
                documents.ORDERS_OF_CUSTOMER,
                shapes.CustomerOrders,
                id=_gid("Customer", customer_id),
                first=min(_PAGE, limit - len(found)),
                after=cursor,
            )
            if page.customer is None:
                raise NotFound
            orders = page.customer.orders
            found.extend(orders.nodes)
            cursor = orders.pageInfo.endCursor
            if not orders.pageInfo.hasNextPage or cursor is None:
                break
        return tuple([await self._whole(one) for one in found])

    async def customer(self, customer_id: str) -> Customer:
        """See `Platform.customer`."""
        gid = _gid("Customer", customer_id)
        found = await self._read(documents.CUSTOMER, shapes.OneCustomer, id=gid)
        if found.customer is None:
            raise NotFound
        return mapping.customer(found.customer, self._country)

    async def customer_by_email(self, email: str) -> Customer | None:
        """See `Platform.customer_by_email`."""
        found = await self._read(
            documents.CUSTOMER_BY_EMAIL,
            shapes.CustomerByIdentifier,
            identifier={"emailAddress": email},
        )
        if found.customerByIdentifier is None:
            return None
        customer = mapping.customer(found.customerByIdentifier, self._country)
        return customer if customer.email.lower() == email.lower() else None

    async def customers_named(self, name: str) -> tuple[PlatformCustomer, ...]:
        """See `Platform.customers_named`: by the words of the name, wherever they stand."""
        # in quotes a word is only a word, also "or" and "not"
        search = " ".join(f'"{word}"' for word in re.findall(r"[^\W\d_]+", name))
        found: list[shapes.Customer] = []
        cursor: str | None = None
        for _ in range(_MOST_NAME_PAGES):
            page = (
                await self._read(
                    documents.CUSTOMERS_BY_WORDS,
                    shapes.CustomersByWords,
                    search=search,
                    after=cursor,
                )
            ).customers
            found.extend(page.nodes)
            cursor = page.pageInfo.endCursor
            if not page.pageInfo.hasNextPage:
                return tuple(
                    PlatformCustomer(
                        mapping.customer(one, self._country),
                        ((one.defaultAddress.zip or "",) if one.defaultAddress else ()),
                    )
                    for one in found
                )
        return ()

    async def may_cancel(self, order: PlatformOrder) -> None:
        """See `Platform.may_cancel`."""
        await self._may_write()

    async def cancel(self, order: PlatformOrder, note: str) -> None:
        """See `Platform.cancel`: Shopify does it in a job of its own, which is waited for."""
        variables = {"orderId": order.id, "note": note}
        done = await self._change(documents.CANCEL, change_shapes.Cancelled, variables)
        payload = done.orderCancel
        _refuse(payload.orderCancelUserErrors if payload else ())
        job = payload.job if payload else None
        deadline = time.monotonic() + _JOB_SECONDS
        while job is not None and not job.done and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_SECONDS)
            job = (await self._read(documents.JOB, change_shapes.OneJob, id=job.id)).job
        if (await self.order(order.order.number)).order.state != "cancelled":
            raise BackendUnavailable("Shopify still works on the cancellation", code="under_way")

    async def is_cancelled(self, order: PlatformOrder, note: str) -> bool:
        """See `Platform.is_cancelled`: one that the shop's people cancelled is not ours."""
        return order.order.state == "cancelled" and order.cancel_note == note

    async def may_move(self, order: PlatformOrder) -> None:
        """See `Platform.may_move`."""
        await self._may_write()

    async def move(self, order: PlatformOrder, to: Address) -> None:
        """See `Platform.move`: name, company and phone stay as they are."""
        now = (await self._found(order.order.number)).shippingAddress
        place = places.place(to)
        new = {
            "address1": to.street,
            "address2": "",
            "zip": to.postcode,
            "city": place.city,
            "countryCode": to.country,
            "provinceCode": place.state,
            "firstName": now.firstName if now else None,
            "lastName": now.lastName if now else None,
            "company": now.company if now else None,
            "phone": now.phone if now else None,
        }
        kept = {name: value for name, value in new.items() if value is not None}
        variables = {"input": {"id": order.id, "shippingAddress": kept}}
        done = await self._change(documents.MOVE, change_shapes.Updated, variables)
        payload = done.orderUpdate
        _refuse(payload.userErrors if payload else ())
        given = payload.order.shippingAddress if payload and payload.order else None
        if not places.same(mapping.address(given), to):
            # it has happened that Shopify answers well and changes nothing
            raise BackendUnavailable("Shopify does not show the new address yet", code="under_way")

    async def _found(self, number: str) -> shapes.Order:
        name = f"{self._prefix}{number}"
        # What a search does not understand it leaves out, and then finds anything: so the name is
        # compared. The number holds no quotes.
        found = await self._read(
            documents.ORDER_BY_NAME, shapes.FoundOrders, search=f'name:"{name}"'
        )
        mine = [one for one in found.orders.nodes if one.name.casefold() == name.casefold()]
        if len(mine) != 1:
            raise NotFound
        return mine[0]

    async def _whole(self, found: shapes.Order) -> PlatformOrder:
        """The order with those of its lines that did not fit onto the first page."""
        lines, page = found.lineItems.nodes, found.lineItems.pageInfo
        for _ in range(_MOST_PAGES):
            if not page.hasNextPage:
                break
            more = await self._read(
                documents.MORE_LINES, shapes.MoreLines, id=found.id, after=page.endCursor
            )
            if more.order is None:
                break
            lines, page = lines + more.order.lineItems.nodes, more.order.lineItems.pageInfo
        return mapping.order(found, lines, prefix=self._prefix, policy=self._policy)

    async def _may_write(self) -> None:
        if _WRITE_SCOPE not in await self._allowed():
            raise NotOffered("the Shopify app lacks write_orders: orders are only read")

    async def _allowed(self) -> frozenset[str]:
        """What the app may do here; what it may write it may read too."""
        if self._scopes is None:
            found = await self._read(documents.SCOPES, shapes.Installed)
            handles = {scope.handle for scope in found.currentAppInstallation.accessScopes}
            implied = {h.replace("write_", "read_", 1) for h in handles if h.startswith("write_")}
            self._scopes = frozenset(handles | implied)
        return self._scopes

    async def _read(self, document: str, kind: type[T], **variables: Any) -> T:
        body = {"query": document, "variables": variables}
        return await self._rest.read("POST", _ROUTE, kind, body=body)

    async def _change(self, document: str, kind: type[T], variables: dict[str, Any]) -> T:
        body = {"query": document, "variables": variables}
        return await self._rest.once("POST", _ROUTE, kind, body=body)


def _gid(kind: str, number: str) -> str:
    """A global id; an id that cannot be one belongs to nobody.

    Raises:
        NotFound: it cannot.
    """
    if not (number.isascii() and number.isdigit()):
        raise NotFound
    return f"gid://shopify/{kind}/{number}"


def _refuse(errors: tuple[change_shapes.UserError, ...]) -> None:
    """Raise if a mutation did nothing, with Shopify's own words for the log."""
    if errors:
        raise NotOffered(f"Shopify refused: {errors[0].message[:200]}")
