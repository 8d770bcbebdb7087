"""What all changes to a profile share."""

from __future__ import annotations

from actions.changes.draft import Draft
from actions.changes.kind import Kind
from actions.shop import backends
from backends.change_models import ChangeRecord, MadeBy, OrderChange, Outcome, ProfileValues
from backends.models import OrderState
from backends.policy import Policy


class ProfileKind(Kind):
    """A change that is about the customer and no order."""

    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """See Kind: no order's."""
        return ()

    def probe(self, draft: Draft) -> OrderChange | None:
        """See Kind: it has no order to ask about."""
        return None

    async def preview(self, draft: Draft, customer_id: str) -> Outcome:
        """See Kind."""
        return await backends().profile.preview(customer_id, draft.profile_change())

    async def make(self, draft: Draft, customer_id: str, made_by: MadeBy) -> ChangeRecord:
        """See Kind."""
        return await backends().profile.make(
            customer_id,
            draft.profile_change(),
            quote=draft.quote or "",
            made_by=made_by,
            idempotency_key=draft.key or "",
        )


def values_of(outcome: Outcome) -> ProfileValues:
    """What of the profile is otherwise; nothing at all for a shop that does not say."""
    return outcome.profile or ProfileValues()


def merged(draft: Draft, **values: object) -> Draft:
    """The draft with more that is wanted of the profile."""
    return draft.amended(profile={**(draft.profile or {}), **values})
