"""What is sent to change an order or a profile, as the contract describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictStr, conint, root_validator

from backends.demo.shop import EMAIL, Body

# Patterns of the contract; `\Z`, because `$` would let a line break through.
_ID = r"^[A-Za-z0-9_-]+\Z"
Id = Annotated[StrictStr, Field(min_length=1, max_length=64, regex=_ID)]
# pydantic forgets what is inside an Optional, so the whole is annotated.
OptionalId = Annotated[StrictStr | None, Field(min_length=1, max_length=64, regex=_ID)]
Line = Annotated[
    StrictStr,
    Field(min_length=1, max_length=200, regex=r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*\Z"),
]
Postcode = Annotated[
    StrictStr, Field(min_length=1, max_length=16, regex=r"^[A-Za-z0-9][A-Za-z0-9 -]*\Z")
]
Country = Annotated[StrictStr, Field(min_length=2, max_length=2, regex=r"^[A-Z]{2}\Z")]

OptionalEmail = Annotated[StrictStr | None, Field(min_length=3, max_length=254, regex=EMAIL)]
OptionalPhone = Annotated[StrictStr | None, Field(regex=r"^\+[1-9][0-9]{6,14}\Z")]

if TYPE_CHECKING:
    Pieces = int
else:
    Pieces = conint(strict=True, ge=1, le=1000)

# Fields that a kind needs; those it does not name are ignored.
NEEDS = {
    "cancel": "reason",
    "address": "address",
    "payment": "payment_method_id",
    "problem": "problem",
    "default_address": "address",
    "email": "email",
    "phone": "phone",
    "two_factor": "two_factor",
}


class AddressBody(Body):
    """A delivery address."""

    street: Line
    postcode: Postcode
    city: Line
    country: Country


class ItemBody(Body):
    """One line of an order."""

    item_id: Id
    variant_id: OptionalId = None
    quantity: Pieces | None = None


class ChangeBody(Body):
    """What is to be done to an order."""

    kind: Literal[
        "cancel",
        "address",
        "payment",
        "items",
        "return",
        "exchange",
        "problem",
        "reorder",
        "invoice",
    ]
    reason: Literal["no_longer_needed", "ordered_by_mistake", "other"] | None = None
    address: AddressBody | None = None
    payment_method_id: OptionalId = None
    items: Annotated[list[ItemBody], Field(max_items=50)] = []
    problem: Literal["late", "lost", "damaged", "wrong_item", "missing_item"] | None = None
    remedy: Literal["replacement", "refund", "person"] | None = None

    @root_validator(skip_on_failure=True)
    def _complete(cls, values: dict[str, Any]) -> dict[str, Any]:
        return _with_needed(values)


class ContactBody(Body):
    """A new e-mail address or phone number, before it is proven."""

    kind: Literal["email", "phone"]
    email: OptionalEmail = None
    phone: OptionalPhone = None

    @root_validator(skip_on_failure=True)
    def _complete(cls, values: dict[str, Any]) -> dict[str, Any]:
        return _with_needed(values)

    @property
    def value(self) -> str:
        """The new contact, as it is stored."""
        return str(self.phone) if self.kind == "phone" else str(self.email).lower()


class ProfileChangeBody(Body):
    """What is to be changed about a customer."""

    kind: Literal["consents", "default_address", "email", "phone", "two_factor", "close_account"]
    newsletter: StrictBool | None = None
    sms: StrictBool | None = None
    address: AddressBody | None = None
    pending_orders: StrictBool | None = None
    email: OptionalEmail = None
    phone: OptionalPhone = None
    two_factor: Literal["email", "text", "off"] | None = None

    @root_validator(skip_on_failure=True)
    def _complete(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["kind"] == "consents" and values["newsletter"] is values["sms"] is None:
            raise ValueError("newsletter or sms required for this kind")
        return _with_needed(values)


class MadeByBody(Body):
    """Through whom the change came."""

    channel: Annotated[StrictStr, Field(min_length=1, max_length=50)]
    conversation_id: Annotated[StrictStr, Field(min_length=1, max_length=255)]
    proof: Annotated[StrictStr, Field(min_length=1, max_length=50)]


class _Confirmed(Body):
    """What goes with each change that the customer has said yes to."""

    quote: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    made_by: MadeByBody


class ConfirmedProfileBody(_Confirmed):
    """A change of the profile that the customer has said yes to."""

    change: ProfileChangeBody


class ConfirmedBody(_Confirmed):
    """A change of an order that the customer has said yes to."""

    change: ChangeBody


def _with_needed(values: dict[str, Any]) -> dict[str, Any]:
    needed = NEEDS.get(values["kind"])
    if needed and values.get(needed) is None:
        raise ValueError(f"{needed} required for this kind")
    return values
