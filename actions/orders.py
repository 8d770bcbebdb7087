"""Where is my order: by number, by "my last order", or by choosing among several."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import reading, tasks
from actions.changes.addressing import without_address
from actions.form import SupportForm
from actions.order_task import OrderTask
from actions.reading import Message
from actions.shop import backends
from actions.wording import day, refund_line, things, tracking_line
from backends.errors import InvalidInput, NotFound
from backends.models import Order


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


# States with words for a shop that does not know when something arrives.
_WITHOUT_DAY = frozenset({"pending", "packed", "shipped"})


class ActionTrackOrder(OrderTask):
    """Says where an order is, or sets `next_step` to what is needed first."""

    task = "track_order"

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_track_order"

    async def show(
        self, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """See OrderTask: where it is, in the words for its state."""
        unknown = order.state in _WITHOUT_DAY and _DAYS[order.state](order) is None
        response = f"utter_order_{order.state}" + ("_no_day" if unknown else "")
        dispatcher.utter_message(response=response, **_describe(order))
        return tasks.finish(self.task, dispatcher, tracker)


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
        choices = tracker.get_slot("order_choices") or []
        if reading.means_another(message):
            if len(choices) == 1:
                return {"order_number": choices[0]["number"]}
            # it does not say which one, and is asked for that once more
            told = tracker.get_slot("ask_variant") == _WHICH
            return {} if told else {"order_number": _WHICH}
        if tasks.begins_another(message.intent, tracker.get_slot("task")):
            return {}
        if number := reading.order_number(without_address(message), asked=True):
            return {"order_number": number}
        if choices and reading.means_latest(message):
            return {"order_number": choices[0]["number"]}
        words = set(re.findall(r"[a-z]{4,}", message.text.lower())) - _COMMON
        fits = [c for c in choices if any(word in c["words"].split() for word in words)]
        return {"order_number": fits[0]["number"]} if len(fits) == 1 else {}

    async def check(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        """See SupportForm: only the customer's own orders will do."""
        if value == _WHICH:
            return {"order_number": None, "ask_variant": _WHICH}
        try:
            await backends().orders.get(tracker.slots.get("customer_id") or "", value)
        except (NotFound, InvalidInput):
            return self.wrong(slot, "order_not_yours")
        return {"order_number": value}


# Words of four letters or more that name no order.
_COMMON = {"order", "that", "this", "with", "please", "want", "mean", "where", "status"}
# "my other order", where there are several others.
_WHICH = "which_other"
