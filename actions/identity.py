"""Who the customer is: one form, used by every skill that shows or changes something personal.

An order's details need its number and the e-mail address or postcode on it, or a customer who
proved an e-mail address with a one-time code. The proof is checked by the shop, never here.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import reading, tasks
from actions.form import SupportForm
from actions.keys import message_key
from actions.reading import Message
from actions.shop import backends, policy
from actions.wording import minutes
from backends.errors import (
    CodeExpired,
    CodeLocked,
    InvalidInput,
    NotFound,
    TooManyRequests,
    WrongCode,
)
from backends.models import Customer

logger = logging.getLogger(__name__)

# How long after a one-time code was sent six digits alone are taken for it, in seconds.
CODE_SECONDS = 24 * 60 * 60

# `code` slot: the form's answer that the customer is proven; never the code itself.
VERIFIED = "verified"
_RESEND = "resend"
# What `identity_need` may be while a task is about an order.
_ABOUT_ORDER = {"order", "customer"}


def is_verified(tracker: Tracker) -> bool:
    """Whether the customer proved who they are, lately enough."""
    until = tracker.get_slot("verified_until") or 0
    return bool(tracker.get_slot("customer_id")) and until > time.time()


def forget_identity() -> dict[str, Any]:
    """The slots of nobody in particular."""
    return {
        "customer_id": None,
        "first_name": None,
        "region": None,
        "verified_until": None,
        "code": None,
        "challenge_id": None,
    }


class ValidateIdentityForm(SupportForm):
    """Asks for what `identity_need` says.

    `order`: a number and a proof, or e-mail and code; `customer`: e-mail and code; `email`.
    """

    invalid = {
        "order_number": "invalid_order_number",
        "order_proof": "invalid_proof",
        "email": "invalid_email",
        "code": "invalid_code",
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
        need = tracker.slots.get("identity_need")
        if need == "email":
            return ["email"]
        if is_verified(tracker):
            return []
        if need == "customer":
            return ["email", "code"]
        if tracker.slots.get("order_number"):
            return ["order_number", "order_proof"]
        if tracker.slots.get("email") or tracker.slots.get("ask_variant") == "use_email":
            return ["email", "code"]
        # no number yet, and an e-mail asked for in its place is asked for again until it is given
        if tracker.get_slot("requested_slot") == "email":
            return ["email", "code"]
        # who said at once that there is no number at hand is not asked for it
        if not tracker.get_slot("requested_slot") and reading.lacks_number(Message.latest(tracker)):
            return ["email", "code"]
        return ["order_number"]

    def read(self, requested: str, message: Message, tracker: Tracker) -> dict[str, Any]:
        """See SupportForm: takes a number, an address or a code wherever it turns up."""
        if tasks.begins_another(message.intent, tracker.get_slot("task")):
            return {}  # "no, where is order 10023?" begins another task, with its number
        # once a code was sent, six digits alone are that code, however late
        number_asked = requested == "order_number" and not _code_was_sent(tracker)
        number = reading.order_number(message, asked=number_asked)
        address = reading.email(message)
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
                return {"email": _NO_NUMBER}
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
        elif requested == "code":
            if address and address != tracker.get_slot("email"):
                return {"email": address}
            if code := reading.typed_code(message):
                return {"code": code}
            if message.intent in {"resend_code", "dont_know", "two_factor_problem"}:
                return {"code": _RESEND}
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
        if tracker.slots.get("identity_need") == "customer" and slot in {
            "order_number",
            "order_proof",
        }:
            return {slot: value}  # the order is looked for among the customer's own, later
        if slot == "order_number":
            return self._check_number(value, tracker)
        if slot == "order_proof":
            return await self._check_proof(value, dispatcher, tracker)
        if slot == "email":
            return await self._check_email(value, dispatcher, tracker)
        return await self._check_code(value, dispatcher, tracker)

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """See SupportForm: "the last one" is remembered, however long the rest takes."""
        events = await super().get_validation_events(dispatcher, tracker, domain)
        meant = events and reading.means_latest(Message.latest(tracker))
        return events + tasks.slots(latest_meant=True) if meant else events

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

    async def _check_email(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        if value == _NO_NUMBER:
            return {"email": None, "ask_variant": "use_email"}
        address = reading.email(Message(value, "", {}, {}))
        if address is None:
            return self.wrong("email", "invalid_email")
        if tracker.slots.get("identity_need") == "email":
            return {"email": address}
        return await self._send_code(address, dispatcher, tracker)

    async def _send_code(
        self, address: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        key = message_key(tracker, "send-code", address)
        try:
            challenge = await backends().accounts.send_code(address, idempotency_key=key)
        except TooManyRequests:
            known = tracker.slots.get("challenge_id")
            variant = "code_too_soon" if known else "code_wait"
            return {
                "email": address,
                "code": None,
                "challenge_id": known,
                "ask_variant": variant,
            }
        except CodeLocked as error:
            wait = minutes(error.retry_after)
            return {**self.wrong("email", "code_locked"), "wait_minutes": wait}
        except InvalidInput:
            return self.wrong("email", "invalid_email")
        return {
            "email": address,
            "challenge_id": challenge.id,
            "code": None,
            "code_sent_at": time.time(),
        }

    async def _check_code(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        address = tracker.slots.get("email") or ""
        challenge = tracker.slots.get("challenge_id")
        if value == _RESEND or not challenge:
            sent = await self._send_code(address, dispatcher, tracker)
            return {"ask_variant": "code_resent", **sent}
        try:
            customer = await backends().accounts.verify_code(challenge, value)
        except WrongCode:
            return self.wrong("code", "wrong_code")
        except CodeExpired:
            sent = await self._send_code(address, dispatcher, tracker)
            return {"ask_variant": "code_expired", **sent}
        except CodeLocked as error:
            wait = minutes(error.retry_after)
            return {
                **self.wrong("code", "code_locked"),
                "challenge_id": None,
                "wait_minutes": wait,
            }
        except InvalidInput:
            return self.wrong("code", "invalid_code")
        dispatcher.utter_message(response="utter_verified", first_name=customer.first_name)
        return proven(customer)


def proven(customer: Customer) -> dict[str, Any]:
    """The slots of a customer who has just proven an e-mail address."""
    return {
        "code": VERIFIED,
        "challenge_id": None,
        "customer_id": customer.id,
        "first_name": customer.first_name,
        "region": customer.region,
        "email": customer.email,
        "verified_until": time.time() + policy().identity.valid_minutes * 60,
    }


# `email` candidate that means: the customer has no order number, so ask for the address.
_NO_NUMBER = "(no number)"


def _code_was_sent(tracker: Tracker) -> bool:
    return bool(time.time() - (tracker.get_slot("code_sent_at") or 0) < CODE_SECONDS)
