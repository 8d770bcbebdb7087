"""Calls of the action server: what was said before is written as JSON once, not at each call."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic.response import json_dumps

_KEPT = "_frontdesk_json"  # attribute of an event: its JSON


class Written:
    """A value that is JSON already; ujson asks for it by this method."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __json__(self) -> str:
        return self.text


def to_json(value: Any) -> str:
    """Write a call with Sanic's JSON, which is ujson; with Python's own, if it must be."""
    try:
        return str(json_dumps(value))
    except (OverflowError, TypeError, ValueError):  # such as a number that is none
        return json.dumps(value, default=_read)


def _read(value: Any) -> Any:
    if isinstance(value, Written):
        return json.loads(value.text)
    raise TypeError(f"{type(value).__name__} is not JSON")


def caller(original: Callable[[RemoteAction, Any, Domain], dict[str, Any]]) -> Any:
    """Give `RemoteAction._action_call_format`, which is `original`, for a writer such as `to_json`.

    Nothing changes events that precede the customer's last message any more.
    """

    def _action_call_format(
        self: RemoteAction, tracker: DialogueStateTracker, domain: Domain
    ) -> dict[str, Any]:
        state = tracker.current_state()  # without events
        events = list(tracker.events)
        last = next((n for n in reversed(range(len(events))) if _is_message(events[n])), 0)
        state["events"] = [_written(one) for one in events[:last]]
        state["events"] += [one.as_dict() for one in events[last:]]
        stated = SimpleNamespace(sender_id=tracker.sender_id, current_state=lambda _all: state)
        return original(self, stated, domain)

    return _action_call_format


def _is_message(event: Event) -> bool:
    return bool(event.type_name == UserUttered.type_name)


def _written(event: Event) -> Written:
    kept: Written | None = event.__dict__.get(_KEPT)
    if kept is None:
        kept = event.__dict__[_KEPT] = Written(to_json(event.as_dict()))
    return kept
