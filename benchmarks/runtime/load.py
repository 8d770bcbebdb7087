"""Customers who talk to a server over Rasa's REST channel, and what is measured of it."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.runtime.systems import Running
from benchmarks.runtime.words import EMAIL, GREETING, ORDER, QUESTION, THANKS, Said

# A greeting, an order with proof of identity by a real action and shop, a question, and thanks.
CONVERSATION = (GREETING, ORDER, EMAIL, QUESTION, THANKS)
# One session's messages, over and over: of CONVERSATION those that never end in a handoff.
LONG = (0, 3, 4)
LONG_SENDER = "long"
_SECONDS = 300.0
_LOOKED_AT = 10  # messages whose median is the latency at a turn


@dataclass(frozen=True)
class Load:
    """What came of some senders who wrote as fast as they were answered.

    Attributes:
        senders: how many wrote at once.
        rate: messages answered a second.
        cpu: milliseconds of the server's CPU time a message.
        p50, p95, p99: milliseconds from a message to its answer.
    """

    senders: int
    rate: float
    cpu: float
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True)
class Turns:
    """How long a message takes by the length of its session.

    Attributes:
        milliseconds: by turn, the median of the messages that end there.
        written: turns that the customer wrote; later ones were put there by Rasa's HTTP API, as
            copies of these.
    """

    milliseconds: dict[int, float]
    written: int


def worded(conversation: Sequence[Said] = CONVERSATION) -> Iterator[tuple[str, ...]]:
    """Give the conversation over and over, each time in other words."""
    return zip(*(said.variants() for said in conversation), strict=False)


async def _say(client: httpx.AsyncClient, sender: str, text: str) -> float:
    """Send a message; give milliseconds until the answer was there."""
    began = time.perf_counter()
    answer = await client.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
    answer.raise_for_status()
    if not answer.json():
        raise RuntimeError(f"no answer to {text!r}")
    return (time.perf_counter() - began) * 1000


def _client(server: Running) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, timeout=_SECONDS, trust_env=False)


async def under_load(
    server: Running, senders: int, seconds: float, conversations: Iterator[tuple[str, ...]]
) -> Load:
    """Have customers hold conversations.

    Args:
        server: answers.
        senders: how many write at once.
        seconds: for how long.
        conversations: what they say, of `worded`; one for all that a server is asked, so that
            nothing comes twice.
    """
    times: list[float] = []
    end = time.monotonic() + seconds
    async with _client(server) as client:

        async def customer(number: int) -> None:
            for round_ in itertools.count():
                for text in next(conversations):
                    if time.monotonic() > end:
                        return
                    name = f"load-{senders}-{number}-{round_}"
                    times.append(await _say(client, name, text))

        cpu, began = server.cpu(), time.monotonic()
        await asyncio.gather(*(customer(number) for number in range(senders)))
        took = time.monotonic() - began
    return load_of(senders, times, took, server.cpu() - cpu)


def load_of(senders: int, times: Sequence[float], took: float, cpu: float) -> Load:
    """Sum up.

    Args:
        senders: how many wrote at once.
        times: milliseconds from each message to its answer, two or more.
        took: seconds, for all of them.
        cpu: seconds of the server's CPU time.
    """
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Load(senders, len(times) / took, cpu * 1000 / len(times), cuts[49], cuts[94], cuts[98])


async def by_turn(
    server: Running,
    at: Sequence[int],
    seconds: float,
    conversations: Iterator[tuple[str, ...]] | None = None,
) -> Turns:
    """Have one customer write on and on in one session.

    Args:
        server: answers.
        at: after how many messages to look at the time that a message takes.
        seconds: after which nobody waits any longer: the session is then made longer without being
            talked, and only the messages that are looked at are written.
        conversations: what was said before, as for `under_load`, and goes on in these words; those
            about an order are left out.
    """
    left = ([said[place] for place in LONG] for said in conversations or worded())
    texts = itertools.chain.from_iterable(left)
    end = time.monotonic() + seconds
    times: dict[int, float] = {}
    now, written = 0, max(at)
    async with _client(server) as client:
        for turn in at:
            while now < turn:
                missing = turn - _LOOKED_AT - now
                if missing > 0 and time.monotonic() > end:
                    written = min(written, now)
                    await _lengthen(client, missing)
                    now += missing
                now += 1
                times[now] = await _say(client, LONG_SENDER, next(texts))
    found = {
        turn: statistics.median(times[n] for n in range(max(1, turn - _LOOKED_AT + 1), turn + 1))
        for turn in at
    }
    return Turns(found, written)


async def _lengthen(client: httpx.AsyncClient, turns: int) -> None:
    """Append so many turns to the session, as copies of its last ones."""
    place = f"/conversations/{LONG_SENDER}/tracker"
    tracker = (await client.get(place, params={"include_events": "AFTER_RESTART"})).json()
    events: list[dict[str, Any]] = tracker["events"]
    starts = [number for number, event in enumerate(events) if event["event"] == "user"]
    rounds = len(starts) // len(LONG) - 1  # without the first, which began the session
    copied = events[starts[-rounds * len(LONG)] :]
    copies, rest = divmod(turns, rounds * len(LONG))
    more = copied * copies + (events[starts[-rest] :] if rest else [])
    (await client.post(f"{place}/events", json=more)).raise_for_status()
