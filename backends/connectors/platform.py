"""What a connector does: speaks to one shop software, in our words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from backends.change_models import Address
from backends.models import Customer, Money, Order


@dataclass(frozen=True)
class PlatformOrder:
    """An order with what its shop software knows and no customer is shown.

    Attributes:
        id: the software's own, for further calls.
        order: as the customer may see it.
        customer_id: whose it is, as in `Customer.id`; None for nobody's.
        email: the address on it.
        postcodes: of its delivery and billing addresses.
        ship_to: where it goes; None if nothing is sent.
        left: what was paid and has not been given back.
        cancel_note: what `Platform.cancel` was given, if it cancelled the order and the software
            keeps it.
        unreadable: why the order cannot be told of, though it is there; None if it can.
    """

    id: str
    order: Order
    customer_id: str | None = field(repr=False)
    email: str | None = field(repr=False)
    postcodes: tuple[str, ...] = field(repr=False)
    ship_to: Address | None = field(repr=False)
    left: Money
    cancel_note: str | None = None
    unreadable: str | None = None


@dataclass(frozen=True)
class PlatformCustomer:
    """A customer with the postcodes of their default address, or of what a guest ordered."""

    customer: Customer
    postcodes: tuple[str, ...] = field(repr=False)


class Platform(Protocol):
    """One shop software. Every method may raise `BackendUnavailable`."""

    name: str

    async def check(self) -> None:
        """Ask for something small.

        Raises:
            BackendUnavailable: our credentials are refused, or may too little; `message` names
                the setting and the mend.
        """

    async def order(self, number: str) -> PlatformOrder:
        """The order with this number, whosesoever it is.

        Raises:
            NotFound: there is none.
        """

    async def orders_of(self, customer_id: str, limit: int) -> tuple[PlatformOrder, ...]:
        """A customer's orders, newest first.

        Raises:
            NotFound: no such customer.
        """

    async def customer(self, customer_id: str) -> Customer:
        """A customer.

        Raises:
            NotFound: no such customer.
        """

    async def customer_by_email(self, email: str) -> Customer | None:
        """The customer with this very address; None if there is none."""

    async def customers_named(self, name: str) -> tuple[PlatformCustomer, ...]:
        """The customers whom the software finds by a name, and perhaps others; the caller compares.

        Empty when so many are found that the right one could be missed.

        Args:
            name: what a stranger wrote, with a letter in it.
        """

    async def may_cancel(self, order: PlatformOrder) -> None:
        """Return if this order can be cancelled, with its money given back, from here.

        Raises:
            NotOffered: the software, or what we may do there, does not reach so far.
        """

    async def cancel(self, order: PlatformOrder, note: str) -> None:
        """Cancel an order and give back what is left of the money; done when it returns.

        Args:
            order: as it was just read.
            note: for the shop's people; stays with the order.

        Raises:
            NotOffered, NotAllowed, InvalidInput: nothing was done.
            BackendUnavailable: without `undone` it may have been done.
        """

    async def is_cancelled(self, order: PlatformOrder, note: str) -> bool:
        """Whether an order as it was just read is one that `cancel` with this note is done with."""

    async def may_move(self, order: PlatformOrder) -> None:
        """Return if this order can be sent elsewhere from here.

        Raises:
            NotOffered: as `may_cancel`.
        """

    async def move(self, order: PlatformOrder, to: Address) -> None:
        """Send an order elsewhere; done when it returns.

        Raises:
            NotOffered, NotAllowed, InvalidInput: nothing was done.
            BackendUnavailable: without `undone` it may have been done.
        """
