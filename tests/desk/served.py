"""A desk on a port of its own with a real shop beside it, for browsers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from backends.connect import connect
from desk import conversations, handoffs, notes
from desk.app import create_app
from desk.database import now
from desk.desk import Desk
from desk.users import User
from desk.web import signing_in
from tests.desk.people import wanted
from tests.desk.web import add_people, settings_in
from tests.support.shop import RunningShop, free_port

START_WITHIN = 60.0  # s


@dataclass
class Served:
    """A running desk.

    Attributes:
        url: its address.
        desk: its operations.
        people: a user of each role, by its name.
    """

    url: str
    desk: Desk
    people: dict[str, User]


@contextmanager
def served(folder: Path, shop: RunningShop) -> Iterator[Served]:
    """Serve a desk whose Rasa does not answer, connected to a shop."""
    signing_in.forget_tries()
    environ = {"FRONTDESK_SHOP_URL": shop.url, "FRONTDESK_SHOP_TOKEN": shop.token}
    app = create_app(settings_in(folder), connect(environ))
    desk: Desk = app.state.parts.desk
    people = add_people(desk)
    port = free_port()
    config = uvicorn.Config(
        app, port=port, ws="none", log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_WITHIN
    while not server.started:
        assert thread.is_alive(), "the desk did not start"
        assert time.monotonic() < deadline, "the desk did not start in time"
        time.sleep(0.02)
    try:
        yield Served(f"http://127.0.0.1:{port}", desk, people)
    finally:
        server.should_exit = True
        thread.join(30)


def furnish(desk: Desk) -> dict[str, int]:
    """Put conversations in as they look on a working day; their handoffs' ids by name."""
    found = {}
    with desk.database.write() as connection:
        notes.save_reply(connection, "Hello", "Hello {name}, I am {agent}.")
        requests = {
            "anna": _anna(connection),
            "ben": {
                "conversation_id": "slack-ben",
                "channel": "slack",
                "reason": "frustrated",
                "summary": "The customer is frustrated with the assistant. Order 10044.",
                "skill": "orders",
                "priority": "high",
                "facts": {"order number": "10044"},
                "at": now() - 400_000,
            },
            "sms": {
                "conversation_id": "sms-1",
                "channel": "sms",
                "reason": "code_locked",
                "summary": "Verification was locked after too many wrong codes.",
                "skill": "account",
                "at": now() - 120_000,
            },
            "german": {
                "conversation_id": "tg-1",
                "channel": "telegram",
                "reason": "foreign_language",
                "summary": "The customer writes in another language. Last message: Wo bleibt "
                "meine Bestellung?",
                "language": "de",
                "at": now() - 30_000,
            },
        }
        for name, values in requests.items():
            found[name] = handoffs.request(connection, wanted(**values)).id
    return found


def _anna(connection: Any) -> dict[str, Any]:
    """Put a conversation in that was verified; return what its request for a person says."""
    start = now() / 1000 - 300
    events: list[dict[str, Any]] = [
        {
            "event": "user",
            "text": "Hi, my lamp has not come. Order 10031",
            "input_channel": "web",
            "parse_data": {
                "intent": {"name": "track_order", "confidence": 0.94},
                "entities": [{"entity": "order_number", "value": "10031"}],
            },
        },
        {"event": "action", "name": "action_order_status"},
        {"event": "slot", "name": "order_number", "value": "10031"},
        {"event": "bot", "text": "Order 10031 is delayed: the carrier has too few drivers."},
        {
            "event": "user",
            "text": "That is what you said last week. I want to talk to a person.",
            "parse_data": {"intent": {"name": "ask_for_person", "confidence": 0.98}},
        },
        {"event": "action", "name": "action_handoff"},
        {
            "event": "bot",
            "text": "A person from our team is coming. You are number 1 in the queue.",
            "data": {"buttons": [{"title": "Back to the assistant", "payload": "/back"}]},
        },
    ]
    for number, event in enumerate(events):
        more = {"sender_id": "web-anna", "timestamp": start + 12 * number, "metadata": {}}
        conversations.add(connection, {**more, **event})
    return {
        "conversation_id": "web-anna",
        "summary": "The customer asked for a person. It is about: delayed order. Order 10031.",
        "skill": "orders",
        "facts": {"first name": "Anna", "order number": "10031"},
        "customer_id": "cus_0001",
        "at": int(start * 1000) + 80_000,
    }
