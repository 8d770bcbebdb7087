"""Embeddings kept: between trainings, so that a retrain embeds only what is new; of messages."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float32]

# SQLite takes at least 999 parameters a statement, in every version.
_PARAMETERS = 900
# Two trainings may write at the same time; seconds that one waits for the other.
_LOCK_TIMEOUT = 30.0


class EmbeddingCache:
    """A SQLite file a model: hash of the text -> vector. The texts themselves are not kept.

    Deleting the folder is always safe: what is missing is embedded anew.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        """Open nothing yet.

        Args:
            folder: where the file is kept; made when first written to.
            identity: names the model and its settings; vectors of another are never returned.
        """
        self.path = folder / f"{identity[:32]}.sqlite"

    def get(self, texts: Sequence[str]) -> dict[str, FloatArray]:
        """Look texts up.

        Args:
            texts: the texts wanted.

        Returns:
            The vectors of those that are known, each of shape (dimension,).
        """
        if not self.path.is_file():
            return {}
        keys = {_key(text): text for text in texts}
        found: dict[str, FloatArray] = {}
        try:
            with closing(self._connect()) as connection:
                for chunk in _chunks(list(keys)):
                    marks = ",".join("?" * len(chunk))
                    rows = connection.execute(
                        f"SELECT key, vector FROM embeddings WHERE key IN ({marks})",  # noqa: S608
                        chunk,
                    )
                    for key, vector in rows:
                        found[keys[key]] = np.frombuffer(vector, dtype="<f4").astype(np.float32)
        except (sqlite3.DatabaseError, ValueError) as error:
            self._start_anew(error)
            return {}
        return found

    def put(self, vectors: Mapping[str, FloatArray]) -> None:
        """Keep vectors.

        Args:
            vectors: text -> vector of shape (dimension,).
        """
        rows = [(_key(text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        try:
            self._write(rows)
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            self._write(rows)

    def _write(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection, connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS embeddings"
                " (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
            )
            connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", rows)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=_LOCK_TIMEOUT)

    def _start_anew(self, error: Exception) -> None:
        logger.warning(
            "The embedding cache '%s' cannot be read (%s). It is made anew; this training embeds "
            "every example again.",
            self.path,
            error,
        )
        self.path.unlink(missing_ok=True)


class RecentVectors:
    """The vectors of the messages last seen, in memory; of their texts a hash is kept only."""

    def __init__(self, most: int) -> None:
        """Keep none yet.

        Args:
            most: so many are kept; then the one not asked for longest makes room.
        """
        self._most = most
        self._vectors: OrderedDict[bytes, FloatArray] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str) -> FloatArray | None:
        """Give the vector of a text, None when it is not known."""
        key = _key(text)
        with self._lock:
            vector = self._vectors.get(key)
            if vector is not None:
                self._vectors.move_to_end(key)
            return vector

    def put(self, text: str, vector: FloatArray) -> None:
        """Keep the vector of a text, which nobody may change from now on."""
        vector.flags.writeable = False
        with self._lock:
            self._vectors[_key(text)] = vector
            if len(self._vectors) > self._most:
                self._vectors.popitem(last=False)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _chunks(keys: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    for start in range(0, len(keys), _PARAMETERS):
        yield keys[start : start + _PARAMETERS]
