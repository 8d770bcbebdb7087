"""What is delivered: who writes what, what comes twice, what is forged, and in which order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Literal

Kind = Literal["genuine", "duplicate", "forged"]

TRACKS = 20  # that deliver at the same time
CUSTOMERS = 2 * TRACKS


@dataclass(frozen=True)
class Delivery:
    """One request of a provider to the webhook.

    Attributes:
        customer: who wrote, from 0.
        text: what; no two messages have the same words.
        kind: the first delivery of a message, a repetition of it, or one that a stranger made up.
    """

    customer: int
    text: str
    kind: Kind


# Deliveries that are made at the same moment; the next ones wait until they are acknowledged.
Step = tuple[Delivery, ...]


def plan(total: int, seed: int) -> list[list[Step]]:
    """Draw up what is delivered: a third repetitions, a tenth forged, the rest genuine.

    A track has two customers. On every other track they take turns at random, so that their
    conversations are interleaved; on the rest one follows the other. Of the repetitions every
    other one arrives at the same moment as what it repeats, the rest some time later.

    Args:
        total: how many deliveries.
        seed: decides everything that is drawn.

    Returns:
        For each of the 20 tracks its steps, in order.
    """
    chance = random.Random(seed)
    kinds: list[Kind] = [*repeat("duplicate", total // 3), *repeat("forged", total // 10)]
    kinds += repeat("genuine", total - len(kinds))
    chance.shuffle(kinds)
    return [
        _track(kinds[number::TRACKS], number, random.Random(f"{seed} {number}"))
        for number in range(TRACKS)
    ]


def _track(kinds: list[Kind], number: int, chance: random.Random) -> list[Step]:
    # Something has to be there before it can be repeated.
    first = kinds.index("genuine")
    kinds = ["genuine", *kinds[:first], *kinds[first + 1 :]]
    genuine = kinds.count("genuine")
    steps: list[Step] = []
    sent: list[Delivery] = []
    for place, kind in enumerate(kinds):
        second = chance.random() < 0.5 if number % 2 else 2 * len(sent) >= genuine
        customer = 2 * number + second
        if kind == "genuine":
            sent.append(Delivery(customer, f"message {number}.{place}", kind))
            steps.append((sent[-1],))
        elif kind == "forged":
            steps.append((Delivery(customer, f"forged {number}.{place}", kind),))
        else:
            again = steps[-1][0].kind == "genuine" and chance.random() < 0.5
            original = sent[-1] if again else chance.choice(sent)
            repeated = Delivery(original.customer, original.text, kind)
            if again:
                steps[-1] = (*steps[-1], repeated)
            else:
                steps.append((repeated,))
    return steps


def deliveries(tracks: list[list[Step]]) -> Iterator[Delivery]:
    """Give every delivery of a plan, each track's in its order."""
    for track in tracks:
        for step in track:
            yield from step


def expected(tracks: list[list[Step]]) -> dict[int, list[str]]:
    """Give the genuine messages of each customer who wrote one, in order."""
    said: dict[int, list[str]] = {}
    for delivery in deliveries(tracks):
        if delivery.kind == "genuine":
            said.setdefault(delivery.customer, []).append(delivery.text)
    return said
