"""Changes happen once: the answer to each `Idempotency-Key` is kept with the change itself."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse

from backends.demo import times
from backends.demo.errors import ApiError
from backends.demo.shop import Shop, TheShop

# Promised by the contract, because Frontdesk delivers tickets later when the shop was away.
KEPT_FOR = timedelta(days=7)

IdempotencyKey = Annotated[
    str,
    Header(alias="Idempotency-Key", min_length=8, max_length=200, pattern=r"^[!-~]+\Z"),
]


@dataclass(frozen=True)
class Answer:
    """What a change answers.

    Attributes:
        status: the HTTP status.
        body: what can be written as JSON.
        headers: besides the usual ones.
    """

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: ApiError) -> Answer:
        """An error that did change something, such as the attempts left."""
        return cls(error.status_code, error.body, dict(error.headers or {}))


class Change:
    """One request to change something."""

    def __init__(self, shop: Shop, key_hash: str, request: str) -> None:
        self.shop = shop
        self.key_hash = key_hash
        self._request = request

    def once(self, work: Callable[[sqlite3.Connection], Answer]) -> JSONResponse:
        """Carry the change out, or give the answer that was kept for its key.

        The change and its answer are kept in one transaction, so there is never one without the
        other, and a second request with the key waits for the first.

        Args:
            work: makes the change and returns the answer. When it raises, nothing is kept.

        Raises:
            ApiError: 409, the key belongs to another request; or whatever `work` raises.
        """
        with self.shop.database.write() as connection:
            now = self.shop.now()
            connection.execute(
                "DELETE FROM kept_answers WHERE kept_at < ?", (times.write(now - KEPT_FOR),)
            )
            kept = connection.execute(
                "SELECT * FROM kept_answers WHERE key = ?", (self.key_hash,)
            ).fetchone()
            if kept is not None:
                if kept["request"] != self._request:
                    raise ApiError(
                        409,
                        "idempotency_key_reused",
                        "This Idempotency-Key was used for another request.",
                    )
                headers = {**json.loads(kept["headers"]), "Idempotent-Replayed": "true"}
                return JSONResponse(json.loads(kept["body"]), kept["status"], headers)
            answer = work(connection)
            connection.execute(
                "INSERT INTO kept_answers (key, request, status, body, headers, kept_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    self.key_hash,
                    self._request,
                    answer.status,
                    json.dumps(answer.body),
                    json.dumps(answer.headers),
                    times.write(now),
                ),
            )
        return JSONResponse(answer.body, answer.status, answer.headers)


async def _change(request: Request, key: IdempotencyKey, shop: TheShop) -> Change:
    body = await request.body()
    try:
        # Spaces and the order of fields make no other request.
        text = json.dumps(json.loads(body), sort_keys=True)
    except ValueError:
        # The route refuses it in a moment; this runs before it does.
        text = body.decode("latin-1")
    mark = shop.keyed_hash(request.method, request.url.path, text)
    return Change(shop, shop.keyed_hash("key", key), mark)


TheChange = Annotated[Change, Depends(_change)]
