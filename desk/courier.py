"""Brings what waits in `desk.deliveries` to Rasa: in order, again until it is there, once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from desk import deliveries, handoffs
from desk.database import Database
from desk.deliveries import HANDOFF, MARK, STATUS_SLOT, Delivery
from desk.rasa import Rasa, RasaAway, RasaRefused

logger = logging.getLogger(__name__)

_POLL = 1.0  # s between looks when nobody says that there is something
_WAITS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # s between tries for one conversation
_AT_ONCE = 8  # conversations


class Courier:
    """The one worker that sends deliveries; run one for a database."""

    def __init__(self, database: Database, rasa: Rasa, told: Callable[[], None]):
        """Bind the parts.

        Args:
            database: the desk's.
            rasa: the server to tell.
            told: is called after each delivery that arrived.
        """
        self._database = database
        self._rasa = rasa
        self._told = told
        self._woken = asyncio.Event()
        self._not_before: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def wake(self) -> None:
        """Have it look at once; from the event loop's thread."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._woken.clear()
            try:
                busy = await self._round()
            except SQLAlchemyError as problem:
                logger.error("FRONTDESK_DESK_DB failed (%s); trying again.", type(problem).__name__)
                busy = False
            if not busy:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _POLL)

    async def _round(self) -> bool:
        """Try what is due; tell whether anything arrived."""
        clock = asyncio.get_running_loop().time
        due = await asyncio.to_thread(self._due)
        ready = [one for one in due if self._not_before.get(one.conversation_id, 0.0) <= clock()]
        arrived = await asyncio.gather(*(self._try(one) for one in ready[:_AT_ONCE]))
        return any(arrived)

    def _due(self) -> list[Delivery]:
        with self._database.read() as connection:
            return deliveries.due(connection)

    async def _try(self, delivery: Delivery) -> bool:
        try:
            if not (delivery.attempts and await self._arrived(delivery)):
                await asyncio.to_thread(self._record, deliveries.begin, delivery)
                await self._send(delivery)
        except RasaAway as problem:
            failures = self._failures.get(delivery.conversation_id, 0)
            wait = _WAITS[min(failures, len(_WAITS) - 1)]
            clock = asyncio.get_running_loop().time()
            self._failures[delivery.conversation_id] = failures + 1
            self._not_before[delivery.conversation_id] = clock + wait
            logger.warning("%s; delivery %d is tried again in %s s.", problem, delivery.id, wait)
            return False
        except RasaRefused as problem:
            logger.error("%s; delivery %d is given up.", problem, delivery.id)
            await asyncio.to_thread(self._record, deliveries.give_up, delivery)
        else:
            await asyncio.to_thread(self._record, deliveries.finish, delivery)
        self._not_before.pop(delivery.conversation_id, None)
        self._failures.pop(delivery.conversation_id, None)
        self._told()
        return True

    async def _send(self, delivery: Delivery) -> None:
        if delivery.kind == "intent":
            await self._rasa.trigger(delivery.conversation_id, delivery.body)
        else:
            events = await asyncio.to_thread(self._current, delivery)
            await self._rasa.append(delivery.conversation_id, events)

    async def _arrived(self, delivery: Delivery) -> bool:
        """Look whether an earlier try, whose outcome is unknown, was a success.

        That try may still wait for the conversation's lock, which reading does not take. Saying
        once more how the handoff stands changes nothing, and is done when the earlier try is.
        """
        with_lock = replace(delivery, body=[deliveries.status()])
        status = await asyncio.to_thread(self._current, with_lock)
        await self._rasa.append(delivery.conversation_id, status)
        for event in await self._rasa.events(delivery.conversation_id):
            if delivery.kind == "intent":
                intent = (event.get("parse_data") or {}).get("intent") or {}
                since = float(event.get("timestamp") or 0) * 1000 >= delivery.created_at
                if intent.get("name") == delivery.body and since:
                    return True
            elif (event.get("metadata") or {}).get(MARK) == delivery.id:
                return True
        return False

    def _current(self, delivery: Delivery) -> list[dict[str, Any]]:
        """The events with the handoff's state as it is now."""
        with self._database.read() as connection:
            status = handoffs.status(connection, delivery.conversation_id)
            there = handoffs.open_of(connection, delivery.conversation_id)
        return [
            {
                **event,
                "value": status,
                # By it EscalationPolicy knows what arrives after the customer left that handoff.
                "metadata": {**event.get("metadata", {}), HANDOFF: there.id if there else None},
            }
            if event.get("name") == STATUS_SLOT
            else event
            for event in delivery.body
        ]

    def _record(self, change: Callable[..., None], delivery: Delivery) -> None:
        with self._database.write() as connection:
            change(connection, delivery)
