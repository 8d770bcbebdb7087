"""Where Chatwoot is, and as whom we speak to it; read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_URL = "FRONTDESK_CHATWOOT_URL"
_MIN_SECRET = 8  # characters: Chatwoot draws it, we only refuse what is surely none


class ChatwootProblem(ValueError):
    """A setting cannot work; the message names it and the mend."""


@dataclass(frozen=True)
class ChatwootSettings:
    """One inbox of one Chatwoot account.

    Attributes:
        url: of the installation, without a slash at the end.
        account, inbox: their numbers; the inbox is of the kind API.
        token: of the user (agent or administrator) who we are there; never logged.
        webhook_secret: by which its webhooks are known to be its own; never logged.
    """

    url: str
    account: int
    inbox: int
    token: str = field(repr=False)
    webhook_secret: str = field(repr=False)


def from_environ(environ: Mapping[str, str]) -> ChatwootSettings | None:
    """Read the settings; None if no address is set.

    Raises:
        ChatwootProblem: one is missing or wrong.
    """
    url = environ.get(_URL, "").strip().rstrip("/")
    if not url:
        return None

    def number(name: str) -> int:
        value = environ.get(name, "").strip()
        if not value.isdecimal():
            raise ChatwootProblem(f"{name} must be the number that Chatwoot shows in its address.")
        return int(value)

    def secret(name: str, where: str) -> str:
        value = environ.get(name, "").strip()
        if len(value) < _MIN_SECRET:
            raise ChatwootProblem(f"{name} is not set. Chatwoot shows it {where}.")
        return value

    return ChatwootSettings(
        url,
        number("FRONTDESK_CHATWOOT_ACCOUNT"),
        number("FRONTDESK_CHATWOOT_INBOX"),
        secret("FRONTDESK_CHATWOOT_TOKEN", "in the profile settings (access token)"),
        secret("FRONTDESK_CHATWOOT_WEBHOOK_SECRET", "with the webhook (Settings, Integrations)"),
    )
