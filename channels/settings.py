"""What every channel can be set to, read from `credentials.yml` and checked before it is served."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from rasa.shared.exceptions import RasaException
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from channels.rate import RateLimit

SEAL_SETTING = "FRONTDESK_SEAL_SECRET"
_MIN_SECRET = 32  # characters; HS256 wants a key of 256 bits (RFC 7518, section 3.2)
_LOCK_LIFETIME = 60  # s, Rasa's default; a longer turn would lose its lock
_FAILURE_TEXT = (
    "Sorry, something went wrong on our side and I could not answer that. Your message is kept. "
    "Please try again in a moment."
)


class ChannelSettingsError(RasaException):
    """A setting in `credentials.yml` is missing or wrong; the message says how to mend it.

    A `RasaException`, so that `rasa run` prints the line and stops, without a traceback.
    """


@dataclass(frozen=True, kw_only=True, repr=False)
class ChannelSettings:
    """How a channel is set up, whatever it is.

    Attributes:
        seal_secret: encrypts one-time codes for the actions that check them; never logged.
        database: SQLAlchemy URL of the channel's tables.
        rate: messages that one conversation may send.
        max_chars: characters that one message may have.
        turn_timeout: seconds that the dialogue may take for one message.
        drain_timeout: seconds to finish accepted messages when the server stops.
        failure_text: said to the customer when the dialogue failed.
        desk_url: where people answer; empty: nowhere. It is told who is typing, and what did not
            arrive.
        desk_token: what is shown to the desk; never logged.
        redis_url: by which several processes work together; empty: this is the only one.
    """

    seal_secret: str
    database: str
    rate: str = "30/minute"
    max_chars: int = 4000
    turn_timeout: float = 45.0
    drain_timeout: float = 20.0
    failure_text: str = _FAILURE_TEXT
    desk_url: str = ""
    desk_token: str = ""
    redis_url: str = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # neither secrets nor passwords


@dataclass(frozen=True, kw_only=True, repr=False)
class ProviderSettings(ChannelSettings):
    """How a provider's channel is set up.

    Attributes:
        choice_hours: how long a button may be pressed.
        send_timeout: seconds one call to the provider may take.
        patience_hours: how long a reply is tried while the provider refuses.
        busy_text: said once a minute to a customer who writes faster than `rate`.
    """

    choice_hours: float = 72.0
    send_timeout: float = 20.0
    patience_hours: float = 24.0
    busy_text: str = (
        "You are writing faster than I can read, and I left out your last message. Please wait a "
        "minute and send it again."
    )


def given_values(
    channel: str, credentials: Mapping[str, Any] | None, known: list[str]
) -> dict[str, Any]:
    """Return what a channel's block of `credentials.yml` sets.

    Args:
        channel: the channel's name.
        credentials: the block; empty values count as not given.
        known: the names that may be in it.

    Raises:
        ChannelSettingsError: it sets something that the channel does not know.
    """
    given = {k: v for k, v in (credentials or {}).items() if v is not None and v != ""}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ChannelSettingsError(
            f"The {channel} channel does not know the setting {unknown[0]!r}. Known are: "
            f"{', '.join(known)}."
        )
    return given


def seal_secret(channel: str, given: Any) -> str:
    """Check the secret that one-time codes are encrypted with.

    Args:
        channel: the channel's name.
        given: from `credentials.yml`; empty: from the environment.

    Raises:
        ChannelSettingsError: it is missing or short.
    """
    return strong_secret(
        channel, "seal_secret", SEAL_SETTING, given or os.environ.get(SEAL_SETTING, "")
    )


def strong_secret(channel: str, name: str, setting: str, value: Any) -> str:
    """Check a secret of our own making.

    Args:
        channel: the channel's name.
        name: its name in `credentials.yml`.
        setting: its name in the environment.
        value: the secret.

    Raises:
        ChannelSettingsError: it is missing or short.
    """
    secret = str(value)
    if len(secret) < _MIN_SECRET:
        raise ChannelSettingsError(
            f"The {channel} channel is not served: {setting} (`{name}` in credentials.yml) is "
            f"{'missing' if not secret else f'shorter than {_MIN_SECRET} characters'}. Make one "
            'with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return secret


def checked_values(
    channel: str, settings: type[ChannelSettings], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Check values of `credentials.yml`, which may be strings, as `${VARIABLES}` are.

    Args:
        channel: the channel's name.
        settings: whose fields they are for.
        given: by name.

    Returns:
        The values in the types of the fields.

    Raises:
        ChannelSettingsError: a value makes no sense.
    """
    types = {field.name: str(field.type) for field in fields(settings)}
    return {name: _checked(channel, name, types[name], value) for name, value in given.items()}


def _checked(channel: str, name: str, kind: str, value: Any) -> Any:
    if name == "rate" or name.endswith("_rate"):
        return _rate(channel, name, str(value))
    if name == "database":
        return _database(channel, str(value))
    return str(value) if kind == "str" else _number(channel, name, kind, value)


def _rate(channel: str, name: str, value: str) -> str:
    try:
        RateLimit(value)
    except ValueError as problem:
        raise ChannelSettingsError(
            f"The {channel} channel's `{name}` is {value!r}, which is not a rate. "
            "Write it like 30/minute."
        ) from problem
    return value


def _database(channel: str, value: str) -> str:
    try:
        make_url(value)
    except ArgumentError as problem:
        raise ChannelSettingsError(
            f"{database_setting(channel)} (`database` in credentials.yml) is not a database URL. "
            f"Write it like sqlite:///var/{channel}.db or postgresql://user:password@host/name."
        ) from problem
    return value


def database_setting(channel: str) -> str:
    """Return the name of the setting that says where a channel's database is.

    Args:
        channel: the channel's name.
    """
    return f"FRONTDESK_{channel.upper()}_DB"


def _number(channel: str, name: str, kind: str, value: Any) -> float | int:
    whole = kind == "int"
    try:
        number = int(str(value)) if whole else float(str(value))
    except ValueError:
        number = 0
    if number <= 0:
        raise ChannelSettingsError(
            f"The {channel} channel's `{name}` is {value!r}; it must be a "
            f"{'whole ' if whole else ''}number above 0."
        )
    if name == "turn_timeout" and number >= _LOCK_LIFETIME:
        raise ChannelSettingsError(
            f"The {channel} channel's `turn_timeout` is {value!r}; it must stay below the "
            f"{_LOCK_LIFETIME} s after which Rasa gives up its lock on a conversation."
        )
    return number
