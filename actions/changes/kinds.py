"""The kinds of change that there are, by name."""

from __future__ import annotations

from actions.changes.address import ChangeAddress
from actions.changes.cancel import Cancel
from actions.changes.draft import Draft
from actions.changes.items import ChangeItems, Exchange
from actions.changes.kind import Kind
from actions.changes.payment import ChangePayment
from actions.changes.profile.closing import CloseAccount
from actions.changes.profile.consents import Consents
from actions.changes.profile.contact import ChangeEmail, ChangePhone
from actions.changes.profile.default_address import DefaultAddress
from actions.changes.profile.two_factor import TwoFactorWay
from actions.changes.reorder import Reorder
from actions.changes.returning import Return
from actions.changes.undecided import Undecided

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *(Cancel(), ChangeAddress(), ChangePayment(), ChangeItems()),
        *(Return(), Exchange(), Reorder()),
        *(Consents(), DefaultAddress(), ChangeEmail(), ChangePhone()),
        *(TwoFactorWay(), CloseAccount()),
    )
}
_UNDECIDED = Undecided()


def kind_of(draft: Draft) -> Kind:
    """The kind of a draft; one that asks which, while that is not known."""
    return KINDS[draft.kind] if draft.kind else _UNDECIDED
