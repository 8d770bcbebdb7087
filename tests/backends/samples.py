"""Answers of a shop, and the values for them, that several tests need."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from backends.models import NewTicket, TranscriptLine

ORDER: dict[str, Any] = {
    "number": "10023",
    "state": "shipped",
    "placed_at": "2025-03-04T09:30:00Z",
    "estimated_day": "2025-03-07",
    "delay_reason": None,
    "items": [
        {
            "id": "i1",
            "product": "Wool blanket",
            "variant": "grey",
            "quantity": 2,
            "price": {"amount": 4950, "currency": "EUR"},
            "status": "shipped",
        }
    ],
    "shipments": [
        {
            "id": "s1",
            "carrier": "Postbote",
            "tracking_number": "PB123",
            "tracking_url": "https://carrier.example/PB123",
            "status": "in_transit",
            "shipped_at": "2025-03-05T07:00:00.5Z",
            "estimated_day": "2025-03-07",
            "delivered_at": None,
            "item_ids": ["i1"],
        }
    ],
    "payments": [
        {
            "method": "card ending in 4242",
            "status": "paid",
            "amount": {"amount": 9900, "currency": "EUR"},
            "refunded": {"amount": 0, "currency": "EUR"},
        }
    ],
    "total": {"amount": 9900, "currency": "EUR"},
    "refund": None,
    "refund_expected_by": None,
    "cancelled_at": None,
    "cancel_reason": None,
    "returned_at": None,
}

CUSTOMER: dict[str, Any] = {
    "id": "c-1",
    "first_name": "Anna",
    "last_name": "Berg",
    "email": "anna.berg@example.com",
    "phone": "+4940123456",
    "region": "DE",
    "vip": False,
}

CHALLENGE: dict[str, Any] = {
    "id": "ch-1",
    "sent_to_hint": "a***@example.com",
    "expires_at": "2025-03-04T09:40:00Z",
}

TICKET: dict[str, Any] = {
    "id": "t-1",
    "number": "T-100123",
    "status": "open",
    "created_at": "2025-03-04T09:30:00Z",
    "answer_by": "2025-03-04T17:00:00Z",
}

NOON = datetime(2025, 3, 4, 12, 0, tzinfo=timezone.utc)


def new_ticket(**changes: Any) -> NewTicket:
    """A ticket to be opened, with `changes`."""
    values: dict[str, Any] = {
        "reason": "customer_asked",
        "summary": "Wants to know why order 10031 is late.",
        "channel": "web",
        "conversation_id": "conversation-1",
        "transcript": (
            TranscriptLine("customer", "where is my parcel 📦", NOON),
            TranscriptLine("assistant", "Let me look.", NOON),
        ),
        "slots": {"order_number": "10031"},
        "customer_id": None,
        "contact": "anna.berg@example.com",
        "priority": "normal",
    }
    return NewTicket(**(values | changes))
