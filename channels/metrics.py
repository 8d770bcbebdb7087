"""Counters of what channels take in and give out, in the process's Prometheus registry."""

from __future__ import annotations

from typing import Literal

from prometheus_client import Counter

Outcome = Literal["received", "refused", "duplicate", "answered", "failed"]

_MESSAGES = Counter(
    "frontdesk_channel_messages",
    "Customer messages by channel and outcome: received (accepted), refused (not accepted), "
    "duplicate (accepted before), answered (the dialogue ran), failed (the dialogue or a reply "
    "failed)",
    ["channel", "outcome"],
)


def count(channel: str, outcome: Outcome) -> None:
    """Add one message to a channel's counter.

    Args:
        channel: the channel's name, such as `web`.
        outcome: what became of the message.
    """
    _MESSAGES.labels(channel=channel, outcome=outcome).inc()
