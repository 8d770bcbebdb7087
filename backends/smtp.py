"""Sending e-mail by SMTP, to a server that a setting names."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

_SECONDS = 30.0  # for one message
_PORTS = {"smtp": 587, "smtps": 465}

# What `SmtpServer.send` raises when a message was not taken.
NOT_TAKEN = (aiosmtplib.SMTPException, OSError)


class BadMailSetting(ValueError):
    """A setting cannot work; the message names it and the mend."""


@dataclass(frozen=True)
class SmtpServer:
    """Where e-mails are handed in.

    Attributes:
        host, port: the SMTP server.
        tls: from the first byte on; otherwise STARTTLS is used where the server offers it.
        user, password: for the server; None where it asks for none. Never logged.
    """

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    async def send(self, message: EmailMessage) -> None:
        """Hand a message in.

        Raises:
            aiosmtplib.SMTPException, OSError: it was not taken, or nobody knows (`NOT_TAKEN`).
        """
        await aiosmtplib.send(
            message,
            hostname=self.host,
            port=self.port,
            use_tls=self.tls,
            username=self.user,
            password=self.password,
            timeout=_SECONDS,
        )


def server(url: str, setting: str) -> SmtpServer:
    """Read a server's address, such as `smtp://user:password@mail.example.com:587`.

    Args:
        url: the setting's value.
        setting: its name, for the message.

    Raises:
        BadMailSetting: it cannot be one.
    """
    mend = (
        f"{setting} must be like smtp://user:password@mail.example.com:587, or smtps:// for TLS "
        "from the start."
    )
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise BadMailSetting(mend) from None
    if not parts.hostname:
        raise BadMailSetting(mend)
    return SmtpServer(
        parts.hostname,
        port,
        parts.scheme == "smtps",
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def mailbox(value: str, setting: str) -> str:
    """Check an e-mail address, with a name before it or without.

    Raises:
        BadMailSetting: it is none.
    """
    if "@" not in parseaddr(value)[1] or "\n" in value:
        raise BadMailSetting(f"{setting} is no e-mail address.")
    return value
