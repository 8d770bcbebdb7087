"""Several wishes in one message: the first is done, the others wait."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.wish_splitter import WishCollector, WishSplitter

CONTEXT = ExecutionContext(GraphSchema({}), node_name="wishes")
SPLITTER = WishSplitter.create({}, None, None, CONTEXT)
COLLECTOR = WishCollector.create({}, None, None, CONTEXT)


def number(value: str) -> dict[str, Any]:
    return {"entity": "order_number", "value": value, "text": value, "start": 0, "end": 5}


# What a classifier and an extractor would make of the texts below.
KNOWN: dict[str, tuple[str, float, list[dict[str, Any]]]] = {
    "cancel 10023": ("cancel_order", 0.9, [number("10023")]),
    "where is 10031": ("track_order", 0.9, [number("10031")]),
    "where is 10023": ("track_order", 0.9, [number("10023")]),
    "I forgot my password": ("reset_password", 0.9, []),
    "I can't log in": ("login_problem", 0.9, []),
    "thanks a lot": ("thank", 0.9, []),
    "I need a person": ("talk_to_person", 0.9, []),
    "can you florp it": ("reset_password", 0.3, []),
    "my password is [password], where is 10023": ("reset_password", 0.4, [number("10023")]),
    "where is 10023, thanks a lot": ("track_order", 0.8, [number("10023")]),
    "it arrived broken": ("delivery_problem", 0.9, []),
    "where are 10023 and 10031": ("track_order", 0.9, [number("10023"), number("10031")]),
    "where is 10023, no, 10031": ("track_order", 0.9, [number("10023"), number("10031")]),
    "reset 10023 and 10031": ("reset_password", 0.9, [number("10023"), number("10031")]),
}


def understand(text: Any) -> Message:
    """Runs both components, and between them what stands for the rest of the pipeline."""
    messages = SPLITTER.process([Message({TEXT: text})])
    for message in messages:
        intent, confidence, found = KNOWN.get(message.get(TEXT), ("nlu_fallback", 0.5, []))
        message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
        message.set(ENTITIES, list(found), add_to_output=True)
    (message,) = COLLECTOR.process(messages)
    return message


def waiting(message: Message) -> list[tuple[str, dict[str, Any]]]:
    held = [e["value"] for e in message.get(ENTITIES) if e["entity"] == "pending_wishes"]
    return [(wish["intent"], wish["entities"]) for wish in held[0]] if held else []


def test_the_first_wish_is_the_message_and_the_second_waits() -> None:
    message = understand("cancel 10023 and where is 10031?")
    assert message.get(TEXT) == "cancel 10023 and where is 10031?"
    assert message.get(INTENT)["name"] == "cancel_order"
    assert number("10023") in message.get(ENTITIES)
    assert number("10031") not in message.get(ENTITIES)
    assert waiting(message) == [("track_order", {"order_number": "10031"})]


def test_the_same_wish_for_two_orders() -> None:
    assert waiting(understand("where is 10023? where is 10031?")) == [
        ("track_order", {"order_number": "10031"})
    ]
    message = understand("where are 10023 and 10031")
    assert waiting(message) == [("track_order", {"order_number": "10031"})]
    assert message.get(ENTITIES)[0] == number("10023")


@pytest.mark.parametrize(
    "text",
    [
        "where is 10023, thanks a lot",
        "I can't log in. I forgot my password",
        "where is 10023? I need a person",
        "where is 10023 and can you florp it",
        "where is 10023, no, 10031",
        "reset 10023 and 10031",
        "/track_order",
        "",
        None,
    ],
)
def test_one_wish_stays_one(text: str | None) -> None:
    message = understand(text)
    assert waiting(message) == []
    if text in KNOWN:
        assert message.get(INTENT)["name"] == KNOWN[text][0]


def test_one_wish_in_talk_is_the_message_where_the_whole_is_unclear() -> None:
    message = understand("my password is [password], where is 10023")
    assert message.get(INTENT)["name"] == "track_order"
    assert message.get(ENTITIES) == [number("10023")]


def test_several_messages_keep_their_own_parts() -> None:
    texts = ["cancel 10023 and where is 10031?", "thanks a lot"]
    messages = SPLITTER.process([Message({TEXT: text}) for text in texts])
    assert [m.get(TEXT) for m in messages] == [texts[0], "cancel 10023", "where is 10031", texts[1]]
    assert [m.get(TEXT) for m in COLLECTOR.process(messages)] == texts
