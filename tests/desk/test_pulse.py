from __future__ import annotations

import asyncio
import threading

from desk.pulse import Pulse


async def test_an_open_page_hears_of_a_change_from_any_thread() -> None:
    pulse = Pulse()
    pulse.bind()
    beats = pulse.beats(60.0)
    assert (
        await beats.__anext__()
    ).change == 0  # at once, so that a page that comes back is up to date
    threading.Thread(target=pulse.beat).start()
    assert (await beats.__anext__()).change == 1
    await beats.aclose()


async def test_a_change_while_a_page_is_told_of_another_is_not_lost() -> None:
    pulse = Pulse()
    pulse.bind()
    beats = pulse.beats(60.0)
    await beats.__anext__()
    pulse.beat()
    await asyncio.sleep(0)  # it arrives before the page waits again
    assert (await beats.__anext__()).change == 1
    await beats.aclose()


async def test_only_the_conversations_own_page_hears_that_its_customer_is_typing() -> None:
    pulse = Pulse()
    pulse.bind()
    own, other = pulse.beats(60.0, "c1"), pulse.beats(60.0, "c2")
    assert not (await own.__anext__()).typing
    await other.__anext__()
    pulse.customer_types("c1")
    pulse.beat()
    assert (await own.__anext__()).typing
    assert not (await other.__anext__()).typing
    await own.aclose()
    await other.aclose()


async def test_a_quiet_desk_gives_a_sign_of_life() -> None:
    pulse = Pulse()
    pulse.bind()
    beats = pulse.beats(0.01)
    assert [(await beats.__anext__()).change for _ in range(3)] == [0, 0, 0]
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
