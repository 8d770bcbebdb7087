"""A verified customer's conversation about changes, without Rasa."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.changes.form import ActionAskChange, ValidateChangeForm
from actions.changes.make import ActionMakeChange
from actions.changes.profile.task import ActionChangeProfile
from actions.changes.starts import (
    ActionCancelOrder,
    ActionChangeOrder,
    ActionReorder,
    ActionReturnItem,
)
from actions.reading import Message
from tests.actions.support import slot_values, tracker

STARTS: dict[str, Any] = {
    "cancel_order": ActionCancelOrder(),
    "change_order": ActionChangeOrder(),
    "return_item": ActionReturnItem(),
    "reorder": ActionReorder(),
    "change_profile": ActionChangeProfile(),
}
DORA = ("cus_0004", "DE")
EVAN = ("cus_0005", "US")


@dataclass
class Talk:
    """A verified customer's conversation with the actions, in the order in which rules run them."""

    customer: str
    region: str
    slots: dict[str, Any] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    # how many messages there were; each has an id of its own
    turn: int = 0

    async def start(self, task: str, number: str, text: str = "", intent: str = "") -> list[str]:
        """Begins a task, with an order that is known; `intent` unless it is called as the task."""
        known = {"customer_id": self.customer, "verified_until": time.time() + 600}
        self.slots = {**known, "region": self.region, "task": task, "order_number": number}
        events = [
            {"event": "user", "text": text, "parse_data": {"intent": {"name": intent or task}}},
            {"event": "action", "name": "identity_form"},
        ]
        self.turn += 1
        await self._run(STARTS[task], events=events, last_action="identity_form")
        if self.slots.get("next_step") == "details":
            await self._run(ActionAskChange())
            await self._decide()
        return self.heard()

    async def say(
        self, text: str, intent: str = "", sent_at: float | None = None, **entities: str
    ) -> list[str]:
        """Answers the form; with `sent_at` (s since 1970) the last reply came only after it."""
        form = ValidateChangeForm()
        self.turn += 1
        self.slots["ask_variant"] = None  # as SupportForm does with each message
        found = {name: [value] for name, value in entities.items()}
        told: dict[str, Any] = {}
        events: list[dict[str, Any]] = []
        if sent_at is not None:
            told = {"sent_at": datetime.fromtimestamp(sent_at, timezone.utc).isoformat()}
            events = [{"event": "bot", "timestamp": sent_at + 0.1}]
        here = tracker(events, **self.slots)
        read = form.read("change_decision", Message(text, intent, found, told), here)
        dispatcher = CollectingDispatcher()
        raw = read.get("change_decision")
        self.slots |= await form._outcome("change_decision", raw, dispatcher, here)
        if self.slots.get("change_decision") is None:
            await self._run(ActionAskChange())
        await self._decide()
        return self.heard()

    async def _decide(self) -> None:
        if self.slots.get("change_decision") is not None:
            await self._run(ActionMakeChange())

    async def _run(self, action: Any, **parts: Any) -> None:
        dispatcher = CollectingDispatcher()
        here = tracker(latest={"message_id": str(self.turn)}, **parts, **self.slots)
        events = await action.run(dispatcher, here, {})
        self.said += dispatcher.messages
        self.slots |= slot_values(events)

    def heard(self) -> list[str]:
        """The names of the responses since the last look."""
        names = [str(message.get("response")) for message in self.said]
        self.last, self.said = self.said, []
        return names

    @property
    def unchecked(self) -> bool:
        """Whether the last reply was in the words for an answer that could not be checked."""
        return self.slots.get("ask_variant") == "backend_unavailable"

    def words(self, name: str) -> str:
        """What the last reply filled in for a word in braces."""
        return str(self.last[-1].get(name))
