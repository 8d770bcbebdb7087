"""Checking what an action server answers: Rasa's check, without its time."""

from __future__ import annotations

import functools
from typing import Any

import jsonschema
from jsonschema.exceptions import best_match
from rasa.core.actions.action import RemoteAction


@functools.cache
def _response_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return jsonschema.validators.validator_for(schema)(schema)


# Events of whose schema nothing is left to check but what `_is_plain` does.
_PLAIN_EVENTS = ("slot", "active_loop", "followup", "pause", "reset_slots", "resume")


def _is_plain(event: Any) -> bool:
    """Whether an event is plainly one of those that most actions return."""
    if not isinstance(event, dict) or event.get("event") not in _PLAIN_EVENTS:
        return False
    if event["event"] == "slot" and not ("value" in event and isinstance(event.get("name"), str)):
        return False
    at = event.get("timestamp")
    timed = at is None or (isinstance(at, int | float) and not isinstance(at, bool))
    return timed and isinstance(event.get("metadata"), dict | None)


def _is_plainly_good(result: dict[str, Any]) -> bool:
    events, responses = result.get("events", []), result.get("responses", [])
    if not isinstance(events, list) or not isinstance(responses, list):
        return False
    told = all(isinstance(one, dict) for one in responses)
    return told and all(_is_plain(event) for event in events)


def validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Check an action's answer: plain events at a glance, others by the schema, compiled once."""
    if isinstance(result, dict) and _is_plainly_good(result):
        return True
    error = best_match(_response_validator().iter_errors(result))
    if error is None:
        return True
    error.message += (
        ". Failed to validate Action server response from API, make sure your response from the "
        "Action endpoint is valid. For more information about the format visit "
        "https://rasa.com/docs/rasa/custom-actions"
    )
    raise error
