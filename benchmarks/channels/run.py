"""Delivers a plan to a channel, restarts it in the middle, and judges what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.channels.lines import Line
from benchmarks.channels.plan import CUSTOMERS, TRACKS, Delivery, Step, expected

GREETING = "I am an automated assistant."
_AGAIN = 0.2  # s before a provider tries again, far sooner than real ones
_PATIENCE = 300.0  # s in which every answer has to be there
_LOOK = 0.1  # s
# The slow part: as many customers again, each of whom writes once a second meanwhile.
BACKEND_SECONDS = 10
_SLOW = range(CUSTOMERS, CUSTOMERS + TRACKS)


@dataclass
class Result:
    """What became of a plan.

    Attributes:
        deliveries: how many were made, by kind.
        tried_again: posts that met no server or a 503, and were repeated.
        wrongly_refused: genuine messages or repetitions that were refused.
        wrongly_accepted: forged ones that were not.
        missing, doubled, invented: answers.
        disordered: conversations whose answers came in another order.
        acknowledged: seconds until genuine deliveries and repetitions were.
        acknowledged_slow: the same while the dialogue takes ten seconds.
    """

    deliveries: Counter[str] = field(default_factory=Counter)
    tried_again: int = 0
    wrongly_refused: int = 0
    wrongly_accepted: int = 0
    missing: int = 0
    doubled: int = 0
    invented: int = 0
    disordered: int = 0
    acknowledged: list[float] = field(default_factory=list)
    acknowledged_slow: list[float] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """How much went wrong; 0 is what is wanted."""
        return (
            self.wrongly_refused
            + self.wrongly_accepted
            + self.missing
            + self.doubled
            + self.invented
            + self.disordered
        )

    def judge(self, wanted: Sequence[str], got: Sequence[str]) -> None:
        """Compare a conversation's answers with those that it should have."""
        should, did = Counter(wanted), Counter(got)
        self.missing += sum((should - did).values())
        self.doubled += sum(count - 1 for text, count in did.items() if text in should)
        self.invented += sum(count for text, count in did.items() if text not in should)
        first_times = list(dict.fromkeys(text for text in got if text in should))
        self.disordered += first_times != [text for text in wanted if text in did]


class Run:
    """One plan, delivered to one channel."""

    def __init__(self, line: Line, tracks: list[list[Step]], *, kill: bool):
        """Bind the parts.

        Args:
            line: the channel; its server runs.
            tracks: the plan.
            kill: restart the process by killing it, not by asking it to stop.
        """
        self._line = line
        self._tracks = tracks
        self._kill = kill
        self._letters: dict[tuple[int, str], Any] = {}
        self._forged = 0
        self._done = 0
        self._half = asyncio.Event()
        self._places = asyncio.Semaphore(TRACKS)  # requests at the same time
        self.result = Result()

    async def all(self) -> Result:
        """Deliver, restart, deliver the rest, then the slow part; judge all answers."""
        await self._line.begin(range(CUSTOMERS))
        await asyncio.gather(self._restart(), *map(self._track, self._tracks))
        wanted = {
            customer: [GREETING, *(f"echo: {text}" for text in texts)]
            for customer, texts in expected(self._tracks).items()
        }
        # Answering what came in a burst is work of its own: the slow part begins when that is done.
        await self._answered(wanted)
        wanted |= await self._slow()
        await self._answered(wanted)
        # What else might still come comes before the process ends.
        await asyncio.to_thread(self._line.server.stop)
        for customer, texts in wanted.items():
            self.result.judge(texts, self._line.answers(customer))
        return self.result

    async def _track(self, steps: list[Step]) -> None:
        for step in steps:
            await asyncio.gather(*map(self._deliver, step))
            self._done += len(step)
            if 2 * self._done >= sum(len(step) for track in self._tracks for step in track):
                self._half.set()

    async def _restart(self) -> None:
        await self._half.wait()
        server = self._line.server
        await asyncio.to_thread(server.kill if self._kill else server.stop)
        await asyncio.to_thread(server.start)

    async def _deliver(self, delivery: Delivery) -> None:
        self.result.deliveries[delivery.kind] += 1
        key = (delivery.customer, delivery.text)
        if key not in self._letters:
            self._letters[key] = self._line.letter(delivery.customer, delivery.text)
        forged = delivery.kind == "forged"
        status, seconds = await self._post(self._letters[key], forged=forged)
        accepted = status < 300
        if forged:
            # What is not genuine is told so (403; the web channel's API: 401) and nothing more.
            self.result.wrongly_accepted += accepted or status not in (401, 403)
        else:
            self.result.wrongly_refused += not accepted
            self.result.acknowledged.append(seconds)

    async def _post(self, letter: Any, *, forged: bool = False) -> tuple[int, float]:
        """Post until there is an answer, as providers do; gives it and how long it took."""
        way = self._line.FORGERIES[self._forged % len(self._line.FORGERIES)]
        self._forged += forged
        retry = 0
        while True:
            async with self._places:
                began = time.perf_counter()
                try:
                    if forged:
                        status = await self._line.forge(letter, way)
                    else:
                        status = await self._line.post(letter, retry)
                except httpx.LocalProtocolError:
                    raise  # our own mistake: it would be one for ever
                except httpx.TransportError:
                    status = 503
                seconds = time.perf_counter() - began
            if status != 503:
                return status, seconds
            retry += 1
            self.result.tried_again += 1
            await asyncio.sleep(_AGAIN)

    async def _slow(self) -> dict[int, list[str]]:
        await self._line.begin(_SLOW)
        await asyncio.gather(*map(self._impatient, _SLOW))
        self._line.server.allow("slow")
        words = [f"waited: wait slow {number}" for number in range(BACKEND_SECONDS)]
        return {customer: [GREETING, *words] for customer in _SLOW}

    async def _impatient(self, customer: int) -> None:
        """Write once a second, each at their own moment, while nothing is answered."""
        await asyncio.sleep((customer - _SLOW.start) / len(_SLOW))
        for number in range(BACKEND_SECONDS):
            began = time.perf_counter()
            letter = self._line.letter(customer, f"wait slow {number}")
            status, seconds = await self._post(letter)
            self.result.wrongly_refused += status >= 300
            self.result.acknowledged_slow.append(seconds)
            await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - began)))

    async def _answered(self, wanted: Mapping[int, list[str]]) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if all(len(self._line.answers(who)) >= len(texts) for who, texts in wanted.items()):
                return
            await asyncio.sleep(_LOOK)
