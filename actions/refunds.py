"""Where is my refund: of a cancelled or returned order, or part of one."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import tasks
from actions.order_task import OrderTask
from actions.wording import day, money, refund_method, things
from backends.models import Order


def _response(order: Order, today: date) -> str:
    """The response that tells how far the refund of an order is."""
    if order.refund is None:
        return "utter_refund_none"
    # given back, and its bank still has it: on its way for the customer
    if order.refunded_at is not None and order.refund_expected_by is None:
        return "utter_refund_done"
    if order.refund_expected_by is None:
        returning = order.state in {"return_requested", "exchange_requested"}
        return "utter_refund_after_return" if returning else "utter_refund_no_day"
    return "utter_refund_overdue" if order.refund_expected_by < today else "utter_refund_under_way"


class ActionRefundStatus(OrderTask):
    """Says how far a refund is, or sets `next_step` to what is needed first."""

    task = "refund_status"

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_refund_status"

    def fits(self, order: Order) -> bool:
        """See OrderTask: money is given back, or was."""
        return order.refund is not None

    def tell_none(self, dispatcher: CollectingDispatcher) -> None:
        """See OrderTask."""
        dispatcher.utter_message(response="utter_no_refunds")

    async def show(
        self, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """See OrderTask: the amount, where it goes and by when, as far as the shop knows."""
        dispatcher.utter_message(
            response=_response(order, datetime.now(timezone.utc).date()),
            number=order.number,
            items=things(order.items),
            state=order.state.replace("_", " "),
            amount=money(order.refund) if order.refund else "nothing",
            method=refund_method(order),
            day=day(order.refund_expected_by or order.refunded_at),
        )
        return tasks.finish(self.task, dispatcher, tracker)
