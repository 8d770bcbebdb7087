"""The desk's settings, read from the environment and checked before anything is served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desk import mail, oidc
from desk.chatwoot import settings as chatwoot
from desk.chatwoot.settings import ChatwootProblem, ChatwootSettings
from desk.hours import Hours, HoursProblem
from desk.mail import MailProblem, MailSettings
from desk.oidc import OidcProblem, OidcSettings

_MIN_SECRET = 32


class SettingsProblem(Exception):
    """A setting is missing or wrong; the message names it and the mend."""


@dataclass(frozen=True)
class Settings:
    """How the desk is set up.

    Attributes:
        host, port: where it listens.
        database: SQLAlchemy URL of its own database.
        events: SQLAlchemy URL of the database that Rasa's event broker writes.
        token: what the action server shows to be let in; never logged.
        rasa_url: Rasa's HTTP API.
        rasa_token: what Rasa asks for; never logged.
        hours: when people are there.
        promise: seconds within which somebody comes, or the customer is told.
        session_hours: hours without a sign of life after which a sign-in ends.
        secure_cookies: send the session's cookie over https only.
        mail: where tickets are mailed; None for nowhere.
        oidc: where people may sign in instead of with a password; None for nowhere.
        chatwoot: where people answer instead of at our own pages; None for nowhere.
    """

    host: str
    port: int
    database: str
    events: str
    token: str = field(repr=False)
    rasa_url: str
    rasa_token: str = field(repr=False)
    hours: Hours
    promise: int = 300
    session_hours: float = 12.0
    secure_cookies: bool = False
    mail: MailSettings | None = None
    oidc: OidcSettings | None = None
    chatwoot: ChatwootSettings | None = None


def from_environ(environ: Mapping[str, str]) -> Settings:
    """Read the settings.

    Args:
        environ: the environment, with the defaults of `ops/settings.py` filled in.

    Raises:
        SettingsProblem: one is missing or wrong.
    """

    def secret(name: str) -> str:
        value = environ.get(name, "")
        if len(value) < _MIN_SECRET:
            raise SettingsProblem(f"{name} must be set, with {_MIN_SECRET} characters or more.")
        return value

    def given(name: str) -> str:
        if not environ.get(name):
            raise SettingsProblem(f"{name} is not set. Start with make run, which sets it.")
        return environ[name]

    try:
        hours = Hours.load(Path(given("FRONTDESK_DESK_HOURS")))
    except HoursProblem as problem:
        raise SettingsProblem(f"FRONTDESK_DESK_HOURS: {problem}") from problem
    try:
        mailed = mail.from_environ(environ)
        provider = oidc.from_environ(environ)
        elsewhere = chatwoot.from_environ(environ)
    except (MailProblem, OidcProblem, ChatwootProblem) as problem:
        raise SettingsProblem(str(problem)) from problem
    return Settings(
        host=given("FRONTDESK_HOST"),
        port=int(given("FRONTDESK_DESK_PORT")),
        database=given("FRONTDESK_DESK_DB"),
        events=given("FRONTDESK_EVENTS_DB"),
        token=secret("FRONTDESK_DESK_TOKEN"),
        rasa_url=given("FRONTDESK_RASA_URL").rstrip("/"),
        rasa_token=secret("FRONTDESK_RASA_TOKEN"),
        hours=hours,
        promise=int(given("FRONTDESK_DESK_PROMISE")),
        session_hours=float(given("FRONTDESK_DESK_SESSION_HOURS")),
        secure_cookies=environ.get("FRONTDESK_DESK_ADDRESS", "").startswith("https:"),
        mail=mailed,
        oidc=provider,
        chatwoot=elsewhere,
    )
