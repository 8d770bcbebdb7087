"""What channels take in and give out, counted in the process's Prometheus registry."""

from __future__ import annotations

from typing import Literal

from prometheus_client import Counter, Histogram

Outcome = Literal["received", "verified", "refused", "duplicate", "answered", "failed"]
Sending = Literal["sent", "retried", "failed", "uncertain"]

_MESSAGES = Counter(
    "frontdesk_channel_messages",
    "Customer messages by channel and outcome: verified (a genuine delivery), received (accepted), "
    "refused (not accepted), duplicate (accepted before), answered (the dialogue ran), failed (the "
    "dialogue or a reply failed)",
    ["channel", "outcome"],
)
_PARTS = Counter(
    "frontdesk_channel_parts",
    "Provider messages by channel and outcome: sent, retried (a try that sent nothing), failed "
    "(given up and logged), uncertain (it may have arrived and is not sent again)",
    ["channel", "outcome"],
)
_ACKNOWLEDGE = Histogram(
    "frontdesk_channel_acknowledge_seconds",
    "From a delivery's arrival to its acknowledgement",
    ["channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 15),
)
_ANSWER = Histogram(
    "frontdesk_channel_answer_seconds",
    "From a message's acceptance to the end of its dialogue turn",
    ["channel"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)


def count(channel: str, outcome: Outcome) -> None:
    """Add one message to a channel's counter.

    Args:
        channel: the channel's name, such as `web`.
        outcome: what became of the message.
    """
    _MESSAGES.labels(channel=channel, outcome=outcome).inc()


def count_part(channel: str, outcome: Sending) -> None:
    """Add one provider message to a channel's counter.

    Args:
        channel: the channel's name.
        outcome: what became of it.
    """
    _PARTS.labels(channel=channel, outcome=outcome).inc()


def acknowledged(channel: str, seconds: float) -> None:
    """Note how long a delivery waited for its acknowledgement.

    Args:
        channel: the channel's name.
        seconds: from its arrival.
    """
    _ACKNOWLEDGE.labels(channel=channel).observe(seconds)


def answered(channel: str, seconds: float) -> None:
    """Note how long a message took until the dialogue had handled it.

    Args:
        channel: the channel's name.
        seconds: from its acceptance.
    """
    count(channel, "answered")
    _ANSWER.labels(channel=channel).observe(max(0.0, seconds))
