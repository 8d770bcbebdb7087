"""Where is my order: by number, by "my last order", or by choosing among several."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import reading, tasks
from actions.form import SupportForm
from actions.identity import is_verified
from actions.reading import Message
from actions.shop import backends
from actions.wording import day, minutes, refund_line, things, tracking_line
from backends.errors import BackendError, InvalidInput, NotFound, TooManyRequests
from backends.models import Order

logger = logging.getLogger(__name__)

TASK = "track_order"


def _describe(order: Order) -> dict[str, str]:
    """What every order response may say, by the name in its braces."""
    parcels = [parcel for parcel in order.shipments if parcel.delivered_at is None]
    parcel = parcels[0] if parcels else (order.shipments[0] if order.shipments else None)
    delivered = [i for i in order.items if i.status == "delivered"]
    waiting = [i for i in order.items if i.status in {"pending", "packed", "shipped"}]
    return {
        "number": order.number,
        "items": things(order.items),
        "day": day(_DAYS[order.state](order)),
        "carrier": parcel.carrier if parcel else "the carrier",
        "tracking": parcel.tracking_number if parcel else "not known yet",
        "link": (parcel.tracking_url or "") if parcel else "",
        "tracking_line": tracking_line(order.shipments),
        "reason": order.delay_reason or "the carrier gave none",
        "delivered": things(delivered),
        "open": things(waiting),
        "refund_line": refund_line(order),
    }


def _delivered_day(order: Order) -> Any:
    days = [parcel.delivered_at for parcel in order.shipments if parcel.delivered_at]
    return max(days) if days else order.estimated_day


def _expected_day(order: Order) -> Any:
    days = [p.estimated_day for p in order.shipments if p.delivered_at is None and p.estimated_day]
    return max(days) if days else order.estimated_day


# Which day a customer wants to hear, by the state of the order.
_DAYS: dict[str, Callable[[Order], Any]] = {
    "pending": _expected_day,
    "packed": _expected_day,
    "shipped": _expected_day,
    "delayed": _expected_day,
    "partly_delivered": _expected_day,
    "delivered": _delivered_day,
    "cancelled": lambda order: order.cancelled_at or order.placed_at,
    "return_requested": _delivered_day,
    "exchange_requested": _delivered_day,
    "returned": lambda order: order.returned_at or order.placed_at,
    "refunded": lambda order: order.refunded_at or order.placed_at,
}


def _short(order: Order) -> str:
    """An order's items in a few words, for a button."""
    more = len(order.items) - 1
    return order.items[0].product + (f" and {more} more" if more else "")


def _choices(orders: tuple[Order, ...]) -> list[dict[str, str]]:
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


class ActionTrackOrder(Action):
    """Says where an order is, or sets `next_step` to what is needed first."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_track_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Shows the order; never returns an empty list, by which Rasa would look like failing."""
        events = tasks.begin(TASK, tracker)
        known = self._read_message(tracker)
        events += tasks.slots(**known)
        tracker.slots.update(known)
        try:
            if is_verified(tracker):
                return events + await self._for_customer(dispatcher, tracker)
            return events + await self._by_proof(dispatcher, tracker)
        except BackendError as error:
            logger.warning("tracking an order failed: %s", error)
            dispatcher.utter_message(response="utter_backend_down")
            return events + tasks.slots(failure="backend_unavailable", next_step="done")

    @staticmethod
    def _read_message(tracker: Tracker) -> dict[str, Any]:
        """Facts in the message that asked; nothing if a form has already taken it."""
        message = Message.latest(tracker)
        if tracker.latest_action_name not in {"action_listen", "action_use_fact"}:
            return {}
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
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        customer = tracker.slots["customer_id"]
        number = tracker.slots.get("order_number")
        if number:
            try:
                order = await backends().orders.get(customer, number)
            except (NotFound, InvalidInput):
                dispatcher.utter_message(response="utter_order_not_yours", number=number)
                ended = tasks.finish(TASK, dispatcher, tracker)
                return [*ended, *tasks.slots(order_number=None, failure="order_not_found")]
            return self._show(order, dispatcher, tracker)
        orders = await backends().orders.list(customer)
        if not orders:
            dispatcher.utter_message(response="utter_no_orders")
            return tasks.finish(TASK, dispatcher, tracker)
        if len(orders) == 1 or _wants_latest(tracker):
            return self._show(orders[0], dispatcher, tracker)
        return tasks.slots(order_choices=_choices(orders), next_step="choose_order")

    async def _by_proof(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        number, proof = tracker.slots.get("order_number"), tracker.slots.get("order_proof")
        settled = tracker.latest_action_name == "identity_form"
        if not (number and proof and settled):
            # The form checks a proof that is known already, and asks for what is not. An address
            # given earlier may be the proof: nobody is asked for it twice.
            known = proof or (tracker.slots.get("email") if number else None)
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
        return self._show(order, dispatcher, tracker)

    @staticmethod
    def _show(
        order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        dispatcher.utter_message(response=f"utter_order_{order.state}", **_describe(order))
        ended = tasks.finish(TASK, dispatcher, tracker)
        return [*ended, *tasks.slots(order_number=order.number, order_choices=None)]


def _wants_latest(tracker: Tracker) -> bool:
    """Whether "my last order" was said since this task began."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            if reading.means_latest(Message(event.get("text") or "", "", {}, {})):
                return True
        elif event.get("name") == "task" and event.get("value") != TASK:
            return False
    return False


class ActionAskWhichOrder(Action):
    """Offers the customer's orders as buttons."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_ask_order_form_order_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Asks which order is meant, in the words for `ask_variant`."""
        choices = tracker.get_slot("order_choices") or []
        buttons = [
            {
                "title": choice["title"],
                "payload": f'/inform{{"order_number": "{choice["number"]}"}}',
            }
            for choice in choices
        ]
        dispatcher.utter_message(response="utter_which_order", buttons=buttons)
        return tasks.slots(next_step="choose_order")


class ValidateOrderForm(SupportForm):
    """Takes the order that the customer chooses, by number, or in their own words."""

    invalid = {"order_number": "invalid_choice"}

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_order_form"

    def read(self, requested: str, message: Message, tracker: Tracker) -> dict[str, Any]:
        """See SupportForm: a number, "the last one", or words of one order alone."""
        if number := reading.order_number(message, asked=True):
            return {"order_number": number}
        choices = tracker.get_slot("order_choices") or []
        if choices and reading.means_latest(message):
            return {"order_number": choices[0]["number"]}
        words = set(re.findall(r"[a-z]{4,}", message.text.lower())) - _COMMON
        fits = [c for c in choices if any(word in c["words"].split() for word in words)]
        return {"order_number": fits[0]["number"]} if len(fits) == 1 else {}

    async def check(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        """See SupportForm: only the customer's own orders will do."""
        try:
            await backends().orders.get(tracker.slots.get("customer_id") or "", value)
        except (NotFound, InvalidInput):
            return self.wrong(slot, "order_not_yours")
        return {"order_number": value}


# Words of four letters or more that name no order.
_COMMON = {"order", "that", "this", "with", "please", "want", "mean", "where", "status"}
