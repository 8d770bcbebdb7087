"""Tickets by e-mail: who has no ticket system gets each one, with the conversation, by SMTP.

A handoff that becomes a ticket is written to one address. How far that went is kept in the desk's
database, so a restart leaves nothing out; a message whose outcome is unknown is sent again under
the same Message-ID, by which mailboxes know it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from backends import smtp
from desk import briefing, handoffs
from desk.database import Database, now
from desk.schema import CHANGES, CURSORS, HANDOFFS
from desk.states import State

logger = logging.getLogger(__name__)

_SOURCE = "mail"  # of the place reached, among the cursors
_POLL = 5.0  # s between looks
_WAITS = (5.0, 15.0, 60.0, 300.0)  # s between tries
# Postgres gives numbers before transactions end: a lower one may appear after a higher one, soon.
_SETTLED = 5_000  # ms


MailProblem = smtp.BadMailSetting


@dataclass(frozen=True)
class MailSettings:
    """Where tickets go.

    Attributes:
        to, sender: e-mail addresses.
        server: hands them on.
    """

    to: str
    sender: str
    server: smtp.SmtpServer


def from_environ(environ: Mapping[str, str]) -> MailSettings | None:
    """Read the settings; None if no address is set.

    Raises:
        MailProblem: one is missing or wrong.
    """
    to = environ.get("FRONTDESK_DESK_MAIL_TO", "").strip()
    if not to:
        return None
    sender = environ.get("FRONTDESK_DESK_MAIL_FROM", "").strip() or to
    url = environ.get("FRONTDESK_DESK_SMTP_URL", "")
    return MailSettings(
        smtp.mailbox(to, "FRONTDESK_DESK_MAIL_TO"),
        smtp.mailbox(sender, "FRONTDESK_DESK_MAIL_FROM"),
        smtp.server(url, "FRONTDESK_DESK_SMTP_URL"),
    )


class Mailer:
    """The one worker that writes tickets to an address; run one for a database."""

    def __init__(self, database: Database, settings: MailSettings):
        """Bind the parts; nothing is sent yet."""
        self._database = database
        self._settings = settings

    async def run(self) -> None:
        """Send until cancelled."""
        failures = 0
        while True:
            pause = _POLL
            try:
                await self.round()
                failures = 0
            except smtp.NOT_TAKEN as problem:
                pause = _WAITS[min(failures, len(_WAITS) - 1)]
                failures += 1
                logger.error(
                    "a ticket could not be mailed (%s); it is tried again in %.0f s. Check "
                    "FRONTDESK_DESK_SMTP_URL.",
                    type(problem).__name__,
                    pause,
                )
            except SQLAlchemyError as problem:
                logger.error("mail: the database failed (%s).", type(problem).__name__)
            await asyncio.sleep(pause)

    async def round(self, moment: int | None = None) -> int:
        """Send what is due, oldest first; return how many messages.

        Args:
            moment: ms since 1970; None for now.

        Raises:
            aiosmtplib.SMTPException, OSError: one was not taken; it is the first of the next round.
        """
        due = await asyncio.to_thread(self._due, now() if moment is None else moment)
        for change_id, message in due:
            await self._settings.server.send(message)
            await asyncio.to_thread(self._reach, change_id)
        return len(due)

    def _due(self, moment: int) -> list[tuple[int, EmailMessage]]:
        with self._database.write() as connection:
            reached = _reached(connection)
            ticket = or_(
                CHANGES.c.state == State.TICKET.value,
                and_(CHANGES.c.event == "request", HANDOFFS.c.ticket.isnot(None)),
            )
            query = (
                select(CHANGES.c.id, CHANGES.c.handoff_id)
                .join_from(CHANGES, HANDOFFS)
                .where(CHANGES.c.id > reached, CHANGES.c.at <= moment - _SETTLED, ticket)
                .order_by(CHANGES.c.id)
            )
            rows = connection.execute(query).all()
            return [(row.id, self._message(connection, row.id, row.handoff_id)) for row in rows]

    def _reach(self, change_id: int) -> None:
        with self._database.write() as connection:
            update = CURSORS.update().where(CURSORS.c.source == _SOURCE)
            connection.execute(update.values(position=change_id))

    def _message(self, connection: Connection, change_id: int, handoff_id: int) -> EmailMessage:
        handoff = handoffs.get(connection, handoff_id)
        number = handoff.ticket if handoff.ticket not in (None, "-") else f"desk-{handoff.id}"
        message = EmailMessage()
        message["From"], message["To"] = self._settings.sender, self._settings.to
        message["Subject"] = f"[{number}] {handoff.reason.replace('_', ' ')} ({handoff.channel})"
        message["Date"] = formatdate(handoff.requested_at / 1000)
        domain = parseaddr(self._settings.sender)[1].rpartition("@")[2]
        message["Message-ID"] = f"<handoff-{handoff.id}.{change_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(briefing.text(connection, handoff))
        return message


def _reached(connection: Connection) -> int:
    """Return the last change dealt with; the first time, all that lie in the past count as such."""
    query = select(CURSORS.c.position).where(CURSORS.c.source == _SOURCE)
    position = connection.execute(query).scalar()
    if position is None:
        position = connection.execute(select(func.max(CHANGES.c.id))).scalar() or 0
        row = {"source": _SOURCE, "position": position}
        connection.execute(CURSORS.insert().values(row))
    return int(position)
