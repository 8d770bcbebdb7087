"""The same conversation on every channel, end to end, through each provider's real surface."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from tests.channels.conftest import LOOP, Everywhere
from tests.channels.dialogue import ANNA, Reader, track_prove_fail_and_hand_over
from tests.support.frontdesk import Frontdesk, paused

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope=LOOP)]

CHANNELS = ["web", "slack", "telegram", "sms"]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_same_conversation(everywhere: Everywhere, channel: str) -> None:
    await track_prove_fail_and_hand_over(await everywhere.on(channel), everywhere.frontdesk)


async def test_a_kill_loses_nothing_and_replies_from_elsewhere_arrive_after_it(
    everywhere: Everywhere,
) -> None:
    frontdesk = everywhere.frontdesk
    people = {channel: await everywhere.on(channel) for channel in CHANNELS}
    readers = {channel: Reader(person) for channel, person in people.items()}
    for channel, person in people.items():
        await person.say(f"where is my order 10023? I write by {channel}")
        await readers[channel].heard("which e-mail address or postcode")
    with paused(frontdesk.actions):  # no turn can end before the process does
        for person in people.values():
            await person.say(ANNA)
        await asyncio.to_thread(frontdesk.rasa.kill)
    await asyncio.to_thread(frontdesk.rasa.start)
    for channel, reader in readers.items():
        await reader.heard("is on its way with")
        answer = await everywhere.http.post(
            f"{frontdesk.rasa_url}/conversations/{conversation(frontdesk, channel)}/tracker/events",
            params={
                "output_channel": "latest",
                "execute_side_effects": "true",
                "token": frontdesk.rasa.environ["FRONTDESK_RASA_TOKEN"],
            },
            json={"event": "bot", "text": f"Ben here, also by {channel}."},
        )
        assert answer.status_code == 200, answer.text
        await reader.heard(f"Ben here, also by {channel}.")
        assert sum("is on its way with" in reply.text for reply in reader.seen) == 1


def conversation(frontdesk: Frontdesk, channel: str) -> str:
    """Which conversation is the newest of those that were begun above by a channel."""
    query = "select sender_id from events where type_name = 'user' and data like ?"
    words = f"%I write by {channel}%"
    with sqlite3.connect(frontdesk.folder / "tracker.db") as tracker:
        found = tracker.execute(f"{query} order by id desc", (words,)).fetchone()
    assert found is not None
    return str(found[0])
