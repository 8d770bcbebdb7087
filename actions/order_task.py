"""What every task about one order shares: who asks, which order is meant, a shop that is down."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import reading, tasks
from actions.knowledge import article_for
from actions.not_offered import hand_over
from actions.proven import Need, is_proven_for, is_verified, need_of
from actions.reading import Message
from actions.shop import backends
from actions.transcript import earlier_left_out
from actions.wording import minutes
from backends.change_models import ChangeKind
from backends.errors import (
    BackendError,
    InvalidInput,
    NotFound,
    NotOffered,
    TooManyRequests,
)
from backends.models import Order

logger = logging.getLogger(__name__)


def _short(order: Order) -> str:
    """An order's items in a few words, for a button."""
    more = len(order.items) - 1
    return order.items[0].product + (f" and {more} more" if more else "")


def choices(orders: tuple[Order, ...]) -> list[dict[str, str]]:
    """Orders to choose from, as the slot `order_choices` holds them."""
    return [
        {
            "number": order.number,
            "title": f"{order.number}: {_short(order)}, {order.state.replace('_', ' ')}",
            "words": " ".join(
                [order.state, *(f"{item.product} {item.variant}" for item in order.items)]
            ).lower(),
        }
        for order in orders
    ]


class OrderTask(Action, ABC):
    """A task about one order: found by number and proof, or among a proven customer's.

    Its action runs until the order is known, and sets `next_step` to what is needed first.
    """

    # The task's name: that of the action, without `action_`.
    task: str
    # Whether the customer must be proven; else an order's number and a proof will do.
    needs_customer = False

    @abstractmethod
    async def show(
        self, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """Does what the task is about.

        Args:
            order: the one that is meant, seen by its owner only.
            dispatcher: takes what is to be said.
            tracker: the conversation.

        Returns:
            Events; the task ends with those of `tasks.finish`.

        Raises:
            BackendError: turned into an honest answer by this class.
        """

    def fits(self, order: Order) -> bool:
        """Whether the task can be about an order that the customer did not name."""
        return True

    def change_kinds(self, tracker: Tracker) -> tuple[ChangeKind, ...]:
        """The kinds of change that it may come to: each may need a customer proven by code."""
        return ()

    def is_for_articles(self, message: Message, tracker: Tracker) -> bool:
        """Whether the knowledge base answers the message better than an order does."""
        return bool(article_for(tracker)) and reading.is_general(message)

    def tell_none(self, dispatcher: CollectingDispatcher) -> None:
        """Says that a customer has orders, but none that fits."""
        dispatcher.utter_message(response="utter_no_orders")

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Finds the order; never returns an empty list, by which Rasa would look like failing."""
        message = Message.latest(tracker)
        asked_now = tracker.latest_action_name in {"action_listen", "action_use_fact"}
        if asked_now and self.is_for_articles(message, tracker):
            return tasks.slots(next_step="article")
        events = tasks.begin(self.task, tracker)
        known = self.read_message(message, tracker) if asked_now else {}
        events += tasks.slots(**known)
        tracker.slots.update(known)
        latest = self._wants_latest(tracker)
        if latest != bool(tracker.get_slot("latest_meant")):
            events += tasks.slots(latest_meant=latest)
        try:
            if is_proven_for(tracker, self._need(tracker)):
                going_on = tracker.get_slot("task") == self.task
                named = not asked_now or going_on or bool(known.get("order_number"))
                return events + await self._for_customer(dispatcher, tracker, named=named)
            return events + await self._by_proof(dispatcher, tracker)
        except NotOffered as error:
            return events + hand_over(error, dispatcher)
        except BackendError as error:
            logger.warning("%s failed: %s", self.task, error)
            return events + self._down(dispatcher)

    def _need(self, tracker: Tracker) -> Need:
        return need_of(self.change_kinds(tracker)) if self.needs_customer else "order"

    def _down(self, dispatcher: CollectingDispatcher) -> list[dict[str, Any]]:
        again = {"title": "Try again", "payload": f"/{self.task}"}
        dispatcher.utter_message(response="utter_backend_down", buttons=[again])
        return tasks.slots(failure="backend_unavailable", next_step="done")

    def read_message(self, message: Message, tracker: Tracker) -> dict[str, Any]:
        """Facts in the message that asked, by slot."""
        known: dict[str, Any] = {}
        number = reading.order_number(message)
        if number and number == tracker.get_slot("order_proof"):
            number = None  # the postcode once more
        if number:
            known["order_number"] = number
        elif reading.means_latest(message):
            known["order_number"] = None
        if address := reading.email(message):
            known["order_proof" if number else "email"] = address
        elif code := reading.postcode(message, asked=False):
            known["order_proof"] = code
        return known

    async def _for_customer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, *, named: bool
    ) -> list[dict[str, Any]]:
        customer = tracker.slots["customer_id"]
        number = tracker.slots.get("order_number")
        if number:
            try:
                order = await backends().orders.get(customer, number)
            except (NotFound, InvalidInput):
                return await self._not_theirs(customer, number, dispatcher, tracker)
            # one that was merely spoken of before may not be the one that is meant now
            if named or self.fits(order):
                return await self._show(order, dispatcher, tracker)
        orders = await backends().orders.list(customer)
        fitting = tuple(order for order in orders if self.fits(order))
        if not fitting:
            if orders:
                self.tell_none(dispatcher)
            else:
                dispatcher.utter_message(response="utter_no_orders")
            return tasks.finish(self.task, dispatcher, tracker)
        if len(fitting) == 1 or self._wants_latest(tracker):
            return await self._show(fitting[0], dispatcher, tracker)
        return tasks.slots(order_choices=choices(fitting), next_step="choose_order")

    async def _not_theirs(
        self, customer: str, number: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """Says that a number is none of theirs, and offers those that fit, if there is a chance."""
        orders = await backends().orders.list(customer)
        fitting = tuple(order for order in orders if self.fits(order))
        dispatcher.utter_message(response="utter_order_not_yours", number=number)
        failed = tasks.slots(order_number=None, failure="order_not_found")
        if not fitting or tracker.get_slot("last_chance"):  # at the last one a person takes over
            return [*tasks.finish(self.task, dispatcher, tracker), *failed]
        return [*failed, *tasks.slots(order_choices=choices(fitting), next_step="choose_order")]

    async def _by_proof(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        number, proof = tracker.slots.get("order_number"), tracker.slots.get("order_proof")
        # An address given earlier may be the proof: nobody is asked for it twice.
        address = tracker.slots.get("email")
        if self.needs_customer:
            known = address or (proof if proof and "@" in proof else None)
            if is_verified(tracker):
                dispatcher.utter_message(response="utter_code_needed")
            need = self._need(tracker)
            return tasks.slots(identity_need=need, next_step="identity", code=None, email=known)
        settled = tracker.latest_action_name == "identity_form"
        if not (number and proof and settled):
            # The form checks a proof that is known already, and asks for what is not.
            known = proof or (address if number else None)
            return tasks.slots(
                identity_need="order", next_step="identity", code=None, order_proof=known
            )
        given = {"email": proof} if "@" in proof else {"postcode": proof}
        try:
            order = await backends().orders.find(number, **given)
        except (NotFound, InvalidInput):
            dispatcher.utter_message(response="utter_order_not_yours", number=number)
            return tasks.slots(failure="order_not_found", order_proof=None, next_step="done")
        except TooManyRequests as error:
            wait = minutes(error.retry_after)
            dispatcher.utter_message(response="utter_too_many_tries", wait_minutes=wait)
            return tasks.slots(failure="too_many_tries", next_step="done")
        return await self._show(order, dispatcher, tracker)

    async def _show(
        self, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        shown = await self.show(order, dispatcher, tracker)
        return [*shown, *tasks.slots(order_number=order.number, order_choices=None)]

    def _wants_latest(self, tracker: Tracker) -> bool:
        """Whether "my last order" was said since this task began.

        The slot tells of what was said before the part of a long conversation that is sent.
        """
        for event in reversed(tracker.events):
            if event.get("event") == "user":
                if reading.means_latest(Message(event.get("text") or "", "", {}, {})):
                    return True
            elif event.get("name") == "task" and event.get("value") != self.task:
                return False
        return earlier_left_out(tracker) and bool(tracker.get_slot("latest_meant"))
