"""Whole conversations with the trained model, a real action server and a real shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dialogues.story import EVENTS, Step, play, stories
from tests.support.bot import Installation, installation

HERE = Path(__file__).parent
STORIES = list(stories(HERE))

pytestmark = pytest.mark.bot


@pytest.fixture(scope="module")
def running_bot(
    model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One action server and model for all stories of a worker."""
    with installation(model_path, tmp_path_factory.mktemp("bot")) as bot:
        bot.shop.reset()
        yield bot


@pytest.fixture
def bot(running_bot: Installation, steps: list[Step]) -> Iterator[Installation]:
    """The installation with a shop as it was seeded: no codes sent, no tickets."""
    running_bot.shop.reset()
    if not running_bot.shop.running:
        running_bot.shop.start()
    if running_bot.actions.process is None:
        running_bot.actions.start()
    yield running_bot
    if any(str(step.get("checkpoint")) in EVENTS for step in steps):
        # Its circuit may still be open, and would refuse the next story's first calls; and a ticket
        # that still waits for a shop that is down would come to the next story's shop.
        running_bot.actions.stop()
        for part in running_bot.shop.folder.glob("outbox.db*"):
            part.unlink()


@pytest.mark.parametrize(("name", "steps"), STORIES, ids=[name for name, _ in STORIES])
async def test_story(name: str, steps: list[Step], bot: Installation) -> None:
    await play(bot, steps)


def test_there_are_enough_of_them() -> None:
    assert len(STORIES) >= 40
    assert len({name for name, _ in STORIES}) == len(STORIES)
