"""Who a customer is proven to be: how, for what it will do, and until when."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Literal

from rasa_sdk import Tracker

from actions.shop import policy
from backends.change_models import ChangeKind
from backends.models import Customer
from backends.policy import CODE, NAME_AND_POSTCODE, Proof

# What a task needs: an order's number and a proof, or a customer; a customer; one who is proven by
# code, whatever else the policy accepts; only an e-mail address.
Need = Literal["order", "customer", "code", "email"]

# `code` slot: the form's answer that the customer is proven; never the code itself.
VERIFIED = "verified"
# In place of the e-mail address of a customer who did not tell it.
ON_FILE = "the address on your account"


def is_verified(tracker: Tracker) -> bool:
    """Whether the customer proved who they are, in any way, lately enough."""
    until = tracker.get_slot("verified_until") or 0
    return bool(tracker.get_slot("customer_id")) and until > time.time()


def is_proven_for(tracker: Tracker, need: Need | str) -> bool:
    """Whether the customer proved who they are well enough for what a task needs."""
    return is_verified(tracker) and (need != "code" or proof_of(tracker) == CODE)


def proof_of(tracker: Tracker) -> str:
    """What proved a verified customer, in the policy's words."""
    return str(tracker.get_slot("proven_by") or CODE)


def need_of(kinds: Iterable[ChangeKind | None]) -> Need:
    """What changes need of these kinds, one of which will be made; None for one not known yet."""
    identity = policy().identity
    by_code = [kind is not None and not identity.settles(NAME_AND_POSTCODE, kind) for kind in kinds]
    # where every customer is proven by code there is nothing to tell apart
    apart = NAME_AND_POSTCODE in identity.proofs
    return "code" if apart and by_code and all(by_code) else "customer"


def proven(customer: Customer) -> dict[str, Any]:
    """The slots of a customer who has just proven an e-mail address."""
    return {**_known(customer, CODE), "code": VERIFIED, "email": customer.email}


def proven_by_name(customer: Customer) -> dict[str, Any]:
    """The slots of a customer whose name and postcode fit.

    The address on file is not among them: whoever knows a name does not know it for that.
    """
    return {**_known(customer, NAME_AND_POSTCODE), "email": None}


def _known(customer: Customer, proof: Proof) -> dict[str, Any]:
    return {
        "challenge_id": None,
        "customer_id": customer.id,
        "first_name": customer.first_name,
        "region": customer.region,
        "proven_by": proof,
        "verified_until": time.time() + policy().identity.valid_minutes * 60,
    }


def forget_identity() -> dict[str, Any]:
    """The slots of nobody in particular."""
    return {
        "customer_id": None,
        "first_name": None,
        "region": None,
        "proven_by": None,
        "verified_until": None,
        "code": None,
        "challenge_id": None,
    }
