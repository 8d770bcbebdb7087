"""Our tracker store beside Rasa's: what is read from ours is compared with what Rasa's gives."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from components.conversation_window import EARLIER_LEFT_OUT
from components.tracker_store import ConversationStore


class Listener(EventBroker):
    """Keeps what is published until it is taken."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    @classmethod
    async def from_endpoint_config(cls, *_: Any) -> Listener:
        return cls()

    def publish(self, event: dict[str, Any]) -> None:
        self.heard.append(event)

    def take(self) -> list[Event]:
        """Everything published since the last time, as events."""
        taken, self.heard = self.heard, []
        return [Event.from_parameters(event) for event in taken]


class TwinStore(ConversationStore):
    """Stores each conversation in Rasa's SQL store too.

    `differences` names what was not the same. It is no exception: Rasa catches those of stores.
    """

    def __init__(self, domain: Domain, path: Path, turns: int):
        super().__init__(domain, str(path), Listener(), turns=turns)
        self.rasa = SQLTrackerStore(domain, db=":memory:")
        self.differences: list[str] = []
        self.cuts = 0

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        ours = await super().retrieve(sender_id)
        self.rasa.domain = self.domain
        theirs = await self.rasa.retrieve(sender_id)
        if ours is not None and theirs is not None:
            self.cuts += left_out(ours)
            self.differences += differences(ours, theirs)
        elif (ours is None) != (theirs is None):
            self.differences.append(f"{sender_id} is in one store only")
        return ours

    async def save(self, tracker: DialogueStateTracker) -> None:
        await super().save(tracker)
        await self.tell_rasa(tracker.sender_id)

    async def tell_rasa(self, sender_id: str) -> None:
        """Store in Rasa's store what was written in ours."""
        assert isinstance(self.event_broker, Listener)
        self.rasa.domain = self.domain
        theirs = await self.rasa.retrieve(sender_id) or self.rasa.init_tracker(sender_id)
        for event in self.event_broker.take():
            theirs.update(event)
        await self.rasa.save(theirs)


def left_out(tracker: DialogueStateTracker) -> bool:
    """Whether the tracker begins with a checkpoint."""
    first = tracker.events[0] if tracker.events else None
    return isinstance(first, SessionStarted) and EARLIER_LEFT_OUT in first.metadata


def state(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Everything of a tracker that dialogue, policies and actions read, without its events."""
    return {
        **tracker.current_state(),
        "loop": tracker.active_loop and dataclasses.asdict(tracker.active_loop),
        "message": tracker.latest_message and tracker.latest_message.as_dict(),
    }


def _stored(value: Any) -> Any:
    """As it is read from a database: what is remembered may still hold tuples."""
    return json.loads(json.dumps(value))


def differences(ours: DialogueStateTracker, theirs: DialogueStateTracker) -> list[str]:
    """What a tracker of our store says otherwise than the one of Rasa's."""
    one, other = _stored(state(ours)), _stored(state(theirs))
    found = [f"{key}: {one[key]!r}, not {other[key]!r}" for key in one if one[key] != other[key]]
    events = _stored([event.as_dict() for event in theirs.events])
    window = _stored([event.as_dict() for event in ours.events])
    if left_out(ours):
        messages = sum(event["event"] == "user" for event in window)
        last = next(
            place
            for place in range(len(window))
            if window[place:] == events[-len(window) + place :]
        )
        window, events = window[last:], events[-len(window) + last :]
        if sum(event["event"] == "user" for event in window) != messages:
            found.append("the window's messages are not the conversation's last ones")
    if window != events:
        found.append(f"{len(window)} events are not the last {len(events)} of the conversation")
    return found
