"""What an order was paid with, in the customer's words, and which of our kinds that is."""

from __future__ import annotations

from datetime import date, datetime

from backends.change_models import PaymentKind
from backends.hours import business_day
from backends.policy import Policy

GIFT_CARD = "gift card"
PAYPAL = "PayPal"
_LAST_FOUR = "ending in"


def card(company: str | None, number: str | None) -> str:
    """A card, such as "Visa ending in 4242"; `number` is masked but for its last digits."""
    last = "".join(sign for sign in number or "" if sign.isdigit())[-4:]
    name = company or "card"
    return f"{name} {_LAST_FOUR} {last}" if last else name


def method(gateway: str, title: str | None) -> str:
    """What a payment method is called.

    Args:
        gateway: the software's name for it, such as `gift_card` or `bacs`.
        title: as customers see it, if that is known.
    """
    bare = gateway.lower().replace("-", "_")
    if "gift_card" in bare:
        return GIFT_CARD
    if "paypal" in bare or "ppcp" in bare:
        return PAYPAL
    return (title or "").strip() or "original payment method"


def payment_kind(label: str) -> PaymentKind:
    """Which of the policy's kinds a label of this module is: how long money takes to come back."""
    if label == GIFT_CARD:
        return "gift_card"
    if label == PAYPAL:
        return "paypal"
    words = label.lower()
    is_card = _LAST_FOUR in words or "card" in words
    return "card" if is_card else "bank_transfer"


def arrives(left_at: datetime, label: str, policy: Policy) -> date | None:
    """By when money that was given back should be seen; None once its days are over.

    Shop software calls a refund done when it has handed it to the bank.

    Args:
        left_at: when that was, aware.
        label: what it goes back to, of this module.
        policy: how many days that takes.
    """
    day = business_day(left_at, policy.refund_business_days[payment_kind(label)].most)
    return day if day > datetime.now(left_at.tzinfo).date() else None
