"""Asking for a person, and leaving the queue, whatever the desk says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import people
from actions.people import ActionBackToAssistant, queue, request_for, stop_waiting
from backends.desk import HandoffAnswer, HandoffRequest, Left
from backends.errors import BackendUnavailable
from tests.actions.support import slot_values, tracker


@dataclass
class StandIn:
    """A desk that gives one answer; None stands for one that is away."""

    answer: HandoffAnswer | None = None
    left: Left | None = None
    asked: list[HandoffRequest] = field(default_factory=list)

    async def request(self, wanted: HandoffRequest) -> HandoffAnswer:
        self.asked.append(wanted)
        if self.answer is None:
            raise BackendUnavailable("away", code="unreachable")
        return self.answer

    async def leave(self, conversation_id: str, to: str) -> Left:
        if self.left is None:
            raise BackendUnavailable("away", code="unreachable")
        return self.left


def use(monkeypatch: pytest.MonkeyPatch, desk: StandIn | None) -> None:
    monkeypatch.setattr(people, "backends", lambda: SimpleNamespace(desk=desk))


def queued(place: int = 1, wait: int | None = None) -> HandoffAnswer:
    return HandoffAnswer("queued", place, wait, None)


WANTED = request_for(tracker(task="track_order"), "customer_asked", "In short.", "normal")


@pytest.mark.parametrize(
    ("place", "wait", "words"),
    [
        (1, None, "You're next."),
        (3, None, "You're number 3 in the queue."),
        (2, 40, "You're number 2 in the queue. It usually takes about a minute."),
        (1, 200, "You're next. It usually takes about 3 minutes."),
    ],
)
async def test_the_customer_is_told_the_place_and_the_honest_wait(
    place: int, wait: int | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, StandIn(queued(place, wait)))
    said = CollectingDispatcher()
    slots = slot_values(await queue(WANTED, said) or [])
    assert slots == {
        "handoff_status": "queued",
        "handoff_request": None,
        "next_step": "done",
        "handoff_task": "track_order",
    }
    (message,) = said.messages
    assert message["wait"] == words
    assert message["buttons"] == [people.BACK]


@pytest.mark.parametrize(
    "desk",
    [None, StandIn(), StandIn(HandoffAnswer("closed", 0, None, datetime(2026, 1, 1)))],
    ids=["none", "away", "closed"],
)
async def test_without_anybody_there_it_is_a_ticket(
    desk: StandIn | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, desk)
    said = CollectingDispatcher()
    assert await queue(WANTED, said) is None
    assert said.messages == []
    later = slot_values(people.left_for_later(WANTED, "T-1"))
    if desk is None:
        assert later == {}
    else:
        kept: dict[str, Any] = later["handoff_request"]
        assert (kept["key"], kept["ticket"]) == (WANTED.key, "T-1")


async def test_back_with_the_assistant_what_was_begun_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for left in (Left(True, None, 7), None):  # also with a desk that is away: it reads the slots
        use(monkeypatch, StandIn(left=left))
        said = CollectingDispatcher()
        waiting = tracker(handoff_status="queued", handoff_task="track_order")
        events = await ActionBackToAssistant().run(said, waiting, {})
        slots = slot_values(events)
        assert slots["handoff_status"] is None
        assert slots.get("handoff_left") == (left and left.handoff)
        assert events[0]["event"] == "resume"
        assert said.messages[0]["response"] == "utter_back_with_assistant"
        assert said.messages[0]["buttons"][0]["payload"] == "/track_order"


async def test_back_from_nowhere_changes_nothing() -> None:
    said = CollectingDispatcher()
    events = await ActionBackToAssistant().run(said, tracker(handoff_status="ticket"), {})
    assert slot_values(events) == {"next_step": "done"}
    assert said.messages[0]["response"] == "utter_with_assistant"


@pytest.mark.parametrize(
    ("left", "slots"),
    [
        (Left(True, None, 7), {"handoff_left": 7}),
        (Left(False, None), {}),  # the desk's clock has ended it
        (Left(False, "assigned"), None),  # somebody came
        (None, {}),
    ],
)
async def test_a_ticket_takes_the_place_of_waiting(
    left: Left | None, slots: dict[str, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, StandIn(left=left))
    events = await stop_waiting(tracker(handoff_status="queued"))
    assert (None if events is None else slot_values(events)) == slots
