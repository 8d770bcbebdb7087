from __future__ import annotations

import json
import random
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from components.action_calls import caller, to_json
from tests.support.any_events import DOMAIN, anything, message

ACTION = RemoteAction(
    "action_c", EndpointConfig("http://127.0.0.1:1", enable_selective_domain=True)
)


def rasas(action: RemoteAction, tracker: Any, domain: Any) -> dict[str, Any]:
    """Rasa's own, whether or not this process has changed it."""
    made: dict[str, Any] = {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": tracker.current_state("ALL"),
        "version": "3",
    }
    return made


class Whole:
    """A conversation as Rasa's own code reads it."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        self.sender_id = tracker.sender_id
        self._tracker = tracker

    def current_state(self, _verbosity: object) -> dict[str, Any]:
        events = [event.as_dict() for event in self._tracker.events]
        return {**self._tracker.current_state(), "events": events}


def test_a_call_says_what_rasas_own_says_at_any_moment() -> None:
    dice = random.Random(5)
    ours = caller(rasas)
    for _ in range(10):
        tracker = DialogueStateTracker("c", DOMAIN.slots)
        for _ in range(50):
            tracker.update(anything(dice))
            if dice.random() < 0.3:
                told = json.loads(to_json(ours(ACTION, tracker, DOMAIN)))
                assert told == json.loads(json.dumps(rasas(ACTION, Whole(tracker), DOMAIN)))


def test_an_event_before_the_last_message_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Event] = []
    as_dict = UserUttered.as_dict

    def spy(self: UserUttered) -> dict[str, Any]:
        written.append(self)
        return as_dict(self)

    monkeypatch.setattr(UserUttered, "as_dict", spy)
    dice = random.Random(5)
    tracker = DialogueStateTracker("c", DOMAIN.slots)
    for _ in range(3):
        tracker.update(message(dice))
    ours = caller(rasas)
    for _ in range(4):
        ours(ACTION, tracker, DOMAIN)
    first, second, last = tracker.events
    assert [written.count(one) for one in (first, second)] == [1, 1] or first == second
    assert len(written) == 2 + 4
    # of the turn that is under way something may still change
    last.parse_data["entities"] = [{"entity": "size", "value": "xl"}]
    told = json.loads(to_json(ours(ACTION, tracker, DOMAIN)))
    assert told["tracker"]["events"][-1]["parse_data"]["entities"][0]["value"] == "xl"


def test_calls_are_written_so_that_they_are_read_as_they_were() -> None:
    call = {"text": 'Straße 3 / \u202e"x"', "at": 1_800_000_000.123456, "none": None, "n": 10**20}
    assert json.loads(to_json(call)) == call
    assert to_json([float("inf")]) == "[Infinity]"  # as Rasa would write it


def test_what_ujson_cannot_write_is_written_with_what_was_written_before() -> None:
    tracker = DialogueStateTracker("c", DOMAIN.slots)
    for _ in range(2):
        tracker.update(UserUttered("hi", {"name": "greet", "confidence": float("inf")}))
    told = json.loads(to_json(caller(rasas)(ACTION, tracker, DOMAIN)))
    found = [event["parse_data"]["intent"]["confidence"] for event in told["tracker"]["events"]]
    assert found == [float("inf")] * 2
    with pytest.raises(TypeError, match="set is not JSON"):
        to_json({"odd": {1}, "inf": float("inf")})
