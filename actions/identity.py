"""Who the customer is: one form, used by every skill that shows or changes something personal.

An order's details need its number and the e-mail address or postcode on it, or a customer who
proved an e-mail address with a one-time code; or, where the policy accepts it, by name and postcode
(`actions.naming`). The proof is checked by the shop, never here.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import mailed_code, naming, reading, tasks
from actions.form import SupportForm
from actions.proven import is_proven_for
from actions.reading import Message
from actions.shop import backends
from actions.wording import minutes
from backends.errors import InvalidInput, NotFound, TooManyRequests

logger = logging.getLogger(__name__)

# How long after a one-time code was sent six digits alone are taken for it, in seconds.
CODE_SECONDS = 24 * 60 * 60

# `ask_variant` when the address is asked for in place of an order number.
_USE_EMAIL = {"use_email", naming.OR_NAME["use_email"]}
# What `identity_need` may be while a task is about an order.
_ABOUT_ORDER = {"order", "customer", "code"}


class ValidateIdentityForm(SupportForm):
    """Asks for what `identity_need` says.

    `order`: a number and a proof, or a customer; `customer`: e-mail and code, or name and postcode
    where that is accepted; `code`: e-mail and code; `email`.
    """

    invalid = {
        "order_number": "invalid_order_number",
        "order_proof": "invalid_proof",
        "email": "invalid_email",
        "code": "invalid_code",
        naming.SLOT: "invalid_name_and_postcode",
    }

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_identity_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """The slots on the way that the customer took: by order number, or by e-mail and code."""
        need = tracker.slots.get("identity_need") or "order"
        if need == "email":
            return ["email"]
        if is_proven_for(tracker, need):
            return []
        if naming.is_chosen(tracker):
            return [naming.SLOT]
        if need in {"customer", "code"}:
            return ["email", "code"]
        if tracker.slots.get("order_number"):
            return ["order_number", "order_proof"]
        if tracker.slots.get("email") or tracker.slots.get("ask_variant") in _USE_EMAIL:
            return ["email", "code"]
        # no number yet, and an e-mail asked for in its place is asked for again until it is given
        if tracker.get_slot("requested_slot") == "email":
            return ["email", "code"]
        # who said at once that there is no number at hand is not asked for it
        if not tracker.get_slot("requested_slot") and reading.lacks_number(Message.latest(tracker)):
            return ["email", "code"]
        return ["order_number"]

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """See SupportForm: a name and a postcode count in the message that began the form, too."""
        events = await super().get_extraction_events(dispatcher, tracker, domain)
        if tracker.get_slot("requested_slot") or self._is_fresh(tracker):
            return events
        return events + tasks.slots(**naming.read("", Message.latest(tracker), tracker))

    def read(self, requested: str, message: Message, tracker: Tracker) -> dict[str, Any]:
        """See SupportForm: takes a number, an address or a code wherever it turns up."""
        if tasks.begins_another(message.intent, tracker.get_slot("task")):
            return {}  # "no, where is order 10023?" begins another task, with its number
        # once a code was sent, six digits alone are that code, however late
        number_asked = requested == "order_number" and not _code_was_sent(tracker)
        number = reading.order_number(message, asked=number_asked)
        address = reading.email(message)
        given_by_name = requested != "order_proof" and not address
        if given_by_name and (who := naming.read(requested, message, tracker)):
            return who
        if requested == "order_number":
            if address and not number:
                return {"email": address}
            if number:
                proof = address or reading.postcode(message, asked=False)
                return {"order_number": number, **({"order_proof": proof} if proof else {})}
            if (
                message.intent in {"dont_know", "deny"}
                or reading.means_latest(message)
                or reading.lacks_number(message)
            ):
                return {"email": mailed_code.NO_NUMBER}
        elif requested == "order_proof":
            known = tracker.get_slot("order_number")
            if number == known and not address and not reading.postcode(message, asked=False):
                return {}  # the number that is being asked about proves nothing
            return self._read_proof(message, number if number != known else None, address)
        elif requested == "email":
            if address:
                return {"email": address}
            if number and tracker.get_slot("identity_need") in _ABOUT_ORDER:
                return {"order_number": number}
        elif requested == naming.SLOT:
            return {"email": address} if address else {}
        elif requested == "code":
            if address and address != tracker.get_slot("email"):
                return {"email": address}
            if code := reading.typed_code(message):
                return {"code": code}
            if message.intent in {"resend_code", "dont_know", "two_factor_problem"}:
                return {"code": mailed_code.RESEND}
            # five digits alone are a mistyped code
            corrected = number and reading.is_correction(message)
            if corrected and tracker.get_slot("identity_need") in _ABOUT_ORDER:
                return {"order_number": number}
        return {}

    @staticmethod
    def _read_proof(message: Message, number: str | None, address: str | None) -> dict[str, Any]:
        """Takes a proof, another number, or both at once.

        Args:
            message: the message.
            number: an order number in it that is not the one being asked about.
            address: an e-mail address in it.
        """
        named = address or reading.postcode(message, asked=False)
        if number and named and reading.digits(named) != number:
            corrected = {"order_number": number} if reading.is_correction(message) else {}
            return {**corrected, "order_proof": named}
        if named:
            return {"order_proof": named}
        if number and reading.is_correction(message):
            return {"order_number": number}
        if bare := reading.postcode(message, asked=True):
            return {"order_proof": bare}
        return {"order_number": number} if number else {}

    async def check(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        """See SupportForm."""
        if tracker.slots.get("identity_need") in {"customer", "code"} and slot in {
            "order_number",
            "order_proof",
        }:
            return {slot: value}  # the order is looked for among the customer's own, later
        if slot == "order_number":
            return self._check_number(value, tracker)
        if slot == "order_proof":
            return await self._check_proof(value, dispatcher, tracker)
        if slot == "email":
            return await mailed_code.check_email(value, tracker)
        if slot == naming.SLOT:
            return await naming.check(value, dispatcher, tracker)
        return await mailed_code.check_code(value, dispatcher, tracker)

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """See SupportForm: "the last one" is remembered, however long the rest takes."""
        begun = naming.begin(tracker)
        events = await super().get_validation_events(dispatcher, tracker, domain)
        if not events:
            return events
        if reading.means_latest(Message.latest(tracker)):
            events += tasks.slots(latest_meant=True)
        following = await self.next_requested_slot(dispatcher, tracker, domain)
        return [*begun, *events, *naming.offered((following or {}).get("value"), tracker)]

    async def _outcome(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        outcome = await super()._outcome(slot, value, dispatcher, tracker)
        return {**naming.way(slot, tracker), **outcome}

    @staticmethod
    def _check_number(number: str, tracker: Tracker) -> dict[str, Any]:
        asked_for_more = tracker.get_slot("requested_slot") in {"order_proof", "code", "email"}
        changed = {"ask_variant": "number_changed"} if asked_for_more else {}
        return {"order_number": number, "email": None, "challenge_id": None, **changed}

    async def _check_proof(
        self, proof: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        given: dict[str, Any] = {"email": proof} if "@" in proof else {"postcode": proof}
        number = tracker.slots.get("order_number") or ""
        try:
            await backends().orders.find(number, **given)
        except TooManyRequests as error:
            wait = minutes(error.retry_after)
            return {**self.wrong("order_proof", "too_many_tries"), "wait_minutes": wait}
        except (NotFound, InvalidInput):
            return self.wrong("order_proof", "order_not_found")
        return {"order_proof": proof}


def _code_was_sent(tracker: Tracker) -> bool:
    return bool(time.time() - (tracker.get_slot("code_sent_at") or 0) < CODE_SECONDS)
