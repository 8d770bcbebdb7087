"""What the person who takes over is told at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import handoff, people
from actions.handoff import ActionHandoff
from backends.desk import HandoffAnswer, HandoffRequest
from tests.actions.support import tracker


def said(text: str) -> dict[str, Any]:
    return {"event": "user", "text": text, "timestamp": 1.0}


async def test_the_last_words_are_told_also_when_only_buttons_followed_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[HandoffRequest] = []

    async def request(wanted: HandoffRequest) -> HandoffAnswer:
        asked.append(wanted)
        return HandoffAnswer("queued", 1, None, None)

    async def events(conversation_id: str) -> list[dict[str, Any]]:
        return [said("my kettle leaks"), said("/return_item")]

    desk = SimpleNamespace(request=request)
    monkeypatch.setattr(people, "backends", lambda: SimpleNamespace(desk=desk))
    monkeypatch.setattr(handoff, "history", lambda: SimpleNamespace(events=events))
    begun = {"event": "session_started", "metadata": {"earlier_left_out": True}}
    sent = tracker([begun, said("/inform"), said("[code]")])
    await ActionHandoff().run(CollectingDispatcher(), sent, {})
    assert asked[0].summary.endswith("Last message: my kettle leaks")
