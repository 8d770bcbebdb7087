"""The connectors' own database: what must be remembered and shop software has no place for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from backends.client import BadSettings

SETTING = "FRONTDESK_CONNECTOR_DB"
DEFAULT_URL = "sqlite:///var/connector.db"
# Milliseconds that a SQLite connection waits for another process's write.
_BUSY = 5000

_METADATA = MetaData()
# Wrong proofs; `number` is a keyed hash of an order's number, a name or a postcode. Times are
# seconds since 1970.
MISSES = Table(
    "order_misses",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("number", String(64), nullable=False, index=True),
    Column("at", Float, nullable=False),
)
# One-time codes. `email` is a keyed hash, and so is `code`; the customer's id is not looked up
# before the code was right, so that an address with an account costs no more time than another.
CODES = Table(
    "codes",
    _METADATA,
    Column("id", String(64), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("email", String(64), nullable=False, index=True),
    Column("customer_id", String(64)),
    Column("code", String(64), nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("ended", Integer, nullable=False, default=0),
)
# What is counted for an address, whether it has an account or not.
GUARDS = Table(
    "code_guards",
    _METADATA,
    Column("email", String(64), primary_key=True),
    Column("sent_at", Float),
    Column("misses", Integer, nullable=False, default=0),
    Column("missed_at", Float),
    Column("locked_until", Float),
)
# Changes that were begun, and those that were made: the record of each.
CHANGES = Table(
    "changes",
    _METADATA,
    Column("key", String(64), primary_key=True),
    Column("customer_id", String(64), nullable=False),
    Column("number", String(64), nullable=False),
    Column("reference", String(32), nullable=False),
    Column("outcome", Text, nullable=False),  # JSON
    Column("made_by", Text, nullable=False),  # JSON
    Column("begun_at", Float, nullable=False),
    Column("made_at", Float),
)


def open_database(url: str) -> Engine:
    """The database; a SQLite file is made, with its folder, if it is not there.

    Args:
        url: an SQLAlchemy URL.

    Raises:
        BadSettings: it cannot be opened.
    """
    try:
        place = make_url(url)
        sqlite = place.get_backend_name() == "sqlite"
        if sqlite and place.database:
            Path(place.database).parent.mkdir(parents=True, exist_ok=True)
        # hide_parameters: an error's text would otherwise hold customers' addresses
        engine = create_engine(place, future=True, hide_parameters=True, pool_pre_ping=True)
        if sqlite:
            event.listen(engine, "connect", _tune_sqlite)
        _METADATA.create_all(engine)
        return engine
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise BadSettings(
            f"the connector's database cannot be used ({type(error).__name__}). Check {SETTING}, "
            "and that this process may write there"
        ) from error


def _tune_sqlite(connection: Any, _record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout={_BUSY}")
    connection.execute("PRAGMA journal_mode=WAL")
