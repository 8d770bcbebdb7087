"""What is known so far of a change that the customer wants."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from backends.change_models import Address, ChangeKind, ItemChange, OrderChange, ProfileChange
from backends.models import Order

# The slot that holds the draft under way, as JSON.
SLOT = "change"
# In place of a payment method's id: what the order was paid with.
ORIGINAL = "original"
# What `Draft.asks` is while a preview waits for its yes, and while an answer is lost.
CONFIRM, UNKNOWN = "confirm", "unknown"
# The kinds of change that are about the customer and no order.
PROFILE_KINDS = frozenset(
    {"consents", "default_address", "email", "phone", "two_factor", "close_account"}
)


@dataclass(frozen=True)
class Line:
    """One line of the order, with what tells it from the others.

    `price` is that of one piece, in minor units of the order's currency.
    """

    id: str
    product: str
    variant: str
    quantity: int
    price: int
    status: str
    product_id: str | None = None
    variant_id: str | None = None

    @property
    def title(self) -> str:
        """As the customer reads it, such as "2 × T-shirt (white, M)"."""
        times = f"{self.quantity} × " if self.quantity > 1 else ""
        return f"{times}{self.product}" + (f" ({self.variant})" if self.variant else "")


@dataclass(frozen=True)
class Draft:
    """A change being collected.

    Attributes:
        kind: what to do; None while that is not known.
        number: the order's; "" for a profile, and for another order that is not known yet.
        lines: the order's lines.
        asks: what the customer was asked last; "" for nothing yet, see each kind.
        reason: of a cancellation.
        items: the lines to change, each with `item_id` and perhaps `quantity`, `variant_id`, the
            new kind's title `to`, and `more`, what it costs more in minor units.
        method_id: of the payment method for the money that moves; ORIGINAL for the order's own.
        methods: the payment methods that were offered, see `Option`.
        variants: the kinds that were offered for `variant_of`, see `Option`.
        variant_of: the line whose new kind is asked for.
        choices: every kind of the lines that have a new one, by line: another may be named later.
        wish: words for a new kind or a way to pay that came before it was asked for; of an address
            its street.
        complete: whether the customer said that nothing else is to be changed.
        currency: of the order's prices, ISO 4217.
        paid_with: label of what the order was paid with.
        country: of the customer, for an address that names none.
        address: the new delivery address, by the names of the contract.
        profile: what else is wanted of a profile, by the names of the contract's `ProfileChange`.
        codes: the challenges to a contact that is to be changed, first the old one's: `id`, `hint`,
            a random word for the `attempt` at it, and whether it is `proven`. No code is ever in
            here.
        trouble: what is wrong with the codes: `resend` or `no_access`; None: nothing.
        quote: of the preview that the customer was shown last; None: none was shown since the
            draft was changed, so that no yes can be about it.
        key: the idempotency key that belongs to `quote`.
    """

    number: str
    kind: ChangeKind | None = None
    lines: tuple[Line, ...] = ()
    asks: str = ""
    reason: str | None = None
    items: tuple[dict[str, Any], ...] = ()
    method_id: str | None = None
    methods: tuple[dict[str, Any], ...] = ()
    variants: tuple[dict[str, Any], ...] = ()
    variant_of: str | None = None
    choices: dict[str, Any] | None = None
    wish: str | None = None
    complete: bool = False
    currency: str = ""
    paid_with: str | None = None
    country: str | None = None
    address: dict[str, str] | None = None
    profile: dict[str, Any] | None = None
    codes: tuple[dict[str, Any], ...] = ()
    trouble: str | None = None
    quote: str | None = None
    key: str | None = None

    @classmethod
    def of(cls, order: Order, kind: ChangeKind | None, **known: Any) -> Draft:
        """A draft of a change to an order."""
        lines = tuple(
            Line(
                item.id,
                item.product,
                item.variant,
                item.quantity,
                item.price.amount,
                item.status,
                item.product_id,
                item.variant_id,
            )
            for item in order.items
        )
        paid = order.payments[0].method if order.payments else None
        money = order.total.currency
        return cls(order.number, kind, lines, currency=money, paid_with=paid, **known)

    @classmethod
    def read(cls, value: Any) -> Draft | None:
        """The draft in a slot's value; None if there is none that this version can read."""
        if not isinstance(value, dict) or "number" not in value:
            return None
        known = {field.name for field in fields(cls)}
        kept = {name: part for name, part in value.items() if name in known}
        kept["lines"] = tuple(Line(**line) for line in kept.get("lines") or ())
        for name in ("items", "methods", "variants", "codes"):
            kept[name] = tuple(kept.get(name) or ())
        return cls(**kept)

    @property
    def of_profile(self) -> bool:
        """Whether it is about the customer and no order."""
        return self.kind in PROFILE_KINDS

    @property
    def subject(self) -> str:
        """What it is about, for the customer: "order 10041" or "your account"."""
        return "your account" if self.of_profile else f"order {self.number}"

    def value(self) -> dict[str, Any]:
        """What the slot holds of it."""
        return {
            name: list(part) if isinstance(part, tuple) else part
            for name, part in asdict(self).items()
        }

    def amended(self, **parts: Any) -> Draft:
        """The draft with other parts: what was shown of it counts no more."""
        return replace(self, **parts, quote=None, key=None)

    def for_another(self) -> Draft:
        """What is wanted, for another order than this one; see `taken_from`."""
        return Draft(
            "",
            self.kind,
            self.lines,
            reason=self.reason,
            items=self.items,
            method_id=self.method_id,
            methods=self.methods,
            wish=self.wish,
            country=self.country,
            address=self.address,
        )

    @property
    def is_for_another(self) -> bool:
        """Whether it says what is wanted of an order that is not known yet."""
        return bool(self.kind) and not self.number and not self.of_profile

    def previewed(self, asks: str, quote: str, key: str) -> Draft:
        """The draft as it was shown to the customer."""
        return replace(self, asks=asks, quote=quote, key=key)

    def waiting(self, asks: str) -> Draft:
        """The draft as it was agreed to, with another question about it."""
        return replace(self, asks=asks)

    def line(self, item_id: str) -> Line | None:
        """One of the order's lines."""
        return next((line for line in self.lines if line.id == item_id), None)

    def profile_change(self) -> ProfileChange:
        """As the shop is asked for it, of a profile."""
        assert self.kind is not None
        place = Address(**self.address) if self.address else None
        return ProfileChange(kind=self.kind, address=place, **(self.profile or {}))

    def change(self) -> OrderChange:
        """As the shop is asked for it, of an order."""
        assert self.kind is not None
        return OrderChange(
            kind=self.kind,
            reason=self.reason,
            address=Address(**self.address) if self.address else None,
            payment_method_id=None if self.method_id == ORIGINAL else self.method_id,
            items=tuple(
                ItemChange(item["item_id"], item.get("variant_id"), item.get("quantity"))
                for item in self.items
            ),
        )
