"""The record of each change: begun before the shop software is asked, made when it has answered.

Shop software knows no idempotency keys. What was begun and whose answer was lost is looked up there
before it is tried again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from backends import idempotency
from backends.change_models import ChangeRecord, MadeBy, Outcome
from backends.connectors.database import CHANGES
from backends.connectors.misses import unusable
from backends.errors import Conflict
from backends.wire import decode, encode


@dataclass(frozen=True)
class Entry:
    """One change, begun or made.

    Attributes:
        key: its idempotency key, as it is stored.
        customer_id: whose order it is.
        number: the order's.
        reference: what the customer is told.
        outcome: what was agreed to.
        begun_at: when the shop software was last asked; seconds since 1970.
        made_at: when it was known to be done; None: not yet.
    """

    key: str
    customer_id: str
    number: str
    reference: str
    outcome: Outcome
    begun_at: float
    made_at: float | None

    def record(self) -> ChangeRecord:
        """As the customer's side knows it, once it is made."""
        assert self.made_at is not None
        made_at = datetime.fromtimestamp(self.made_at, timezone.utc)
        return ChangeRecord(self.key, self.reference, self.number, made_at, self.outcome)


class Journal:
    """Keeps them. Methods block."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self.clock = engine, clock

    def find(self, key: str) -> Entry | None:
        """The change with this key.

        Raises:
            BackendUnavailable: the database failed.
        """
        query = select(CHANGES).where(CHANGES.c.key == _stored(key))
        try:
            with self._engine.connect() as connection:
                row = connection.execute(query).first()
        except SQLAlchemyError as error:
            raise unusable(error) from error
        return None if row is None else _entry(row)

    def begin(
        self, key: str, customer_id: str, number: str, outcome: Outcome, made_by: MadeBy
    ) -> Entry:
        """Note a change that is about to be made; whoever comes second with its key is refused.

        Raises:
            Conflict: it is being made this moment.
            BackendUnavailable: the database failed, so nothing may be made.
        """
        stored = _stored(key)
        row = {
            "key": stored,
            "customer_id": customer_id,
            "number": number,
            "reference": f"C-{idempotency.key('reference', stored)[:8].upper()}",
            "outcome": json.dumps(encode(outcome)),
            "made_by": json.dumps(encode(made_by)),
            "begun_at": self.clock(),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(CHANGES.insert(), [row])
                return _entry(connection.execute(_by(stored)).one())
        except IntegrityError:
            raise Conflict("this change is being made already") from None
        except SQLAlchemyError as error:
            raise unusable(error) from error

    def begin_again(self, entry: Entry) -> Entry:
        """Note that a change which was begun, and not made, is tried once more.

        Raises:
            Conflict: another process does so this moment.
            BackendUnavailable: the database failed, so nothing may be made.
        """
        same = CHANGES.update().where(
            CHANGES.c.key == entry.key,
            CHANGES.c.begun_at == entry.begun_at,
            CHANGES.c.made_at.is_(None),
        )
        try:
            with self._engine.begin() as connection:
                if connection.execute(same.values(begun_at=self.clock())).rowcount == 0:
                    raise Conflict("this change is being made already")
                return _entry(connection.execute(_by(entry.key)).one())
        except SQLAlchemyError as error:
            raise unusable(error) from error

    def made(self, entry: Entry) -> Entry:
        """Note that a change is done.

        Raises:
            BackendUnavailable: the database failed; it is looked up again later.
        """
        undone = CHANGES.update().where(CHANGES.c.key == entry.key, CHANGES.c.made_at.is_(None))
        try:
            with self._engine.begin() as connection:
                connection.execute(undone.values(made_at=self.clock()))
                return _entry(connection.execute(_by(entry.key)).one())
        except SQLAlchemyError as error:
            raise unusable(error) from error

    def drop(self, entry: Entry) -> None:
        """Forget a change that surely was not made.

        Raises:
            BackendUnavailable: the database failed; it is looked up again later.
        """
        undone = CHANGES.delete().where(CHANGES.c.key == entry.key, CHANGES.c.made_at.is_(None))
        try:
            with self._engine.begin() as connection:
                connection.execute(undone)
        except SQLAlchemyError as error:
            raise unusable(error) from error


def _stored(key: str) -> str:
    return key if key.isalnum() and key.isascii() and len(key) <= 64 else idempotency.key(key)


def _by(key: str) -> Any:
    return select(CHANGES).where(CHANGES.c.key == key)


def _entry(row: Any) -> Entry:
    return Entry(
        key=row.key,
        customer_id=row.customer_id,
        number=row.number,
        reference=row.reference,
        outcome=decode(Outcome, json.loads(row.outcome)),
        begun_at=row.begun_at,
        made_at=row.made_at,
    )
