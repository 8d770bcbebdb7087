"""Tickets that reach the shop, even when it is away just now.

A ticket is written down before it is sent, and forgotten after the shop has confirmed it. Whatever
dies in between, it is sent again with the same idempotency key, which opens it once. So a customer
who was told "somebody will answer" is in the shop's queue sooner or later.

The ticket itself never changes while it waits: an attempt whose answer was lost may have opened
it, and the same key with another body would be refused. What comes up later is added after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from backends import idempotency
from backends.errors import BackendError, BackendUnavailable, InvalidInput, TooManyRequests
from backends.models import NewTicket, Ticket
from backends.outbox_store import Addition, AdditionKind, Entry, OutboxStore, Refused, label
from backends.tickets import Tickets
from backends.wire import Unreadable, decode, encode

logger = logging.getLogger(__name__)

# These pass; every other refusal is about the ticket itself.
_PASSING = (BackendUnavailable, TooManyRequests)


class TicketOutbox:
    """Opens tickets now or, when the shop cannot be reached, later.

    Args:
        path: the SQLite file that keeps them; made if it is not there.
        tickets: the client that delivers them. One call must take less than 30 seconds.
        clock: seconds since 1970.

    Raises:
        OutboxUnusable: the file cannot be used.
    """

    def __init__(
        self, path: str | Path, tickets: Tickets, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = OutboxStore(path, clock)
        self._tickets = tickets

    async def open(self, ticket: NewTicket, idempotency_key: str) -> Ticket | None:
        """Open a ticket, or keep it for later.

        Args:
            ticket: what the person needs to know.
            idempotency_key: the same for the same ticket. While a ticket of this key waits, it
                stays as it was first given.

        Returns:
            The ticket, or None: it is kept and will be delivered.

        Raises:
            InvalidInput: the shop will not take this ticket as it is. It is kept aside, unless
                it is no ticket at all (a slot that is no text, for example).
            Conflict: the key was used for another ticket. It is kept aside.
            BackendUnavailable: it could neither be sent nor be kept.
        """
        key = idempotency.sendable(idempotency_key)
        _check(ticket)
        try:
            await asyncio.to_thread(self._store.keep, key, ticket)
        except sqlite3.Error:
            logger.exception(
                "the outbox cannot be written; sending ticket %s without it", label(key)
            )
            return await self._tickets.open(ticket, idempotency_key=key)
        try:
            return await self._deliver(key)
        except _PASSING as exc:
            logger.warning("ticket %s is kept for later (%s)", label(key), exc.code)
            return await asyncio.to_thread(self._store.opened_as, key)
        except sqlite3.Error:
            logger.exception("ticket %s is kept: the outbox cannot be used now", label(key))
            return None

    async def amend(
        self, idempotency_key: str, contact: str | None = None, note: str | None = None
    ) -> bool:
        """Add to a ticket that still waits; delivered right after it.

        Args:
            idempotency_key: the key that it was opened with.
            contact: where the answer should go instead.
            note: what the customer said later.

        Returns:
            False if the ticket does not wait (any more): use `Tickets.set_contact` and
            `Tickets.add_note` then. Also False, and logged, if the outbox cannot be written.
        """
        additions: list[tuple[AdditionKind, str]] = []
        if contact:
            additions.append(("contact", contact))
        if note:
            additions.append(("note", note))
        key = idempotency.sendable(idempotency_key)
        try:
            return await asyncio.to_thread(self._store.add, key, additions)
        except sqlite3.Error:
            logger.exception("the outbox cannot be written; nothing added to %s", label(key))
            return False

    def pending(self) -> int:
        """How many tickets wait for the shop."""
        return len(self._store.waiting())

    def refused(self) -> tuple[Refused, ...]:
        """The tickets that the shop will not take as they are, oldest first; kept until mended."""
        return self._store.refused()

    def retry_refused(self) -> int:
        """Let the refused tickets wait again, after the cause was mended; gives how many."""
        return self._store.retry_refused()

    async def flush(self) -> int:
        """Try to deliver everything that waits, until the shop turns out to be away.

        Returns:
            How many tickets were delivered with all their additions.
        """
        delivered = 0
        for key in await asyncio.to_thread(self._store.waiting):
            try:
                ticket = await self._deliver(key)
            except _PASSING as exc:
                logger.warning("tickets still wait for the shop (%s)", exc.code)
                break
            except BackendError:
                continue  # kept aside and logged; the others may be fine
            if ticket is not None:
                delivered += 1
                logger.info("ticket %s was delivered late as %s", label(key), ticket.number)
        return delivered

    async def run(self, interval: float) -> None:
        """Deliver what waits, now and every `interval` seconds, until cancelled."""
        while True:
            try:
                await self.flush()
            except (sqlite3.Error, OSError):
                logger.exception("the outbox cannot be used just now; next try in %s s", interval)
            await asyncio.sleep(interval)

    def close(self) -> None:
        """Close the file; what waits stays in it. Nothing can be called afterwards."""
        self._store.close()

    async def _deliver(self, key: str) -> Ticket | None:
        """Deliver one ticket and its additions; None if it is gone or somebody else does it.

        Raises:
            BackendUnavailable, TooManyRequests: the ticket, or an addition, still waits.
            BackendError: the ticket was refused and is kept aside.
        """
        try:
            entry = await asyncio.to_thread(self._store.lease, key)
        except Unreadable as exc:
            self._refuse(key, "damaged", f"the kept ticket is damaged: {exc}")
            return None
        if entry is None:
            return None
        try:
            ticket = await self._open(key, entry)
            await self._note_opened(key, ticket)
        except BaseException:
            # Also when cancelled: the next try need not wait until the lease runs out.
            with contextlib.suppress(sqlite3.Error):
                self._store.release(key)
            raise
        return ticket

    async def _open(self, key: str, entry: Entry) -> Ticket:
        if entry.opened is not None:
            return entry.opened
        try:
            return await self._tickets.open(entry.ticket, idempotency_key=key)
        except _PASSING:
            raise
        except BackendError as exc:
            self._refuse(key, exc.code, str(exc))
            raise

    async def _note_opened(self, key: str, ticket: Ticket) -> None:
        try:
            await asyncio.to_thread(self._store.opened, key, ticket)
            await self._add_all(key, ticket)
        except sqlite3.Error:
            # The customer's ticket is open all the same; sending it again changes nothing.
            logger.exception("ticket %s is open, but the outbox could not be told", label(key))

    async def _add_all(self, key: str, ticket: Ticket) -> None:
        while not await asyncio.to_thread(self._store.finish, key):
            addition = await asyncio.to_thread(self._store.next_addition, key)
            if addition is None:
                continue
            await asyncio.to_thread(self._store.renew, key)
            await self._add(key, ticket, addition)

    async def _add(self, key: str, ticket: Ticket, addition: Addition) -> None:
        call = self._tickets.set_contact if addition.kind == "contact" else self._tickets.add_note
        own_key = idempotency.key(key, addition.kind, addition.id)
        try:
            await call(ticket.id, addition.text, idempotency_key=own_key)
        except _PASSING:
            raise
        except BackendError as exc:
            logger.error(
                "the %s added to ticket %s was refused (%s) and is kept aside",
                addition.kind,
                ticket.number,
                exc.code,
            )
            await asyncio.to_thread(self._store.refuse_addition, addition, str(exc))
        else:
            await asyncio.to_thread(self._store.added, addition)

    def _refuse(self, key: str, code: str, why: str) -> None:
        # `why` may hold the shop's own words, so it goes to the file and not to the log.
        self._store.refuse(key, why)
        logger.error(
            "ticket %s is refused by the shop (%s) and kept aside in the outbox; "
            "TicketOutbox.refused() tells why, retry_refused() tries again",
            label(key),
            code,
        )


def _check(ticket: NewTicket) -> None:
    """Refuse at once what could be written down but not be read again."""
    try:
        decode(NewTicket, encode(ticket))
    except (TypeError, Unreadable) as exc:
        raise InvalidInput(f"this is no ticket: {exc}") from exc
