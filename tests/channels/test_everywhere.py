"""The same conversation on every channel, end to end, through each provider's real surface."""

from __future__ import annotations

import pytest

from tests.channels.conftest import LOOP, Everywhere
from tests.channels.dialogue import track_prove_fail_and_hand_over

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope=LOOP)]

CHANNELS = ["web", "slack", "sms"]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_same_conversation(everywhere: Everywhere, channel: str) -> None:
    await track_prove_fail_and_hand_over(await everywhere.on(channel), everywhere.frontdesk)
