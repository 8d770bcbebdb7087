"""Simulated customers, one for each kind of goal, over HTTP: see tests/simulation."""

from __future__ import annotations

import pytest

from tests.simulation.run import simulate
from tests.support.frontdesk import Frontdesk

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope="package")]

# One of each kind of goal in tests/simulation/drawing.py.
GOALS, SEED = 27, 1
MOST_MISSED = 1


async def test_the_shop_ends_as_each_of_them_wants(frontdesk: Frontdesk) -> None:
    results = await simulate(frontdesk, GOALS, SEED)
    assert len({result.goal.kind for result in results}) == GOALS
    amiss = [result for result in results if result.verdict != "as wanted"]
    # nobody is understood always, but who is not gets a person
    to_people = [result for result in amiss if result.verdict == "missed" and result.handed_over]
    assert len(to_people) == len(amiss) <= MOST_MISSED, "\n\n".join(
        "\n".join([f"{result.verdict}: {result.goal}", *result.lines]) for result in amiss
    )
