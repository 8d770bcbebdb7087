"""A provider's channel as Rasa sees it: in `credentials.yml`, and off until its secrets are set."""

from __future__ import annotations

import logging
import time
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, TypeVar

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.metrics import acknowledged
from channels.provider import Provider
from channels.service import Door
from channels.settings import ProviderSettings, checked_values, given_values, seal_secret
from channels.store import Tables
from channels.verify import unavailable
from channels.workers import describe

logger = logging.getLogger(__name__)

Self = TypeVar("Self", bound="ProviderChannel")


class ProviderChannel(InputChannel):
    """Base of the channels that go through a provider.

    Attributes:
        NAME: the last part of the channel's address, and Rasa's `input_channel`.
        SECRETS: by name in `credentials.yml`, the setting each comes from. Without all of them
            the channel is not served.
        OPTIONS: further names in `credentials.yml`, with their defaults.
        TABLES: declares tables of the provider's own in the channel's database.
    """

    NAME: ClassVar[str]
    SECRETS: ClassVar[Mapping[str, str]]
    OPTIONS: ClassVar[Mapping[str, str]] = {}
    TABLES: ClassVar[Tables | None] = None

    @classmethod
    @abstractmethod
    def make(cls, secrets: Mapping[str, str], options: Mapping[str, str]) -> Provider:
        """Make the provider.

        Args:
            secrets: all of `SECRETS`, by name.
            options: all of `OPTIONS`, by name.

        Raises:
            ChannelSettingsError: one of them makes no sense; the server does not start.
        """

    def __init__(self, door: Door | None):
        """Set the channel up.

        Args:
            door: None leaves the channel off.
        """
        self.door = door

    @classmethod
    def name(cls) -> str:
        """Return the channel's name."""
        return cls.NAME

    @classmethod
    def from_credentials(cls: type[Self], credentials: Mapping[str, Any] | None) -> Self:
        """Make the channel from its block of `credentials.yml`.

        Args:
            credentials: the block.

        Returns:
            The channel; off when a secret is not set.

        Raises:
            ChannelSettingsError: a setting is wrong; the server does not start.
        """
        common = list(ProviderSettings.__dataclass_fields__)
        given = given_values(cls.NAME, credentials, [*cls.SECRETS, *cls.OPTIONS, *common])
        secrets = {name: str(given.pop(name, "")) for name in cls.SECRETS}
        options = {name: str(given.pop(name, default)) for name, default in cls.OPTIONS.items()}
        missing = [cls.SECRETS[name] for name, secret in secrets.items() if not secret]
        if missing:
            # With some of its secrets somebody meant to have it served, and has to hear of it.
            level = logging.INFO if len(missing) == len(secrets) else logging.WARNING
            logger.log(
                level,
                "%s: the channel is off, because %s is not set (.env.example explains it).",
                cls.NAME,
                " and ".join(missing),
            )
            return cls(None)
        seal = seal_secret(cls.NAME, given.pop("seal_secret", ""))
        given.setdefault("database", f"sqlite:///var/{cls.NAME}.db")
        settings = ProviderSettings(
            seal_secret=seal, **checked_values(cls.NAME, ProviderSettings, given)
        )
        return cls(Door(cls.make(secrets, options), settings, cls.TABLES))

    def get_output_channel(self) -> OutputChannel | None:
        """Return the way to customers outside a turn (Rasa's `output_channel=latest`)."""
        return None if self.door is None else self.door.output()

    async def show_typing(self, conversation_id: str, name: str) -> None:
        """See `channels.typing_route.ShowsTyping`; providers show no name with it."""
        if self.door is not None:
            await self.door.show_typing(conversation_id)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the provider's routes and what happens at start and stop.

        Args:
            on_new_message: has Rasa's agent handle a message.
        """
        blueprint = Blueprint(f"frontdesk_{self.NAME}")
        door = self.door
        if door is None:
            return blueprint  # every address below it is 404
        door.provider.routes(blueprint, door)

        @blueprint.middleware("request")
        async def arrived(request: Request) -> HTTPResponse | None:
            request.ctx.arrived = time.monotonic()
            return None if door.ready else unavailable()

        @blueprint.middleware("response")
        async def leaves(request: Request, _response: HTTPResponse) -> None:
            acknowledged(door.name, time.monotonic() - request.ctx.arrived)

        @blueprint.exception(Exception)
        async def failed(_request: Request, problem: Exception) -> HTTPResponse:
            if isinstance(problem, SanicException):
                return HTTPResponse(status=problem.status_code)
            logger.error("%s: a delivery failed.\n%s", door.name, describe(problem))
            return unavailable()

        @blueprint.listener("before_server_start")
        async def start(app: Sanic, _loop: Any) -> None:
            await door.start(app, on_new_message)

        @blueprint.listener("before_server_stop")
        async def stop(_app: Sanic, _loop: Any) -> None:
            await door.stop()

        @blueprint.listener("after_server_stop")
        async def close(_app: Sanic, _loop: Any) -> None:
            await door.close()

        return blueprint
