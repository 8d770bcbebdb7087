"""Starting a change: who, which order, which kind, and whether the policy allows it at all."""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import tasks
from actions.changes.addressing import without_address
from actions.changes.asked import asked_with, remember
from actions.changes.draft import SLOT, Draft
from actions.changes.kinds import KINDS, kind_of
from actions.changes.refusal import refuse
from actions.changes.unsettled import settle
from actions.changes.wanted import WANTED, in_words
from actions.order_task import OrderTask
from actions.reading import Message
from actions.shop import backends, policy
from backends.change_models import ChangeKind
from backends.errors import BackendError, BackendUnavailable, NotAllowed
from backends.models import Order, OrderState

logger = logging.getLogger(__name__)


class ChangeTask(OrderTask):
    """A task that changes an order; the customer is proven first."""

    needs_customer = True
    # The kinds that the task may come to.
    kinds: tuple[ChangeKind, ...]
    # The intents that begin it; empty: that of its name.
    intents: frozenset[str] = frozenset()

    @abstractmethod
    def kind(self, message: Message) -> ChangeKind | None:
        """Which kind a message asks for; None if it must be asked."""

    def read_message(self, message: Message, tracker: Tracker) -> dict[str, Any]:
        """See OrderTask: keeps the words that asked; a new address's postcode is no number."""
        asked = remember(self._begun_by(), tracker)
        return {**super().read_message(without_address(message), tracker), **asked}

    def _begun_by(self) -> frozenset[str]:
        return self.intents or frozenset({self.task})

    def fits(self, order: Order) -> bool:
        """See OrderTask: the policy allows one of the kinds in the order's state."""
        return any(order.state in KINDS[kind].states(policy()) for kind in self.kinds)

    def change_kinds(self, tracker: Tracker) -> tuple[ChangeKind, ...]:
        """See OrderTask: the kind that was asked for, or any that the task may come to."""
        kind = self.kind(asked_with(self._begun_by(), tracker))
        return (kind,) if kind else self.kinds

    def tell_none(self, dispatcher: CollectingDispatcher) -> None:
        """See OrderTask."""
        dispatcher.utter_message(response=f"utter_none_{self.task}")

    async def show(
        self, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """See OrderTask: begins to collect what the change needs, or refuses it."""
        events = await settle(dispatcher, tracker)
        draft = self._draft(order, tracker)
        kinds = [draft.kind] if draft.kind else list(self.kinds)
        if not any(order.state in KINDS[kind].states(policy()) for kind in kinds):
            await self._refuse(draft, kinds[0], order.state, dispatcher, tracker)
            left = tasks.slots(**{WANTED: in_words(draft)})
            return [*events, *tasks.finish(self.task, dispatcher, tracker), *forget(), *left]
        started = {
            **{SLOT: draft.value(), "change_decision": None, WANTED: None},
            "next_step": "details",
        }
        return [*events, *tasks.slots(**started)]

    def _draft(self, order: Order, tracker: Tracker) -> Draft:
        """What is known: of the same change that was interrupted, and from the words that asked."""
        message = asked_with(self._begun_by(), tracker)
        known = Draft.read(tracker.get_slot(SLOT))
        if known and known.kind not in (None, *self.kinds):
            known = None  # of another task
        wanted = self.kind(message)
        if known and known.is_for_another and not message.text:
            wanted = known.kind
        kind = _in_state(wanted, order.state)
        draft = Draft.of(order, kind, country=tracker.get_slot("region"))
        if known and known.number == draft.number and kind in (None, known.kind):
            draft = known.amended(lines=draft.lines, asks="")
        elif known and known.is_for_another and known.kind == kind:
            draft = kind_of(draft).taken_from(draft, known)
        if draft.kind is None:
            draft = kind_of(draft).read(draft, message) or draft
        return kind_of(draft).read(draft, message) or draft

    @staticmethod
    async def _refuse(
        draft: Draft,
        kind: ChangeKind,
        state: str,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
    ) -> None:
        error = NotAllowed(rule="state", alternative="person")
        probe = KINDS[kind].probe(draft)
        if probe is not None:
            try:
                await backends().changes.preview(tracker.slots["customer_id"], draft.number, probe)
            except NotAllowed as refused:
                error = refused
            except BackendUnavailable:
                raise
            except BackendError as other:
                logger.warning("the shop did not say what can be done instead: %s", other)
        refuse(error, draft, dispatcher, state=state)


def forget() -> list[dict[str, Any]]:
    """Events that let go of a draft."""
    return tasks.slots(**{SLOT: None, "change_decision": None})


def _in_state(kind: ChangeKind | None, state: OrderState) -> ChangeKind | None:
    """The kind that fits a state: another kind of an item is an exchange once it was delivered."""
    waits, came = (state in KINDS[name].states(policy()) for name in ("items", "exchange"))
    if kind == "items" and came and not waits:
        return "exchange"
    return "items" if kind == "exchange" and waits else kind
