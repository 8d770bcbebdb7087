"""The web channel's settings, read from `credentials.yml` and checked before anything is served."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.settings import (
    ChannelSettings,
    ChannelSettingsError,
    checked_values,
    given_values,
    seal_secret,
    strong_secret,
)

_ORIGIN = re.compile(r"https?://[^\s/?#@*]+")


@dataclass(frozen=True, kw_only=True, repr=False)
class WebSettings(ChannelSettings):
    """How one web channel is set up.

    Attributes:
        secret: signs session tokens and choices; never logged.
        origins: sites whose pages may talk to the channel, as browsers name them.
        database: SQLAlchemy URL of the event log.
        session_rate: sessions that one address may begin or renew.
        token_hours: how long a session token is valid.
        heartbeat: seconds between comments on a quiet stream.
        max_streams: open event streams of one conversation.
    """

    secret: str
    origins: frozenset[str] = frozenset()
    database: str = "sqlite:///var/web.db"
    session_rate: str = "30/minute"
    token_hours: float = 24.0
    heartbeat: float = 15.0
    max_streams: int = 20

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> WebSettings:
        """Check and take over the channel's block of `credentials.yml`.

        Args:
            credentials: the block; values may be strings, as `${VARIABLES}` are.

        Returns:
            The settings, defaults filled in.

        Raises:
            ChannelSettingsError: the secret is missing or short, or a value makes no sense.
        """
        given = given_values("web", credentials, list(cls.__dataclass_fields__))
        return cls(
            secret=strong_secret("web", "secret", "FRONTDESK_WEB_SECRET", given.pop("secret", "")),
            seal_secret=seal_secret("web", given.pop("seal_secret", "")),
            origins=_origins(given.pop("origins", "")),
            **checked_values("web", cls, given),
        )


def _origins(value: Any) -> frozenset[str]:
    listed = value if isinstance(value, list) else str(value).split(",")
    origins = frozenset(str(origin).strip().rstrip("/").lower() for origin in listed) - {""}
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ChannelSettingsError(
                f"FRONTDESK_WEB_ORIGINS (`origins` in credentials.yml) holds {origin!r}, which is "
                "not an origin. Write scheme and host, and the port if it is not the usual one, "
                "such as https://www.example.com; there are no wildcards."
            )
    return origins
