"""Proof by name and postcode, where the shop's policy accepts it: the identity form's other way."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import tasks
from actions.form import SupportForm
from actions.person_words import Person, lacks_mailbox, named_order, person
from actions.proven import proven_by_name
from actions.reading import Message
from actions.shop import backends, policy
from actions.wording import minutes
from backends.errors import InvalidInput, NotFound, TooManyRequests
from backends.policy import NAME_AND_POSTCODE

# The form's slot. It is never kept: who is proven needs it no more, and who is not is asked again.
SLOT = "name_and_postcode"
# The half that was given while the other is asked for; "" for none, None while another way is gone.
HALF = "half_proof"
# Candidate for the slot that means: the customer wants this way.
_ASK = "(by name)"
# The wordings of the question for an e-mail address that name this way, by those that do not.
OR_NAME = {None: "or_name", "use_email": "use_email_or_name"}
# Where these were asked for, a bare "Dora Lind 24103" is no order's number.
_OF_EMAIL = frozenset({"email", "code"})


def is_accepted(tracker: Tracker) -> bool:
    """Whether this proof would do for what is wanted."""
    need = tracker.slots.get("identity_need")
    return need in {"order", "customer"} and NAME_AND_POSTCODE in policy().identity.proofs


def is_chosen(tracker: Tracker) -> bool:
    """Whether the customer goes this way, rather than by number or by e-mail."""
    return tracker.slots.get(HALF) is not None and is_accepted(tracker)


def read(requested: str, message: Message, tracker: Tracker) -> dict[str, Any]:
    """What a message says about it, for the form's slots; see `SupportForm.read`.

    Args:
        requested: the slot that was asked for, "" at the form's start.
        message: the customer's message.
        tracker: the conversation.
    """
    if not is_accepted(tracker):
        return {}
    of_email = requested in _OF_EMAIL
    if found := person(message, asked=requested == SLOT, bare=of_email):
        name, _, code = str(tracker.get_slot(HALF) or "").partition("\n")
        given = Person(found.name or name, found.postcode or code)
        number = named_order(message)
        return {
            SLOT: f"{given.name}\n{given.postcode}",
            **({"order_number": number} if number else {}),
        }
    may_lack = of_email or requested == "order_number"  # it offers the address, too
    lacking = may_lack and lacks_mailbox(message, address_asked=requested == "email")
    return {SLOT: _ASK} if lacking else {}


def begin(tracker: Tracker) -> list[dict[str, Any]]:
    """Forgets at the form's start which way was gone the last time; events, if it must be said."""
    if tracker.get_slot("requested_slot") or tracker.slots.get(HALF) is None:
        return []
    tracker.slots[HALF] = None
    return tasks.slots(**{HALF: None})


def way(slot: str, tracker: Tracker) -> dict[str, Any]:
    """The slots that say which way is gone, once one of the form's slots was given."""
    if slot == SLOT:
        return {HALF: "", "email": None, "challenge_id": None}
    return {HALF: None} if slot == "email" and is_chosen(tracker) else {}


def offered(asked: str | None, tracker: Tracker) -> list[dict[str, Any]]:
    """Events by which the first question for an e-mail address names this way, too."""
    variant = OR_NAME.get(tracker.slots.get("ask_variant"))
    if asked != "email" or variant is None or not is_accepted(tracker):
        return []
    return tasks.slots(ask_variant=variant)


async def check(value: str, dispatcher: CollectingDispatcher, tracker: Tracker) -> dict[str, Any]:
    """Has the shop look for the customer; see `SupportForm.check`."""
    if value == _ASK:
        return {SLOT: None, "ask_variant": "use_name"}
    name, _, code = value.partition("\n")
    if not name or not code:
        missing = "postcode_missing" if name else "name_missing"
        return {SLOT: None, HALF: value, "ask_variant": missing}
    number = tracker.slots.get("order_number") or None
    try:
        customer = await backends().crm.find(name, code, number=number)
    except TooManyRequests as error:
        wait = minutes(error.retry_after)
        return {**SupportForm.wrong(SLOT, "too_many_names"), "wait_minutes": wait}
    except (NotFound, InvalidInput):
        return SupportForm.wrong(SLOT, "customer_not_found")
    dispatcher.utter_message(response="utter_verified", first_name=customer.first_name)
    return {SLOT: None, HALF: None, **proven_by_name(customer)}
