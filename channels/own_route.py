"""Routes of Rasa's server for our own processes and for operators, not for customers.

Channels for Rasa's eyes only, because that is how routes are added to its server. They are served
outside of `/webhooks`: a proxy that forwards only that does not show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from rasa.core.channels.channel import InputChannel
from sanic.request import Request

from channels.settings import given_values, strong_secret
from channels.verify import same

Self = TypeVar("Self", bound="OwnRoute")


class OwnRoute(InputChannel):
    """A route that only who has the token of Rasa's HTTP API may use.

    Attributes:
        NAME: its name in `credentials.yml`, which no message comes from.
        PREFIX: its address.
        OPTIONS: further names in `credentials.yml`.
    """

    NAME: ClassVar[str]
    PREFIX: ClassVar[str]
    OPTIONS: ClassVar[Sequence[str]] = ()

    def __init__(self, token: str, options: Mapping[str, str] | None = None):
        """Take the token.

        Args:
            token: that is sent as `Authorization: Bearer ...`.
            options: those of `OPTIONS` that are set.
        """
        self._token = token
        self.options: Mapping[str, str] = options or {}

    @classmethod
    def name(cls) -> str:
        """Return the name."""
        return cls.NAME

    @classmethod
    def from_credentials(cls: type[Self], credentials: Mapping[str, Any] | None) -> Self:
        """Make the route from its block of `credentials.yml`.

        Args:
            credentials: `token` and `OPTIONS`.

        Raises:
            ChannelSettingsError: the token is missing or short; the server does not start.
        """
        given = given_values(cls.NAME, credentials, ["token", *cls.OPTIONS])
        token = given.pop("token", "")
        return cls(strong_secret(cls.NAME, "token", "FRONTDESK_RASA_TOKEN", token), given)

    def url_prefix(self) -> str:
        """Return the address; a slash in front takes it out of `/webhooks`."""
        return self.PREFIX

    def allows(self, request: Request) -> bool:
        """Tell whether a request has the token.

        Args:
            request: as it came.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and same(token.strip(), self._token)
