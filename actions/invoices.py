"""The invoice of an order, sent again to the e-mail address on file and nowhere else."""

from __future__ import annotations

import logging
import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import tasks
from actions.keys import message_key
from actions.order_task import OrderTask
from actions.proven import ON_FILE, proof_of
from actions.reading import Message
from actions.shop import backends
from backends.change_models import ChangeKind, MadeBy, OrderChange
from backends.errors import BackendUnavailable, NotAllowed, NotFound, OutcomeChanged
from backends.models import Order

logger = logging.getLogger(__name__)

# What one order's invoice, sent again, would not answer.
_OTHER_PAPERS = re.compile(
    r"\b(?:company|vat|tax|gst|pro ?forma|statements?|balance|loan|wrong|all my|yearly?|monthly?"
    r"|months?|quarters?|correct\w*|change\w*|20\d\d)\b",
    re.IGNORECASE,
)
_CHANGE = OrderChange(kind="invoice")


class ActionGetInvoice(OrderTask):
    """Has the shop send an order's invoice, or sets `next_step` to what is needed first."""

    task = "get_invoice"
    needs_customer = True

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_get_invoice"

    def is_for_articles(self, message: Message, tracker: Tracker) -> bool:
        """See OrderTask: also a statement, another name on it, and the like."""
        return bool(_OTHER_PAPERS.search(message.text)) or super().is_for_articles(message, tracker)

    def change_kinds(self, tracker: Tracker) -> tuple[ChangeKind, ...]:
        """See OrderTask: it tells an address something, and the shop keeps a record of it."""
        return ("invoice",)

    def fits(self, order: Order) -> bool:
        """See OrderTask: one that was sent, or at least packed."""
        return order.state not in {"pending", "cancelled"}

    def tell_none(self, dispatcher: CollectingDispatcher) -> None:
        """See OrderTask."""
        dispatcher.utter_message(response="utter_no_invoices")

    async def show(
        self, order: Order, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """See OrderTask: sent once for each time that the customer asks.

        It needs no yes: the customer asked for this very e-mail, to their own address.
        """
        response = await self._send(order.number, tracker)
        dispatcher.utter_message(
            response=response, number=order.number, email=tracker.get_slot("email") or ON_FILE
        )
        return tasks.finish(self.task, dispatcher, tracker)

    @staticmethod
    async def _send(number: str, tracker: Tracker) -> str:
        """Sends it; gives the response that tells what happened."""
        changes, customer = backends().changes, str(tracker.get_slot("customer_id"))
        key = message_key(tracker, "invoice", number)
        channel = tracker.get_latest_input_channel() or "unknown"
        made_by = MadeBy(channel, tracker.sender_id, proof_of(tracker))
        try:
            quote = (await changes.preview(customer, number, _CHANGE)).quote
            await changes.make(
                customer, number, _CHANGE, quote=quote, made_by=made_by, idempotency_key=key
            )
        except NotAllowed as error:
            early = error.alternative == "wait"
            return "utter_invoice_too_early" if early else "utter_invoice_not_possible"
        except OutcomeChanged:
            return "utter_invoice_not_possible"
        except BackendUnavailable as error:
            logger.warning("the answer to an invoice was lost: %s", error)
            try:
                await changes.look_up(customer, key)
            except NotFound:
                raise error from None  # known not to be sent: said as for any shop that is down
            except BackendUnavailable:
                return "utter_invoice_unknown"
        return "utter_invoice_sent"
