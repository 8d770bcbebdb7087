"""What a kind of change must say of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft, Line
from actions.reading import Message
from actions.shop import backends
from backends.change_models import ChangeKind, ChangeRecord, MadeBy, OrderChange, Outcome
from backends.models import OrderState
from backends.policy import Policy

# What `Draft.asks` is when there is nothing to choose from.
ENDED = "ended"
# ... and while the shop could not be asked for what comes next.
RETRY = "retry"


class Kind(ABC):
    """One kind of change: what must be known for it, and how it is put into words.

    The texts are in domain.yml: `utter_preview_<name>`, `utter_changed_<name>`.
    """

    name: ChangeKind
    # The buttons under the preview.
    yes = "Yes, please do"
    no = "No, leave it"
    # Whether a person has to finish what was taken down.
    by_person = False

    @abstractmethod
    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """The order states in which the policy allows it."""

    def probe(self, draft: Draft) -> OrderChange | None:
        """A request that the shop refuses for an order in another state; None: it has none.

        The refusal says what the customer may do instead.
        """
        return OrderChange(kind=self.name)

    @abstractmethod
    def read(self, draft: Draft, message: Message) -> Draft | None:
        """Takes what a message says about the change.

        Args:
            draft: what is known; `asks` says what was asked last.
            message: the customer's message.

        Returns:
            The amended draft; None if the message says nothing about it.
        """

    def withdraws(self, draft: Draft, message: Message) -> bool:
        """Whether a message takes back all that the change would do, without a plain "no"."""
        return False

    @abstractmethod
    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """Asks for the next thing that is missing.

        Args:
            draft: what is known; `asks` is empty.
            dispatcher: takes the question.
            tracker: the conversation.

        Returns:
            The draft, with the question in `asks`: empty if nothing is missing, ENDED if there is
            nothing to choose from, which was said.

        Raises:
            BackendError: turned into an honest answer by the caller.
        """

    def lines(self, draft: Draft) -> tuple[Line, ...]:
        """The lines of the order that it can be about."""
        return draft.lines

    def taken_from(self, draft: Draft, other: Draft) -> Draft:
        """Wants the same as of another order, as far as this one has it.

        Args:
            draft: of this order, with nothing known but its lines.
            other: see `Draft.for_another`.
        """
        old = {item["item_id"]: item for item in other.items}
        products = {line.product for line in other.lines if line.id in old}
        whole = len(old) == len(other.lines)
        kinds = {str(item.get("to") or "") for item in other.items}
        items = tuple(
            {"item_id": line.id}
            for line in self.lines(draft)
            if old and (whole or line.product in products)
        )
        return draft.amended(
            items=items,
            reason=other.reason,
            address=other.address,
            method_id=other.method_id,
            methods=other.methods,
            wish=(kinds.pop() if len(kinds) == 1 else "") or other.wish,
        )

    def retried(self, draft: Draft, rule: str, policy: Policy) -> Draft | None:
        """The draft without what a refusal was about, to ask for it again.

        Args:
            draft: what was refused.
            rule: the rule that it broke, one of the contract's words.
            policy: the shop's.

        Returns:
            None when nothing else would do either.
        """
        return None

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """What the preview and the result of this kind say besides what all of them can say."""
        return {}

    async def preview(self, draft: Draft, customer_id: str) -> Outcome:
        """What the shop says that it would come to; see `Changes.preview`."""
        return await backends().changes.preview(customer_id, draft.number, draft.change())

    async def make(self, draft: Draft, customer_id: str, made_by: MadeBy) -> ChangeRecord:
        """Has the shop make what was previewed; see `Changes.make`."""
        return await backends().changes.make(
            customer_id,
            draft.number,
            draft.change(),
            quote=draft.quote or "",
            made_by=made_by,
            idempotency_key=draft.key or "",
        )

    def code_in(self, draft: Draft, message: Message) -> str | None:
        """The one-time code in a message that answers one; it is kept in no draft."""
        return None

    async def prove(self, draft: Draft, code: str, tracker: Tracker) -> Draft:
        """Gives the shop a one-time code.

        Args:
            draft: what is known; `asks` says which code was asked for.
            code: six digits.
            tracker: the conversation.

        Raises:
            BackendError: the code is wrong or too old, or could not be checked.
        """
        return draft

    def missed(self, draft: Draft) -> Draft:
        """The draft after the shop said that a code does not fit."""
        return draft

    def known_after(self, outcome: Outcome) -> dict[str, Any]:
        """Slots that are otherwise since the change."""
        return {}
