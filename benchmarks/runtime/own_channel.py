"""Frontdesk through its own web channel: sessions with a token, an inbox, streams of answers.

The same conversations as through Rasa's REST channel. A message is answered when the assistant's
first words to it are in the customer's stream. Every conversation opens a session and is greeted,
which counts in CPU and rate, but as no message.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.runtime.load import Load, load_of, worded
from benchmarks.runtime.systems import Running
from ops.testing import model_for_tests
from tests.simulation.line import Inbox, Line
from tests.support.frontdesk import frontdesk

_LOOK = 0.001  # seconds between two looks at a stream
_SECONDS = 60.0  # after which an answer does not come any more
_ADDRESSES = itertools.count(1)


def measure(senders: Sequence[int], seconds: float) -> dict[str, Any]:
    """Measure the whole product, as `make run` starts it.

    Args:
        senders: how many write at once, one number after another.
        seconds: of load for each.

    Raises:
        TimeoutError: a message was not answered.
    """
    words = worded()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        with frontdesk(model_for_tests(), Path(folder)) as product:
            started = time.monotonic() - began
            assert product.rasa.process is not None
            process = psutil.Process(product.rasa.process.pid)
            rasa = Running(product.chat_url, process, started)
            with closing(Inbox(Path(folder) / "web.db")) as inbox:
                loads = [asyncio.run(_load(rasa, inbox, n, seconds, words)) for n in senders]
            return {"MB": rasa.megabytes(), "load": [asdict(load) for load in loads]}


async def _load(
    rasa: Running, inbox: Inbox, senders: int, seconds: float, words: Iterator[tuple[str, ...]]
) -> Load:
    times: list[float] = []
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=rasa.url, timeout=_SECONDS, limits=limits, trust_env=False
    ) as http:

        async def customer() -> None:
            while time.monotonic() < end:
                address = next(_ADDRESSES)
                place = f"10.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"
                async with Line.open(http, inbox, place) as line:
                    for text in next(words):
                        times.append(await _answered(line, text))

        end = time.monotonic() + seconds
        cpu, began = rasa.cpu(), time.monotonic()
        await asyncio.gather(*(customer() for _ in range(senders)))
        took = time.monotonic() - began
    return load_of(senders, times, took, rasa.cpu() - cpu)


async def _answered(line: Line, text: str) -> float:
    """Say something; give milliseconds until the first words of the answer were there."""
    read, began = len(line.frames), time.perf_counter()
    await line.send({"text": text})
    while not any(frame["from"] != "customer" for frame in line.frames[read:]):
        if time.perf_counter() - began > _SECONDS:
            raise TimeoutError(f"no answer to {text!r}")
        await asyncio.sleep(_LOOK)
    found = (time.perf_counter() - began) * 1000
    await line.hear()  # the rest of it
    return found
