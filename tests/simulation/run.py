"""Runs simulated customers against a running installation."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count

import httpx

from tests.simulation.customer import Customer
from tests.simulation.goals import Goal, goals
from tests.simulation.judge import Verdict, judge
from tests.simulation.line import Line
from tests.support.frontdesk import Frontdesk

# More turns than any goal needs; who gets no further by then has given up.
MOST_TURNS = 25
# Conversations at the same time.
TOGETHER = 4
_addresses = count(1)


@dataclass
class Result:
    """How one goal went.

    Attributes:
        goal: what was wanted.
        verdict: what became of it.
        handed_over: whether a person has it now.
        lines: everything that was said, the customer's with `> ` in front.
    """

    goal: Goal
    verdict: Verdict
    handed_over: bool
    lines: list[str] = field(default_factory=list)


async def simulate(frontdesk: Frontdesk, wanted: int, seed: int) -> list[Result]:
    """Runs so many goals; the shop is put back as it was seeded whenever its customers are used up.

    Args:
        frontdesk: the installation, its shop as it was seeded.
        wanted: how many goals.
        seed: of all that is drawn.
    """
    results: list[Result] = []
    rng = random.Random(seed)
    frontdesk.shop.reset()
    while len(results) < wanted:
        frontdesk.shop.reset()
        database = frontdesk.shop.folder / "shop.db"
        batch = goals(database, wanted - len(results), rng)
        assert batch, "the shop has no customer with a goal"
        seeds = [rng.randrange(2**32) for _ in batch]
        gate = asyncio.Semaphore(TOGETHER)
        timeout = httpx.Timeout(60)
        async with httpx.AsyncClient(base_url=frontdesk.chat_url, timeout=timeout) as http:
            results += await asyncio.gather(
                *(
                    _one(frontdesk, http, goal, random.Random(own), gate)
                    for goal, own in zip(batch, seeds, strict=True)
                )
            )
    return results


async def _one(
    frontdesk: Frontdesk,
    http: httpx.AsyncClient,
    goal: Goal,
    rng: random.Random,
    gate: asyncio.Semaphore,
) -> Result:
    async with gate:
        customer = Customer(goal, rng, lambda: frontdesk.shop.latest_code(goal.email))
        place = next(_addresses)
        address = f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
        said = list[str]()
        async with Line.open(http, address) as line:
            words: str | None = customer.opening()
            for _ in range(MOST_TURNS):
                if words is None:
                    break
                said.append(f"> {words}")
                turn = await line.say(words)
                said += turn.texts
                words = customer.answer(turn.text, list(turn.buttons))
        verdict = judge(frontdesk.shop.folder / "shop.db", goal)
        return Result(goal, verdict, customer.handed_over, said)
