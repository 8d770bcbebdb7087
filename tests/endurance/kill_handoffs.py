"""Kills the desk, Rasa and the action server in the middle of handoffs, and counts what was lost.

Usage: ``.venv/bin/python -m tests.endurance.kill_handoffs [TIMES] [SEED]``: 50 times unless told
otherwise. In each round a customer asks for a person, an agent takes the conversation, both write
five numbered messages at once, and the agent resolves it. At a random moment of it one of the three
processes is killed and started again. At the end of the round

- every message of the customer stands at the desk once, in order;
- every message of the agent was read by the customer once, in order;
- the customer was asked for a rating once, and the assistant answers again.

It prints a line a round and a sum, and ends with status 1 if anything was lost, doubled or stuck.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import select

from desk.database import Database
from desk.schema import EVENTS
from ops.testing import model_for_tests
from tests.endurance.chat import Chat, chat
from tests.support.agent import PATIENCE, DeskAgent, desk_agent, let_in
from tests.support.frontdesk import Frontdesk, frontdesk

MESSAGES = 5
# About how long (s) a round takes without a kill: the kill falls into it.
ROUND = 8.0


@dataclass
class Sum:
    """What happened over all rounds."""

    killed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


async def persist(act: Callable[[], Awaitable[None]]) -> None:
    """Do something at the desk, again as long as the desk is away, as a browser's user would."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            await act()
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the desk did not come back"
            await asyncio.sleep(0.2)


async def talk(customer: Chat, agent: DeskAgent, name: str) -> None:
    """Have the two write to each other at once."""

    async def customer_writes() -> None:
        for number in range(MESSAGES):
            await customer.say(f"{name} customer {number}")

    async def agent_writes() -> None:
        for number in range(MESSAGES):
            text, key = f"{name} agent {number}", f"{name}-key-{number}"

            async def say(text: str = text, key: str = key) -> None:
                await agent.say(text, key)

            await persist(say)

    await asyncio.gather(customer_writes(), agent_writes())


async def play(running: Frontdesk, database: Database, agent: DeskAgent, name: str) -> list[str]:
    """Play one handoff; give what was wrong with it."""
    async with chat(running.chat_url) as customer:
        await customer.until(lambda: bool(customer.said("assistant")))
        await ask_for_a_person(customer, name)
        await persist(lambda: agent.take(f"{name} wants a person"))
        await customer.until(lambda: any("has joined" in t for t in customer.said("system")))
        await talk(customer, agent, name)
        last = f"{name} agent {MESSAGES - 1}"
        await customer.until(lambda: last in customer.said("agent"))
        await persist(lambda: agent.reads(f"{name} customer {MESSAGES - 1}"))
        await persist(agent.resolve)
        await customer.until(lambda: any("How was it?" in t for t in customer.said("assistant")))
        before = len(customer.said("assistant"))
        await customer.say("are you a bot?")
        await customer.until(lambda: len(customer.said("assistant")) > before)
        return await differences(database, customer, name)


async def ask_for_a_person(customer: Chat, name: str) -> None:
    """Ask, again where the assistant says that it could not; a ticket will do as well."""
    for number in range(20):
        before = len(customer.said("assistant"))
        await customer.say(f"{name} wants a person, please, get me a human ({number})")
        await customer.until(lambda: len(customer.said("assistant")) > before)  # noqa: B023
        answers = " ".join(customer.said("assistant")[before:])
        if "join you" in answers or "ticket" in answers or "reference is" in answers:
            return
    raise AssertionError("nobody could be asked for")


async def differences(database: Database, customer: Chat, name: str) -> list[str]:
    """Compare what both sides wrote with what the other side has."""
    wrong = []
    wanted = [f"{name} agent {number}" for number in range(MESSAGES)]
    if (got := customer.said("agent")) != wanted:
        wrong.append(f"{name}: the customer read {got}")
    asked = sum("How was it?" in text for text in customer.said("assistant"))
    if asked != 1:
        wrong.append(f"{name}: asked for a rating {asked} times")
    written = [text for text in customer.sent if " customer " in text]
    deadline = time.monotonic() + PATIENCE
    while (there := at_the_desk(database, name)) != written and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    if there != written:
        wrong.append(f"{name}: the desk has {there}")
    return wrong


def at_the_desk(database: Database, name: str) -> list[str]:
    """The customer's numbered messages, as the desk has them."""
    query = select(EVENTS.c.data).where(EVENTS.c.who == "customer").order_by(EVENTS.c.at)
    with database.read() as connection:
        texts = [str(json.loads(row[0]).get("text")) for row in connection.execute(query)]
    return [text for text in texts if text.startswith(f"{name} customer ")]


async def kill(running: Frontdesk, victim: str, delay: float) -> None:
    """Kill one process after so many seconds, and start it again."""
    server = getattr(running, victim)
    await asyncio.sleep(delay)  # the random moment itself: there is no condition to wait for
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


async def rounds(running: Frontdesk, times: int, chance: random.Random) -> Sum:
    """Play so many handoffs, with a kill in each."""
    result = Sum()
    with running.with_desk() as database:
        let_in(database, "anna", "Anna Weiss")
        async with desk_agent(running.desk_url, "anna") as agent:
            for number in range(times):
                victim = chance.choice(["desk", "rasa", "actions"])
                delay = chance.uniform(0, ROUND)
                killing = asyncio.create_task(kill(running, victim, delay))
                name = f"r{number}"
                try:
                    wrong = await play(running, database, agent, name)
                except AssertionError as problem:
                    wrong = [f"{name}: stuck: {problem}"]
                await killing
                result.killed[victim] += 1
                result.wrong += wrong
                print(
                    f"{number + 1}: {victim} after {delay:.1f} s: {wrong or 'all well'}", flush=True
                )
    return result


def main() -> int:
    """Run it; 1 if anything was lost, doubled or stuck."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    model = model_for_tests()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = stack.enter_context(frontdesk(model, folder))
        result = asyncio.run(rounds(running, times, random.Random(seed)))
    kills = ", ".join(f"{name} {count}" for name, count in sorted(result.killed.items()))
    print(f"{times} handoffs, killed: {kills}; wrong: {len(result.wrong)}")
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
