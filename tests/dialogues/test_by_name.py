"""Whole conversations at a shop whose policy accepts name and postcode for a proof."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.dialogues.story import EVENTS, Step, play, stories
from tests.support.bot import Conversation, Installation, installation
from tests.support.own_policy import own_policy

STORIES = list(stories(Path(__file__).parent / "by_name"))

pytestmark = pytest.mark.bot


@pytest.fixture(scope="module")
def running_bot(
    model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One action server and one shop, both with this policy, for all stories."""
    folder = tmp_path_factory.mktemp("lenient")
    policy = {"FRONTDESK_POLICY": str(own_policy(folder))}
    with installation(model_path, folder, policy, shop=policy) as bot:
        bot.shop.reset()
        yield bot


@pytest.fixture
def bot(running_bot: Installation) -> Installation:
    """The installation with a shop as it was seeded."""
    running_bot.shop.reset()
    return running_bot


@pytest.mark.parametrize(("name", "steps"), STORIES, ids=[name for name, _ in STORIES])
async def test_story(name: str, steps: list[Step], bot: Installation) -> None:
    try:
        await play(bot, steps)
    finally:
        if any(str(step.get("checkpoint")) in EVENTS for step in steps):
            EVENTS["the shop has been back for a while"](bot)


async def test_the_record_of_a_change_says_how_the_customer_was_proven(bot: Installation) -> None:
    conversation = Conversation(bot)
    for words in (
        "cancel order 10041, I ordered it by mistake",
        "Dora Lind 24103",
        "yes, cancel it",
    ):
        said = await conversation.say(words)
    assert "Done: order 10041" in " ".join(said)
    with closing(sqlite3.connect(bot.shop.folder / "shop.db")) as database:
        (made_by,) = database.execute("SELECT made_by FROM changes").fetchone()
    assert json.loads(made_by) == {
        "channel": "web",
        "conversation_id": conversation.sender,
        "proof": "name_and_postcode",
    }


async def test_no_name_closes_a_customer_for_long(bot: Installation) -> None:
    """Five wrong tries in other conversations: even the right postcode is not looked at now."""
    for postcode in ("24104", "24105", "24106", "24107", "24108"):
        stranger = Conversation(bot)
        await stranger.say("please cancel my order")
        assert "can't find you" in " ".join(await stranger.say(f"Dora Lind {postcode}"))
    dora = Conversation(bot)
    await dora.say("please cancel my order")
    said = " ".join(await dora.say("Dora Lind 24103"))
    assert "tried too often" in said
    assert "about 15 minutes" in said
