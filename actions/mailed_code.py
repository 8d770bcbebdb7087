"""Proof by a one-time code to an e-mail address: the identity form's usual way."""

from __future__ import annotations

import time
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import reading
from actions.form import SupportForm
from actions.keys import message_key
from actions.proven import proven
from actions.reading import Message
from actions.shop import backends
from actions.wording import minutes
from backends.errors import CodeExpired, CodeLocked, InvalidInput, TooManyRequests, WrongCode

# Candidate for `email` that means: the customer has no order number, so ask for the address.
NO_NUMBER = "(no number)"
# Candidate for `code` that means: another one is wanted.
RESEND = "resend"


async def check_email(value: str, tracker: Tracker) -> dict[str, Any]:
    """Has the shop send a code there, where one is needed; see `SupportForm.check`."""
    if value == NO_NUMBER:
        return {"email": None, "ask_variant": "use_email"}
    address = reading.email(Message(value, "", {}, {}))
    if address is None:
        return SupportForm.wrong("email", "invalid_email")
    if tracker.slots.get("identity_need") == "email":
        return {"email": address}
    return await _send_code(address, tracker)


async def _send_code(address: str, tracker: Tracker) -> dict[str, Any]:
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
        return {**SupportForm.wrong("email", "code_locked"), "wait_minutes": wait}
    except InvalidInput:
        return SupportForm.wrong("email", "invalid_email")
    return {
        "email": address,
        "challenge_id": challenge.id,
        "code": None,
        "code_sent_at": time.time(),
    }


async def check_code(
    value: str, dispatcher: CollectingDispatcher, tracker: Tracker
) -> dict[str, Any]:
    """Has the shop compare a code, or send another one; see `SupportForm.check`."""
    address = tracker.slots.get("email") or ""
    challenge = tracker.slots.get("challenge_id")
    if value == RESEND or not challenge:
        sent = await _send_code(address, tracker)
        return {"ask_variant": "code_resent", **sent}
    try:
        customer = await backends().accounts.verify_code(challenge, value)
    except WrongCode:
        return SupportForm.wrong("code", "wrong_code")
    except CodeExpired:
        sent = await _send_code(address, tracker)
        return {"ask_variant": "code_expired", **sent}
    except CodeLocked as error:
        wait = minutes(error.retry_after)
        return {
            **SupportForm.wrong("code", "code_locked"),
            "challenge_id": None,
            "wait_minutes": wait,
        }
    except InvalidInput:
        return SupportForm.wrong("code", "invalid_code")
    dispatcher.utter_message(response="utter_verified", first_name=customer.first_name)
    return proven(customer)
