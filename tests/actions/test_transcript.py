"""The transcript that a person who takes over reads."""

from __future__ import annotations

from typing import Any

from actions.transcript import MAX_LINES, shown_slots, transcript, whole_events
from backends.errors import BackendUnavailable
from tests.actions.support import tracker


def user(text: str | None, **metadata: str) -> dict[str, object]:
    return {"event": "user", "text": text, "timestamp": 1.0, "metadata": metadata}


def bot(text: str | None, *titles: str) -> dict[str, object]:
    buttons = [{"title": title, "payload": "/x"} for title in titles]
    return {"event": "bot", "text": text, "timestamp": 2.0, "data": {"buttons": buttons or None}}


def lines(*events: dict[str, object]) -> list[tuple[str, str]]:
    return [(line.who, line.text) for line in transcript(tracker(list(events)))]


def test_both_sides_in_order_with_the_buttons_that_were_offered() -> None:
    assert lines(user("hello"), bot("Hi! What is it?", "Orders", "A person")) == [
        ("customer", "hello"),
        ("assistant", "Hi! What is it?\n[Orders · A person]"),
    ]


def test_a_pressed_button_is_shown_by_its_title() -> None:
    assert lines(user("/track_order", choice_title="Track an order")) == [
        ("customer", "Track an order")
    ]


def test_what_the_channel_sends_on_its_own_is_left_out() -> None:
    assert lines(user("/start_conversation"), user(None), user(""), bot(None)) == []


def test_secrets_are_masked_even_if_a_channel_let_them_through() -> None:
    ((_, text),) = lines(user("my password is hunter2"))
    assert "hunter2" not in text
    assert "[password]" in text


def test_a_very_long_conversation_keeps_its_beginning_and_its_end() -> None:
    kept = lines(*(user(f"message {n}") for n in range(MAX_LINES + 100)))
    assert len(kept) == MAX_LINES
    assert kept[0][1] == "message 0"
    assert kept[-1][1] == f"message {MAX_LINES + 99}"


def test_slots_are_shown_in_words_and_empty_ones_are_not() -> None:
    shown = shown_slots(tracker(topic="cancel_order", order_number="10023"), verified=False)
    assert shown == {
        "topic": "cancel order",
        "order number": "10023",
        "identity": "not verified",
    }


class Stored:
    """A history that holds these events, or is away."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self._events = list(events)

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        assert conversation_id == "c"
        if not self._events:
            raise BackendUnavailable("away")
        return self._events


def at(time: float, text: str) -> dict[str, Any]:
    return {"event": "user", "text": text, "timestamp": time}


CHECKPOINT = {
    "event": "session_started",
    "timestamp": 2.0,
    "metadata": {"earlier_left_out": True},
}


async def test_what_was_left_out_is_put_before_the_turn_under_way() -> None:
    sent = tracker([CHECKPOINT, at(3.0, "three"), at(4.0, "now")])
    stored = Stored(at(1.0, "one"), at(2.0, "two"), at(3.0, "three"))
    texts = [event["text"] for event in await whole_events(sent, stored)]
    assert texts == ["one", "two", "three", "now"]


async def test_a_history_that_is_away_costs_only_the_beginning() -> None:
    sent = tracker([CHECKPOINT, at(3.0, "three")])
    assert await whole_events(sent, Stored()) == sent.events


async def test_nothing_is_asked_for_when_nothing_was_left_out() -> None:
    sent = tracker([at(3.0, "three")])
    assert await whole_events(sent, Stored()) == sent.events
