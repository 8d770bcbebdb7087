"""The web channel's settings, read from `credentials.yml` and checked before anything is served."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa.shared.exceptions import RasaException
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from channels.rate import RateLimit

_MIN_SECRET = 32  # characters; HS256 wants a key of 256 bits (RFC 7518, section 3.2)
_SECRETS = {"secret": "FRONTDESK_WEB_SECRET", "seal_secret": "FRONTDESK_SEAL_SECRET"}
_ORIGIN = re.compile(r"https?://[^\s/?#@*]+")
_LOCK_LIFETIME = 60  # s, Rasa's default; a longer turn would lose its lock
_FAILURE_TEXT = (
    "Sorry, something went wrong on our side and I could not answer that. Your message is kept. "
    "Please try again in a moment."
)


class ChannelSettingsError(RasaException):
    """A setting in `credentials.yml` is missing or wrong; the message says how to mend it.

    A `RasaException`, so that `rasa run` prints the line and stops, without a traceback.
    """


@dataclass(frozen=True)
class WebSettings:
    """How one web channel is set up.

    Attributes:
        secret: signs session tokens and choices; never logged.
        seal_secret: encrypts one-time codes for the actions that check them; never logged.
        origins: sites whose pages may talk to the channel, as browsers name them.
        database: SQLAlchemy URL of the event log.
        rate: messages that one conversation may send.
        session_rate: sessions that one address may begin or renew.
        max_chars: characters that one message may have.
        token_hours: how long a session token is valid.
        turn_timeout: seconds that the dialogue may take for one message.
        drain_timeout: seconds to finish accepted messages when the server stops.
        heartbeat: seconds between comments on a quiet stream.
        max_streams: open event streams of one conversation.
        failure_text: said to the customer when the dialogue failed.
    """

    secret: str
    seal_secret: str
    origins: frozenset[str] = frozenset()
    database: str = "sqlite:///var/web.db"
    rate: str = "30/minute"
    session_rate: str = "30/minute"
    max_chars: int = 4000
    token_hours: float = 24.0
    turn_timeout: float = 45.0
    drain_timeout: float = 20.0
    heartbeat: float = 15.0
    max_streams: int = 20
    failure_text: str = _FAILURE_TEXT

    def __repr__(self) -> str:
        return f"WebSettings(origins={sorted(self.origins)})"  # neither secret nor passwords

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
        given = {k: v for k, v in (credentials or {}).items() if v is not None and v != ""}
        unknown = sorted(set(given) - set(cls.__dataclass_fields__))
        if unknown:
            raise ChannelSettingsError(
                f"The web channel does not know the setting {unknown[0]!r}. Known are: "
                f"{', '.join(cls.__dataclass_fields__)}."
            )
        return cls(
            secret=_secret("secret", given.pop("secret", "")),
            seal_secret=_secret(
                "seal_secret",
                given.pop("seal_secret", os.environ.get("FRONTDESK_SEAL_SECRET", "")),
            ),
            origins=_origins(given.pop("origins", "")),
            **{name: _checked(name, value) for name, value in given.items()},
        )


def _secret(name: str, value: Any) -> str:
    secret = str(value)
    if len(secret) < _MIN_SECRET:
        raise ChannelSettingsError(
            f"The web channel is not served: {_SECRETS[name]} (`{name}` in credentials.yml) is "
            f"{'missing' if not secret else f'shorter than {_MIN_SECRET} characters'}. Make one "
            'with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return secret


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


def _checked(name: str, value: Any) -> Any:
    if name in {"rate", "session_rate"}:
        return _rate(name, str(value))
    if name == "database":
        return _database(str(value))
    if name == "failure_text":
        return str(value)
    return _number(name, value)


def _rate(name: str, value: str) -> str:
    try:
        RateLimit(value)
    except ValueError as problem:
        raise ChannelSettingsError(
            f"The web channel's `{name}` is {value!r}, which is not a rate. "
            "Write it like 30/minute."
        ) from problem
    return value


def _database(value: str) -> str:
    try:
        make_url(value)
    except ArgumentError as problem:
        raise ChannelSettingsError(
            "FRONTDESK_WEB_DB (`database` in credentials.yml) is not a database URL. Write it like "
            "sqlite:///var/web.db or postgresql://user:password@host/name."
        ) from problem
    return value


def _number(name: str, value: Any) -> float | int:
    whole = name in {"max_chars", "max_streams"}
    try:
        number = int(str(value)) if whole else float(str(value))
    except ValueError:
        number = 0
    if number <= 0:
        raise ChannelSettingsError(
            f"The web channel's `{name}` is {value!r}; it must be a "
            f"{'whole ' if whole else ''}number above 0."
        )
    if name == "turn_timeout" and number >= _LOCK_LIFETIME:
        raise ChannelSettingsError(
            f"The web channel's `turn_timeout` is {value!r}; it must stay below the "
            f"{_LOCK_LIFETIME} s after which Rasa gives up its lock on a conversation."
        )
    return number
