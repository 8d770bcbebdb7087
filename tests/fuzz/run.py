"""Holds conversations in several processes at once against one running product."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from tests.fuzz.failing_shop import FailingShop, failing_shop
from tests.fuzz.machine import STEPS, Count, Place, converse
from tests.support.frontdesk import Frontdesk, frontdesk

TOGETHER = 8


@contextlib.contextmanager
def installation(model: Path, folder: Path, seed: int) -> Iterator[tuple[Frontdesk, FailingShop]]:
    """The whole product, whose assistant finds the shop behind a proxy that fails at random."""
    settings = {"FRONTDESK_BACKEND_TIMEOUT": "1"}
    with (
        frontdesk(model, folder, settings) as running,
        failing_shop(running.shop.url, seed) as proxy,
    ):
        running.actions.stop()
        running.actions.environ["FRONTDESK_SHOP_URL"] = proxy.url
        running.actions.start()
        running.shop.reset()
        yield running, proxy


def fuzz(
    running: Frontdesk, conversations: int, seed: int, together: int = TOGETHER, steps: int = STEPS
) -> Count:
    """Hold conversations, `together` at a time, and add up what came of them."""
    shop = running.shop.folder
    place = Place(
        running.chat_url,
        running.folder / "web.db",
        shop / "shop.db",
        shop / "shop-as-seeded.db",
        processes=together,
        seed=seed,
        steps=steps,
    )
    places = [replace(place, process=number) for number in range(together)]
    shares = [conversations // together + (n < conversations % together) for n in range(together)]
    began = time.monotonic()
    with ProcessPoolExecutor(together, get_context("spawn")) as pool:
        counts = list(pool.map(converse, places, shares))
    total = Count(seconds=time.monotonic() - began)
    for count in counts:
        total.conversations += count.conversations
        total.turns += count.turns
        total.changes += count.changes
        total.transcripts += count.transcripts
        total.broken += count.broken
        for name in ("without_yes", "twice", "anothers"):
            getattr(total.found, name).extend(getattr(count.found, name))
    return total
