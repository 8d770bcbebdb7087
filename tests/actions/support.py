"""Trackers for action tests, without a bot."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker


def tracker(
    events: list[dict[str, Any]] | None = None,
    *,
    latest: dict[str, Any] | None = None,
    loop: str | None = None,
    last_action: str = "action_listen",
    **slots: Any,
) -> Tracker:
    """A tracker as Rasa would post it."""
    active = {"name": loop} if loop else {}
    return Tracker("c", slots, latest or {}, events or [], False, None, active, last_action)


def slot_values(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The last value of every slot that the events set."""
    return {e["name"]: e["value"] for e in events if e["event"] == "slot"}
