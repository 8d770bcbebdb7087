"""The customer's profile at a shop software: a person changes it there."""

from __future__ import annotations

from backends.change_models import (
    ChangeRecord,
    ContactCodes,
    ContactKind,
    MadeBy,
    Outcome,
    ProfileChange,
)
from backends.connectors.platform import Platform
from backends.errors import NotOffered


class UnchangedProfile:
    """`Profile` that hands everything over."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def preview(self, customer_id: str, change: ProfileChange) -> Outcome:
        """See `Profile.preview`."""
        raise self._by_person()

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
        raise self._by_person()

    async def send_codes(
        self, customer_id: str, kind: ContactKind, value: str, *, idempotency_key: str
    ) -> ContactCodes:
        """See `Profile.send_codes`."""
        raise self._by_person()

    async def verify_code(
        self, customer_id: str, challenge_id: str, code: str, *, idempotency_key: str
    ) -> None:
        """See `Profile.verify_code`."""
        raise self._by_person()

    def _by_person(self) -> NotOffered:
        return NotOffered(f"profiles are changed by a person in {self._platform.name}")
