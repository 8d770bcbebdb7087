"""A few random conversations against a failing shop; `python -m tests.fuzz` holds more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.run import fuzz, installation

pytestmark = pytest.mark.bot

CONVERSATIONS, SEED = 8, 11


def test_nothing_without_a_yes_nothing_twice_and_no_leak(model_path: Path, tmp_path: Path) -> None:
    with installation(model_path, tmp_path, SEED) as (running, proxy):
        total = fuzz(running, CONVERSATIONS, SEED, together=2)
        assert sum(count for fault, count in proxy.failed.items() if fault != "none") > 0
    assert total.conversations >= CONVERSATIONS
    assert total.turns > CONVERSATIONS
    assert not total.broken, total.broken[0]
    assert not total.found.all(), "\n\n".join(total.transcripts)
