"""What customers pay with: a card for everybody, PayPal or a gift card for some."""

from __future__ import annotations

import random
import string
from typing import Any

from backends.demo.catalogue import CARDS
from backends.demo.people import ANNA, CARLA, DORA, EVAN, Person

# What the gift cards of the fixed customers still hold, in minor units.
GIFT_CARDS = {ANNA: 1500, CARLA: 10000, DORA: 5000, EVAN: 2000}


def methods_of(person: Person) -> list[dict[str, Any]]:
    """The rows of a customer's payment methods; the first is what they usually pay with.

    Args:
        person: the customer; the same one always has the same.
    """
    rng = random.Random(f"methods {person.id}")  # noqa: S311
    found: list[tuple[str, str, int | None]] = [("card", rng.choice(CARDS), None)]
    if person is DORA or rng.random() < 0.4:
        found.append(("paypal", "PayPal", None))
    if rng.random() < 0.2 and person not in GIFT_CARDS:
        found.append(("bank_transfer", "bank transfer", None))
    balance = GIFT_CARDS.get(person)
    if balance is not None or rng.random() < 0.2:
        code = "".join(rng.choices(string.ascii_uppercase + string.digits, k=4))
        held = rng.randrange(500, 12_000, 500) if balance is None else balance
        found.append(("gift_card", f"gift card ending in {code}", held))
    return [
        {
            "id": f"{person.id.replace('cus', 'pay')}_{number}",
            "customer_id": person.id,
            "kind": kind,
            "label": label,
            "balance": balance,
        }
        for number, (kind, label, balance) in enumerate(found, start=1)
    ]
