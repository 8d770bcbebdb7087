from __future__ import annotations

import asyncio
import threading

from desk.pulse import Pulse


async def test_an_open_page_hears_of_a_change_from_any_thread() -> None:
    pulse = Pulse()
    pulse.bind()
    beats = pulse.beats(60.0)
    assert await beats.__anext__() == 0  # at once, so that a page that comes back is up to date
    threading.Thread(target=pulse.beat).start()
    assert await beats.__anext__() == 1
    await beats.aclose()


async def test_a_quiet_desk_gives_a_sign_of_life() -> None:
    pulse = Pulse()
    pulse.bind()
    beats = pulse.beats(0.01)
    assert [await beats.__anext__() for _ in range(3)] == [0, 0, 0]
    await beats.aclose()


async def test_at_the_stop_streams_end() -> None:
    pulse = Pulse()
    pulse.bind()

    async def follow() -> int:
        return len([count async for count in pulse.beats(60.0)])

    page = asyncio.create_task(follow())
    await asyncio.sleep(0)
    pulse.end()
    assert await page >= 1


def test_before_the_start_a_change_is_nothing() -> None:
    Pulse().beat()
