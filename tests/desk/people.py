"""Users, requests and events that the desk's tests have in common."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy.engine import Connection

from desk.handoffs import Request
from desk.schema import USERS

_numbers = itertools.count(1)


def add_user(connection: Connection, name: str = "Anna", role: str = "agent") -> int:
    """Puts in a user who cannot sign in; returns the id."""
    row = {
        "login": f"{name.lower()}{next(_numbers)}@example.com",
        "name": name,
        "role": role,
        "password_hash": "-",
        "active": True,
        "created_at": 0,
    }
    return int(connection.execute(USERS.insert().values(row)).inserted_primary_key[0])


def wanted(conversation_id: str = "c1", **more: Any) -> Request:
    """A request for a person."""
    values = {
        "key": f"key-{next(_numbers)}",
        "conversation_id": conversation_id,
        "channel": "web",
        "reason": "customer_asked",
        **more,
    }
    return Request(**values)


def said(text: str, sender_id: str = "c1", at: float | None = None, **more: Any) -> dict[str, Any]:
    """A customer's message as Rasa publishes it."""
    number = next(_numbers)
    return {
        "sender_id": sender_id,
        "event": "user",
        "timestamp": 1_700_000_000.0 + number if at is None else at,
        "text": text,
        "message_id": f"m{number}",
        "input_channel": "web",
        "parse_data": {"intent": {"name": "greet", "confidence": 0.9}},
        "metadata": {},
        **more,
    }
