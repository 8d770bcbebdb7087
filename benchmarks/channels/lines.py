"""A channel with a provider's server in front: how a message is delivered, forged and answered."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from tests.channels.server import ChannelServer

SEAL = "a secret for one-time codes, in benchmarks only"
RATE = "1000000/minute"

Self = TypeVar("Self", bound="Line")


class Line(ABC):
    """One channel's server process, and the provider that delivers to it.

    Attributes:
        NAME: the channel's name.
        CHANNEL: its class.
        FORGERIES: the ways in which a delivery can be forged, by name.
    """

    NAME: ClassVar[str]
    CHANNEL: ClassVar[str]
    FORGERIES: ClassVar[tuple[str, ...]]

    def __init__(self, folder: Path, workers: int = 1, redis_url: str = ""):
        """Name it; nothing runs before the block is entered.

        Args:
            folder: everything the server writes.
            workers: processes that share its port.
            redis_url: by which they work together.
        """
        self.folder = folder
        self.workers = workers
        self.redis_url = redis_url
        self.stack = AsyncExitStack()
        self.server: ChannelServer

    async def __aenter__(self: Self) -> Self:
        common = {
            "seal_secret": SEAL,
            "database": f"sqlite:///{self.folder}/{self.NAME}.db",
            "rate": RATE,
        }
        settings = common | dict(await self.open())
        self.server = ChannelServer(
            self.folder, {self.CHANNEL: settings}, workers=self.workers, redis_url=self.redis_url
        )
        await asyncio.to_thread(self.server.start)
        self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.server.stop)
        await self.stack.aclose()

    @abstractmethod
    async def open(self) -> Mapping[str, Any]:
        """Start the provider; return the channel's settings."""

    @abstractmethod
    def connect(self) -> None:
        """Tell the provider where the server is, once it runs."""

    @abstractmethod
    async def begin(self, customers: range) -> None:
        """Let customers come who have not written yet."""

    @abstractmethod
    def letter(self, customer: int, text: str) -> Any:
        """Make a delivery: repeating it is what the provider does when it tries again."""

    @abstractmethod
    async def post(self, letter: Any, retry: int = 0) -> int:
        """Deliver; return the answer's status.

        Raises:
            httpx.TransportError: the server is not there.
        """

    @abstractmethod
    async def forge(self, letter: Any, way: str) -> int:
        """Deliver as a stranger would, in one of `FORGERIES`; return the answer's status."""

    @abstractmethod
    def answers(self, customer: int) -> list[str]:
        """Return what a customer was answered until now, oldest first."""
