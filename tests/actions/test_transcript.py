"""The transcript that a person who takes over reads."""

from actions.transcript import MAX_LINES, shown_slots, transcript
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
