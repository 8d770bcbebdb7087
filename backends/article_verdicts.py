"""What customers said of the knowledge base's answers, kept until staff have looked at it.

The database may hold customers' questions, without personal data where whoever records them masked
it. Methods block: call them in a thread where an event loop must not wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    MetaData,
    String,
    Table,
    Text,
    case,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

DEFAULT_URL = "sqlite:///var/knowledge.db"
# Milliseconds that a SQLite connection waits for another process's write.
_BUSY = 5000
_QUESTIONS = 5

_METADATA = MetaData()
_VERDICTS = Table(
    "article_verdicts",
    _METADATA,
    Column("key", String(64), primary_key=True),
    Column("article_id", String(128), nullable=False, index=True),
    Column("article_version", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("helped", Boolean, nullable=False),
    Column("question", Text, nullable=False),
    Column("conversation_id", String(255), nullable=False),
    Column("at", Float, nullable=False),  # seconds since 1970
    Column("settled_at", Float),  # when staff were done with it
    Column("settled_by", String(128)),
)


class VerdictsUnusable(RuntimeError):
    """The database cannot be used; the message names it and the mend."""


@dataclass(frozen=True)
class Verdict:
    """What one customer said of one answer.

    Attributes:
        key: the same for the same saying, told twice.
        article_id: the article's file name without `.md`.
        article_version: of its content when it was given.
        title: its question then.
        helped: whether it answered the customer's question.
        question: what the customer had asked, personal data masked.
        conversation_id: where it was said.
    """

    key: str
    article_id: str
    article_version: str
    title: str
    helped: bool
    question: str
    conversation_id: str


@dataclass(frozen=True)
class FlaggedArticle:
    """An article of which customers said that it did not help, and nobody has settled it.

    Attributes:
        article_id: the article's file name without `.md`.
        title: its question when it was last given.
        not_helped: how many said so since it was last settled.
        helped: how many said the opposite since then.
        version: of the content of which it was last said.
        last_at: when it was last said, seconds since 1970.
        questions: what was asked, latest first, five at most.
    """

    article_id: str
    title: str
    not_helped: int
    helped: int
    version: str
    last_at: float
    questions: tuple[str, ...]


class ArticleVerdicts:
    """See the module.

    Args:
        url: SQLAlchemy URL; a SQLite file is made, with its folder, if it is not there.
        clock: seconds since 1970.

    Raises:
        VerdictsUnusable: the database cannot be opened.
    """

    def __init__(self, url: str = DEFAULT_URL, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        try:
            self._engine = _open(url)
        except (SQLAlchemyError, OSError, ImportError) as error:
            shown = "it" if isinstance(error, ArgumentError) else make_url(url).render_as_string()
            raise VerdictsUnusable(
                f"the database of verdicts on articles cannot be used: {shown} ({error}). Check "
                "FRONTDESK_KNOWLEDGE_DB, and that this process may write there"
            ) from error

    def record(self, verdict: Verdict) -> None:
        """Keep a verdict; the same one again changes nothing.

        Raises:
            SQLAlchemyError: the database did not take it.
        """
        row = {**vars(verdict), "at": self._clock()}
        try:
            with self._engine.begin() as connection:
                connection.execute(_VERDICTS.insert(), [row])
        except IntegrityError:
            return

    def flagged(self) -> list[FlaggedArticle]:
        """List the articles to look at, those that failed most often first.

        Raises:
            SQLAlchemyError: the database did not answer.
        """
        not_helped = func.sum(case((_VERDICTS.c.helped, 0), else_=1))
        counts = (
            select(
                _VERDICTS.c.article_id,
                not_helped.label("not_helped"),
                func.count().label("all"),
            )
            .where(_VERDICTS.c.settled_at.is_(None))
            .group_by(_VERDICTS.c.article_id)
            .having(not_helped > 0)
            .order_by(not_helped.desc(), _VERDICTS.c.article_id)
        )
        with self._engine.connect() as connection:
            return [self._article(connection, row) for row in connection.execute(counts).all()]

    @staticmethod
    def _article(connection: Any, row: Any) -> FlaggedArticle:
        said = connection.execute(
            select(_VERDICTS)
            .where(_VERDICTS.c.article_id == row.article_id)
            .where(_VERDICTS.c.settled_at.is_(None))
            .where(_VERDICTS.c.helped.is_(False))
            .order_by(_VERDICTS.c.at.desc())
            .limit(_QUESTIONS)
        ).all()
        return FlaggedArticle(
            article_id=row.article_id,
            title=said[0].title,
            not_helped=row.not_helped,
            helped=row.all - row.not_helped,
            version=said[0].article_version,
            last_at=said[0].at,
            questions=tuple(one.question for one in said),
        )

    def settle(self, article_id: str, by: str) -> int:
        """Take an article off the list: staff have mended it, or found it right.

        Args:
            article_id: the article.
            by: who says so.

        Returns:
            How many verdicts that were open it settled; 0 if there was none.

        Raises:
            SQLAlchemyError: the database did not take it.
        """
        with self._engine.begin() as connection:
            done = connection.execute(
                _VERDICTS.update()
                .where(_VERDICTS.c.article_id == article_id)
                .where(_VERDICTS.c.settled_at.is_(None))
                .values(settled_at=self._clock(), settled_by=by)
            )
        return int(done.rowcount)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def _open(url: str) -> Engine:
    address = make_url(url)
    sqlite = address.get_backend_name() == "sqlite"
    if sqlite and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    # hide_parameters: an error's text would otherwise hold customers' words
    engine = create_engine(address, future=True, hide_parameters=True, pool_pre_ping=True)
    if sqlite:
        event.listen(engine, "connect", _tune_sqlite)
    _METADATA.create_all(engine)
    return engine


def _tune_sqlite(connection: Any, _record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout={_BUSY}")
    connection.execute("PRAGMA journal_mode=WAL")
