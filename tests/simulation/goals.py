"""What a simulated customer wants, as an end state of the shop."""

from __future__ import annotations

from dataclasses import dataclass

# Kinds of goal that must end with nothing changed.
NOTHING = frozenset({"withdrawn", "too late", "not theirs"})


@dataclass(frozen=True)
class Item:
    """One line of an order that the customer wants something done to.

    Attributes:
        id: the line.
        product: its name.
        variant: its kind now, as the customer reads it.
        to: the kind that it shall become; "" when it goes back.
    """

    id: str
    product: str
    variant: str
    to: str = ""


@dataclass(frozen=True)
class Wish:
    """One thing that is asked for.

    Attributes:
        what: the kind of request: a change by the contract's name, or `refund`, `invoice`,
            `remind` and the kinds of problem.
        number: the order's; "" for what is about no order.
        items: the lines that it is about.
        address: street, postcode and city.
        method: label of the payment method.
        value: of a profile the new value, of a consent `on` or `off`, of a reminder the variant's
            id, of a problem the remedy, of a refund its amount in words.
        also: whether pending orders go to a new default address, too.
    """

    what: str
    number: str = ""
    items: tuple[Item, ...] = ()
    address: tuple[str, str, str] | None = None
    method: str | None = None
    value: str = ""
    also: bool = False


@dataclass(frozen=True)
class Goal:
    """What one customer wants.

    Attributes:
        kind: the row of the table that it is counted in.
        email: the customer's, before anything is changed.
        wishes: what must be so in the end, in the order in which it is asked for; of a kind in
            NOTHING what is asked for and must not come.
        first: what is asked for first of all, and given up at the confirmation.
        postcode: the customer's.
        phone: the customer's, "" for none.
        alone: whether the customer has no other order, so that no number need be said.
    """

    kind: str
    email: str
    wishes: tuple[Wish, ...]
    first: Wish | None = None
    postcode: str = ""
    phone: str = ""
    alone: bool = False

    @property
    def together(self) -> bool:
        """Whether everything is asked for in one message."""
        return len(self.wishes) > 1
