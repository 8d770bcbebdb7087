"""What the mutations of `documents.py` and their jobs give back; the rest is in `shapes.py`.

https://shopify.dev/docs/api/admin-graphql/2026-07
"""

from __future__ import annotations

from dataclasses import dataclass

from backends.shopify.shapes import MailingAddress


@dataclass(frozen=True)
class UserError:
    """Why a mutation did nothing."""

    message: str
    field: tuple[str, ...] | None = None
    code: str | None = None


@dataclass(frozen=True)
class Job:
    """Work that Shopify goes on with by itself."""

    id: str
    done: bool


@dataclass(frozen=True)
class CancelPayload:
    """What became of a cancellation."""

    job: Job | None
    orderCancelUserErrors: tuple[UserError, ...]


@dataclass(frozen=True)
class Cancelled:
    """Answer of `CANCEL`."""

    orderCancel: CancelPayload | None


@dataclass(frozen=True)
class OneJob:
    """Answer of `JOB`."""

    job: Job | None


@dataclass(frozen=True)
class AddressOfOrder:
    """An order with where it goes."""

    shippingAddress: MailingAddress | None


@dataclass(frozen=True)
class UpdatePayload:
    """What became of an update."""

    order: AddressOfOrder | None
    userErrors: tuple[UserError, ...]


@dataclass(frozen=True)
class Updated:
    """Answer of `MOVE`."""

    orderUpdate: UpdatePayload | None
