"""A small SMTP server of the standard library: keeps what it is sent, refuses on demand."""

from __future__ import annotations

import asyncore
import email
import email.policy
import smtpd
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any


class SmtpServer(smtpd.SMTPServer):
    """Listens on a free port of this machine.

    Attributes:
        mails: what was taken, oldest first.
        refusals: answers to the next messages, one each, instead of taking them.
    """

    def __init__(self, channels: dict[int, Any]) -> None:
        super().__init__(("127.0.0.1", 0), None, map=channels)
        self.mails: list[EmailMessage] = []
        self.refusals: list[str] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.socket.getsockname()[1]
        return port

    def process_message(self, *args: Any, **_kwargs: Any) -> str | None:
        """Take a message, or refuse it."""
        if self.refusals:
            return self.refusals.pop(0)
        message = email.message_from_bytes(args[3], policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return None


@contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    """Serve while the block runs."""
    channels: dict[int, Any] = {}
    server = SmtpServer(channels)
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            asyncore.loop(timeout=0.05, map=channels, count=1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        stopped.set()
        thread.join(10)
        asyncore.close_all(channels)
