"""What a customer sees of a reply, whatever the provider."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShownReply:
    """One message as it looks to the customer.

    Attributes:
        text: its words.
        buttons: the titles of what can be pressed or picked, in order.
    """

    text: str
    buttons: tuple[str, ...] = ()
