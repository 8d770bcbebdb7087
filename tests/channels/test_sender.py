import asyncio
import logging

import pytest

from channels.provider import Undeliverable
from channels.sender import OrderedSender


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.sender._WAITS", (0.01,))


class Provider:
    """Takes items; fails as often as it is told to."""

    def __init__(self, failures: int = 0, problem: Exception | None = None):
        self.taken: list[tuple[str, str]] = []
        self.failures = failures
        self.problem = problem or OSError("secret words in an error")

    async def deliver(self, conversation: str, item: str) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise self.problem
        self.taken.append((conversation, item))


async def test_items_arrive_in_order() -> None:
    provider = Provider()
    sender = OrderedSender("test", provider.deliver)
    await asyncio.gather(*(sender.send("c", str(number)) for number in range(20)))
    assert provider.taken == [("c", str(number)) for number in range(20)]


async def test_a_failed_delivery_is_tried_again_before_the_next(caplog) -> None:
    provider = Provider(failures=2)
    sender = OrderedSender("test", provider.deliver)
    with caplog.at_level(logging.ERROR):
        await asyncio.gather(sender.send("c", "first"), sender.send("c", "second"))
    assert provider.taken == [("c", "first"), ("c", "second")]
    assert "OSError" in caplog.text
    assert "secret words" not in caplog.text


async def test_an_undeliverable_item_is_dropped_and_the_next_goes_out() -> None:
    provider = Provider(failures=1, problem=Undeliverable("nobody there"))
    sender = OrderedSender("test", provider.deliver)
    await sender.send("c", "lost")
    await sender.send("c", "found")
    assert provider.taken == [("c", "found")]


async def test_after_its_patience_it_goes_on_in_the_background() -> None:
    provider = Provider(failures=10)
    sender = OrderedSender("test", provider.deliver, patience=0.02)
    await sender.send("c", "late")
    assert provider.taken == []
    assert await sender.drain(10) == 0
    assert provider.taken == [("c", "late")]


async def test_a_dead_provider_holds_up_one_conversation_only() -> None:
    taken: list[str] = []

    async def deliver(conversation: str, item: str) -> None:
        if conversation == "dead":
            await asyncio.Event().wait()
        taken.append(item)

    sender = OrderedSender("test", deliver, patience=0.05)
    await asyncio.gather(sender.send("dead", "a"), sender.send("alive", "b"))
    assert taken == ["b"]
    assert await sender.drain(0.05) == 1
