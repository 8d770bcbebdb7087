"""The knowledge base as it is on the disk now: an index that follows its files."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from components.article_index import ArticleIndex, given, texts_of
from components.articles import Article, ArticleError, article_files, read_article
from components.embedding_cache import EmbeddingCache
from components.encoder import SentenceEncoder

logger = logging.getLogger(__name__)

# Longer than one edited article takes, shorter than a customer notices.
PATIENCE = 0.5

# What tells whether a file is as it was: its time in nanoseconds, and its size.
_Stamp = tuple[int, int]


class ArticleLibrary:
    """Gives the index of a folder's articles, and makes it anew when a file has changed.

    Args:
        folder: the articles' folder.
        encoder: that of the messages.
        cache: where vectors are kept between starts; None: nowhere.
        check_seconds: how long after a look at the files the next one may come.
        patience: seconds that the message which finds a change waits for the new index.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        folder: Path,
        encoder: SentenceEncoder,
        cache: EmbeddingCache | None,
        check_seconds: float,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._encoder = encoder
        self._cache = cache
        self._check_seconds = check_seconds
        self._patience = patience
        self._clock = clock
        self._checked = -float("inf")
        self._stamps: dict[Path, _Stamp] = {}
        self._read: dict[Path, Article] = {}
        self._index = ArticleIndex([], {})
        # Held by the one thread that makes the index anew.
        self._working = threading.Lock()

    def load(self) -> None:
        """Read the articles now, in this thread."""
        with self._working:
            self._renew(self._look())
        if not self._index.articles:
            logger.warning("There are no articles in '%s': none will be given.", self._folder)

    def index(self) -> ArticleIndex:
        """Give the index, at once or nearly so.

        A change of the files is looked for now and then. The new index is made in another thread;
        that takes some 200 ms for an edited article, so the message that finds the change waits
        for it, but not for long.
        """
        now = self._clock()
        if now - self._checked >= self._check_seconds and self._working.acquire(blocking=False):
            self._checked = now
            try:
                stamps = self._look()
            except BaseException:
                self._working.release()
                raise
            if stamps == self._stamps:
                self._working.release()
            else:
                renewal = threading.Thread(
                    target=self._renew_and_release, args=(stamps,), name="articles", daemon=True
                )
                renewal.start()
                renewal.join(self._patience)
        return self._index

    def _look(self) -> dict[Path, _Stamp]:
        stamps = {}
        for path in article_files(self._folder):
            try:
                stat = path.stat()
            except OSError:
                continue  # it went away in between
            stamps[path] = (stat.st_mtime_ns, stat.st_size)
        return stamps

    def _renew_and_release(self, stamps: dict[Path, _Stamp]) -> None:
        try:
            self._renew(stamps)
            logger.info("The knowledge base has changed: %d articles.", len(self._index.articles))
        except Exception:
            # The index of before stays; the same files are not tried again at every message.
            self._stamps = stamps
            logger.exception("The changed knowledge base cannot be used.")
        finally:
            self._working.release()

    def _renew(self, stamps: dict[Path, _Stamp]) -> None:
        read = {}
        for path, stamp in stamps.items():
            if self._stamps.get(path) == stamp and path in self._read:
                read[path] = self._read[path]
                continue
            try:
                read[path] = read_article(path)
            except ArticleError as error:
                before = self._read.get(path)
                kept = "its last good version stays in use" if before else "it is left out"
                logger.error("An article cannot be used, %s: %s", kept, error)
                if before:
                    read[path] = before
        articles = list(read.values())
        self._index = ArticleIndex(articles, self._embed(articles))
        self._read, self._stamps = read, stamps

    def _embed(self, articles: Sequence[Article]) -> dict[str, npt.NDArray[np.float32]]:
        texts = sorted({text for article in given(articles) for text in texts_of(article)})
        vectors = self._cache.get(texts) if self._cache else {}
        missing = [text for text in texts if text not in vectors]
        fresh = {
            missing[position]: vector
            for positions, batch in self._encoder.encode_many(missing)
            for position, vector in zip(positions, batch, strict=True)
        }
        if self._cache and fresh:
            try:
                self._cache.put(fresh)
            except (OSError, sqlite3.Error) as error:
                # a container may have no place to write: then every start embeds them anew
                logger.warning("The articles' embeddings cannot be kept: %s", error)
        return {**vectors, **fresh}
