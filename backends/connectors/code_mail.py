"""The e-mail that carries a one-time code."""

from __future__ import annotations

import asyncio
import logging
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

from backends import smtp

logger = logging.getLogger(__name__)

# Seconds that a process which ends waits for what it still has to send.
_PATIENCE = 10.0


class CodeMail:
    """Writes and sends it.

    Args:
        server: hands it on.
        sender: the address that it comes from, with a name before it or without.
        shop: what the shop is called.
    """

    def __init__(self, server: smtp.SmtpServer, sender: str, shop: str) -> None:
        self._server, self._sender, self._shop = server, sender, shop
        self._under_way: set[asyncio.Task[None]] = set()

    def send_behind(self, to: str, first_name: str, code: str) -> None:
        """Send a code while the caller goes on; one that cannot be sent is asked for again."""
        task = asyncio.get_running_loop().create_task(self._send(to, first_name, code))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settled(self) -> None:
        """Return when no e-mail is under way, or they take too long."""
        if self._under_way:
            await asyncio.wait(tuple(self._under_way), timeout=_PATIENCE)

    async def _send(self, to: str, first_name: str, code: str) -> None:
        try:
            await self._server.send(self._message(to, first_name, code))
        except (*smtp.NOT_TAKEN, ValueError) as problem:  # an address can hold what no head may
            logger.error(
                "a one-time code could not be mailed (%s): the customer waits for it. Check "
                "FRONTDESK_CODE_SMTP_URL.",
                type(problem).__name__,
            )

    def _message(self, to: str, first_name: str, code: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, to
        message["Subject"] = f"Your code: {code}"
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=parseaddr(self._sender)[1].rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        greeting = f"Hello {first_name}," if first_name else "Hello,"
        message.set_content(
            f"{greeting}\n\nyour one-time code is {code}. It is valid for ten minutes. Type it into"
            " the chat and nowhere else.\n\nNobody from our shop will ever call you and ask for it."
            f" If you did not ask for a code, you need not do anything.\n\n{self._shop}\n"
        )
        return message
