"""Runs simulated customers against a running installation."""

from __future__ import annotations

import asyncio
import random
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx

from tests.simulation.customer import Customer
from tests.simulation.drawing import goals
from tests.simulation.goals import Goal
from tests.simulation.judge import Verdict, judge
from tests.simulation.line import Inbox, Line
from tests.support.frontdesk import Frontdesk

# More turns than any goal needs; who gets no further by then has given up.
MOST_TURNS = 25
# Conversations at the same time.
TOGETHER = 8
# Goals between two resets of the shop: no more, so that there are customers for every kind.
BATCH = 100
_addresses = count(1)


@dataclass
class Result:
    """How one goal went.

    Attributes:
        goal: what was wanted.
        verdict: what became of it.
        handed_over: whether a person has it now.
        turns: how often the customer spoke.
        lines: everything that was said, the customer's with `> ` in front.
        differs: the verdicts of the repetitions that came out otherwise.
    """

    goal: Goal
    verdict: Verdict
    handed_over: bool
    turns: int = 0
    lines: list[str] = field(default_factory=list)
    differs: list[Verdict] = field(default_factory=list)


async def simulate(frontdesk: Frontdesk, wanted: int, seed: int, repeats: int = 1) -> list[Result]:
    """Runs so many goals; the shop is put back as it was seeded whenever its customers are used up.

    Args:
        frontdesk: the installation, its shop as it was seeded.
        wanted: how many goals.
        seed: of all that is drawn.
        repeats: how often each goal is run, with the same words where the same is asked.
    """
    results: list[Result] = []
    rng = random.Random(seed)
    frontdesk.shop.reset()
    database = frontdesk.shop.folder / "shop.db"
    while len(results) < wanted:
        frontdesk.shop.reset()
        batch = goals(database, min(BATCH, wanted - len(results)), rng)
        assert batch, "the shop has no customer with a goal"
        seeds = [rng.randrange(2**32) for _ in batch]
        first: list[Result] = []
        for turn in range(repeats):
            frontdesk.shop.reset()
            found = await _together(frontdesk, batch, seeds)
            if turn == 0:
                first = found
            for result, again in zip(first, found, strict=True):
                same = (again.verdict, again.handed_over) == (result.verdict, result.handed_over)
                result.differs += [] if same else [again.verdict]
        results += first
    return results


async def _together(frontdesk: Frontdesk, batch: list[Goal], seeds: list[int]) -> list[Result]:
    gate = asyncio.Semaphore(TOGETHER)
    limits = httpx.Limits(max_connections=None)
    with closing(Inbox(frontdesk.folder / "web.db")) as inbox:
        async with httpx.AsyncClient(
            base_url=frontdesk.chat_url, timeout=httpx.Timeout(60), limits=limits
        ) as http:
            return await asyncio.gather(
                *(
                    _one(frontdesk, Talk(http, inbox), goal, random.Random(own), gate)
                    for goal, own in zip(batch, seeds, strict=True)
                )
            )


@dataclass(frozen=True)
class Talk:
    """What conversations are held with."""

    http: httpx.AsyncClient
    inbox: Inbox


def next_address() -> str:
    """A customer's address on the net, of its own: the channel limits the sessions of each."""
    place = next(_addresses)
    return f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"


def latest_code(database: Path, contact: str) -> str:
    """The six digits of the newest one-time code that the shop sent; "000000" if it sent none."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as shop:
        row = shop.execute(
            "SELECT body FROM messages WHERE recipient = ? AND kind = 'code' ORDER BY id DESC",
            (contact,),
        ).fetchone()
    found = re.search(r"\b[0-9]{6}\b", row[0] if row else "")
    return found[0] if found else "000000"


async def _one(
    frontdesk: Frontdesk, talk: Talk, goal: Goal, rng: random.Random, gate: asyncio.Semaphore
) -> Result:
    database = frontdesk.shop.folder / "shop.db"
    async with gate:
        customer = Customer(goal, rng, lambda contact: latest_code(database, contact))
        said, heard, turns = list[str](), list[str](), 0
        async with Line.open(talk.http, talk.inbox, next_address()) as line:
            words: str | None = customer.opening()
            while words is not None and turns < MOST_TURNS:
                turns += 1
                said.append(f"> {words}")
                turn = await line.say(words)
                said += turn.texts
                heard += turn.texts
                words = customer.answer(turn.text, list(turn.buttons))
        verdict = judge(database, goal, heard)
        return Result(goal, verdict, customer.handed_over, turns, said)
