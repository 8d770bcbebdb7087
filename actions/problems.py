"""A delivery that went wrong: late, lost, damaged, wrong or missing items."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import problem_words, tasks
from actions.order_task import OrderTask
from actions.reading import Message
from actions.shop import policy
from actions.wording import day, things
from backends.models import Order

_FAULTS = {
    "It is late": "late",
    "It is lost": "lost",
    "It is damaged": "damaged",
    "It is the wrong item": "wrong_item",
    "Something is missing": "missing_item",
}
_WISHES = {"replacement": "A replacement", "refund": "My money back"}
# Faults that show when a parcel does not come.
_ON_THE_WAY = {"late", "lost"}
_NOT_SENT = {"pending", "packed"}
_OVER = {"cancelled", "returned", "refunded"}
_PERSON = {"handoff_reason": "delivery_problem", "next_step": "person"}


def _expected(order: Order) -> date | None:
    days = [p.estimated_day for p in order.shipments if p.delivered_at is None and p.estimated_day]
    return max(days) if days else order.estimated_day


def _arrived(order: Order) -> date | None:
    days = [parcel.delivered_at for parcel in order.shipments if parcel.delivered_at]
    return max(days).date() if days else None


class ActionDeliveryProblem(OrderTask):
    """Finds out what went wrong, says what the policy gives for it, and brings in a person.

    The person gets everything that was collected: order, fault, item and what the customer wants.
    """

    task = "delivery_problem"

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_delivery_problem"

    def fits(self, order: Order) -> bool:
        """See OrderTask: something was sent, or is still to come."""
        return order.state not in _OVER

    def read_message(self, message: Message, tracker: Tracker) -> dict[str, Any]:
        """See OrderTask: also the fault, the item and the wish, which pile up within the task."""
        known = super().read_message(message, tracker)
        before = tracker.get_slot if tracker.get_slot("task") == self.task else _nothing
        return {
            **known,
            "delivery_fault": problem_words.fault(message) or before("delivery_fault"),
            "problem_item": problem_words.item_id(message) or before("problem_item"),
            "remedy": problem_words.wish(message) or before("remedy"),
            "problem_text": before("problem_text") or message.text,
        }

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """See OrderTask; a customer whose parcel went wrong hears first that we are sorry."""
        started_now = tracker.get_slot("task") != self.task
        questions = CollectingDispatcher()
        events = await super().run(questions, tracker, domain)
        if started_now and not any(e.get("value") == "article" for e in events):
            dispatcher.utter_message(response="utter_problem_sorry")
        dispatcher.messages.extend(questions.messages)
        return events

    async def show(
        self, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """See OrderTask: the next question, or what is done about it."""
        fault = tracker.slots.get("delivery_fault")
        if fault is None:
            choices = {
                title: f'{{"{problem_words.PROBLEM}": "{name}"}}' for title, name in _FAULTS.items()
            }
            return self._ask("utter_which_problem", choices, order, dispatcher)
        if fault in _ON_THE_WAY:
            return self._on_the_way(order, dispatcher, tracker)
        return self._in_the_parcel(fault, order, dispatcher, tracker)

    def _on_the_way(
        self, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        today, expected = datetime.now(timezone.utc).date(), _expected(order)
        known = {"number": order.number, "day": day(expected)}
        if order.state == "delivered":
            dispatcher.utter_message(
                response="utter_problem_not_found", number=order.number, day=day(_arrived(order))
            )
            return tasks.slots(**_PERSON)
        problems = policy().problems
        late_from = timedelta(days=problems["late"].after_days or 0)
        lost_from = timedelta(days=problems["lost"].after_days or 0)
        if expected is not None and today < expected + late_from:
            waits = order.state in _NOT_SENT
            response = "utter_problem_not_sent" if waits else "utter_problem_not_late"
            dispatcher.utter_message(response=response, **known)
            ended = tasks.finish(self.task, dispatcher, tracker)
            return [*ended, *tasks.slots(**tasks.NO_PROBLEM)]
        if expected is not None and today >= expected + lost_from:
            tracker.slots["delivery_fault"] = "lost"
            return [
                *tasks.slots(delivery_fault="lost"),
                *self._remedy("lost", order, dispatcher, tracker),
            ]
        dispatcher.utter_message(response="utter_problem_late", **known)
        return tasks.slots(**_PERSON)

    def _in_the_parcel(
        self, fault: str, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        arrived = _arrived(order)
        if arrived is None:
            dispatcher.utter_message(response="utter_problem_not_delivered", number=order.number)
            return tasks.slots(**_PERSON)
        item = tracker.slots.get("problem_item") or self._only_item(order, tracker)
        if item is None:
            choices = {
                things([line]): f'{{"{problem_words.ITEM}": "{line.id}"}}' for line in order.items
            }
            choices["All of it"] = f'{{"{problem_words.ITEM}": "{problem_words.WHOLE}"}}'
            return self._ask("utter_which_item", choices, order, dispatcher)
        named = [line for line in order.items if line.id == item] or list(order.items)
        told = tasks.slots(problem_item=item, problem_items=things(named))
        rules = policy().problems[fault]
        today = datetime.now(timezone.utc).date()
        if rules.within_days is not None and today > arrived + timedelta(days=rules.within_days):
            dispatcher.utter_message(
                response="utter_problem_too_old",
                number=order.number,
                day=day(arrived),
                days=str(rules.within_days),
            )
            return [*told, *tasks.slots(**_PERSON)]
        return [*told, *self._remedy(fault, order, dispatcher, tracker)]

    @staticmethod
    def _only_item(order: Order, tracker: Tracker) -> str | None:
        said = problem_words.items_said(order, tracker.slots.get("problem_text") or "")
        lines = said or order.items
        return lines[0].id if len(lines) == 1 else None

    def _remedy(
        self, fault: str, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        rules = policy().problems[fault]
        offered = [remedy for remedy in rules.remedies if remedy in _WISHES]
        if offered and tracker.slots.get("remedy") not in offered:
            choices = {_WISHES[name]: f'{{"{problem_words.WISH}": "{name}"}}' for name in offered}
            return self._ask("utter_which_remedy", choices, order, dispatcher)
        dispatcher.utter_message(
            response="utter_problem_photo" if rules.photo else "utter_problem_noted",
            number=order.number,
            wish=_WISHES.get(tracker.slots.get("remedy") or "", "").lower(),
        )
        return tasks.slots(**_PERSON)

    def _ask(
        self,
        response: str,
        choices: dict[str, str],
        order: Order,
        dispatcher: CollectingDispatcher,
    ) -> list[dict[str, Any]]:
        buttons = [
            {"title": title, "payload": f"/{self.task}{facts}"} for title, facts in choices.items()
        ]
        dispatcher.utter_message(response=response, number=order.number, buttons=buttons)
        return tasks.slots(next_step="done")


def _nothing(slot: str) -> None:
    return None
