"""What a provider has to be for our channels: the one thing to write for a new one.

`docs/channels.md` walks through it with a complete example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from channels.reply import Button, Reply

if TYPE_CHECKING:
    from sanic import Blueprint

    from channels.service import Door

Part = Mapping[str, Any]
Address = Mapping[str, Any]
Token = Callable[[Button], str]


@dataclass(frozen=True)
class Rendering:
    """A reply as one provider can show it.

    Attributes:
        parts: the provider's messages, each for one call, in the order of sending; JSON values.
        held: what is sent only when the customer asks for more, one at a time.
        cut: for designers, in plain words: what the provider cannot show, or was shortened.
        cost: for designers: what sending costs, where the provider charges by size.
    """

    parts: tuple[Part, ...]
    held: tuple[Part, ...] = ()
    cut: tuple[str, ...] = ()
    cost: str = ""


class Retry(Exception):
    """Nothing was sent, and trying again may help: no connection, a rate limit, a busy provider."""

    def __init__(self, reason: str, after: float | None = None):
        """Say why, and when.

        Args:
            reason: for the log; no customer's words.
            after: seconds the provider asks us to wait; None: our own back-off.
        """
        super().__init__(reason)
        self.after = after


class Undeliverable(Exception):
    """It was not sent, and trying again will not help."""

    def __init__(self, reason: str, *, unreachable: bool = False):
        """Say why.

        Args:
            reason: for the log; no customer's words.
            unreachable: nothing else would arrive either: the customer has blocked us.
        """
        super().__init__(reason)
        self.unreachable = unreachable


class Uncertain(Exception):
    """The request left and no answer came: it may have arrived. The message says why."""


class CannotTell(Exception):
    """The provider cannot say whether a part arrived."""


class Provider(Protocol):
    """One provider, with its own client library. Subclass `BaseProvider` for its defaults."""

    name: str

    def routes(self, blueprint: Blueprint, door: Door) -> None:
        """Add the provider's webhooks.

        Args:
            blueprint: served below `/webhooks/<name>`.
            door: where verified messages go in.
        """

    async def open(self, door: Door) -> None:
        """Make the client; called before the server takes requests.

        Args:
            door: where verified messages go in.
        """

    async def quiet(self) -> None:
        """Take nothing more in; called when the server begins to stop."""

    async def close(self) -> None:
        """Let the client go; called when all is sent."""

    def render(self, address: Address, reply: Reply, token: Token) -> Rendering:
        """Turn a reply into what the provider can show.

        Args:
            address: to whom.
            reply: what is said.
            token: gives the token (at most 22 characters of A-Z a-z 0-9 _ -) of a choice.
        """

    async def deliver(self, address: Address, part: Part, key: str) -> str:
        """Send one part.

        Args:
            address: to whom.
            part: from `render`.
            key: the same for every try of this part, and of no other.

        Returns:
            The provider's id of the message.

        Raises:
            Retry: nothing was sent; try again.
            Undeliverable: nothing was sent; do not try again.
            Uncertain: it may have been sent; ask `find`. So does any other exception.
        """

    async def find(self, address: Address, part: Part, key: str, since: datetime) -> str | None:
        """Find out whether a part arrived after all.

        Args:
            address: to whom.
            part: from `render`.
            key: as given to `deliver`.
            since: when sending began (aware, UTC).

        Returns:
            The provider's id of the message, or None when it surely did not arrive.

        Raises:
            CannotTell: the provider has no answer to that.
        """

    async def typing(self, address: Address) -> None:
        """Show that an answer is being made; called every few seconds meanwhile.

        Args:
            address: to whom.
        """


class BaseProvider:
    """A provider's methods that need not be written."""

    async def open(self, door: Door) -> None:
        """Need nothing."""

    async def quiet(self) -> None:
        """Have nothing that takes messages in apart from the webhooks."""

    async def close(self) -> None:
        """Hold nothing."""

    async def find(self, address: Address, part: Part, key: str, since: datetime) -> str | None:
        """Not know."""
        raise CannotTell

    async def typing(self, address: Address) -> None:
        """Show nothing."""
