"""Reading a request's body, but not more of it than is wanted."""

from __future__ import annotations

import asyncio

from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.request import Request

_BODY_TIMEOUT = 30.0  # s; Sanic itself would wait for an hour under Rasa
# What is read past a body's limit before the connection is closed, so that a client which is
# still sending gets to see the answer.
_DISCARD = 16 * 2**20  # bytes


class BodyProblem(Exception):
    """The body cannot be used.

    Attributes:
        status: the HTTP status: 400 damaged, 408 does not arrive, 413 too large.
    """

    def __init__(self, status: int):
        super().__init__(str(status))
        self.status = status


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Read a request's body, but not more than is wanted.

    Args:
        request: of a streaming handler.
        max_bytes: the most that is kept.

    Returns:
        The body.

    Raises:
        BodyProblem: it is larger, damaged or does not arrive.
    """
    limit_discarded(request, max_bytes)

    async def read() -> bytes:
        kept = bytearray()
        size = 0
        async for chunk in request.stream:
            size += len(chunk)
            if size <= max_bytes:
                kept += chunk
        if size > max_bytes:
            raise BodyProblem(413)
        return bytes(kept)

    try:
        return await asyncio.wait_for(read(), _BODY_TIMEOUT)
    except asyncio.TimeoutError as problem:
        raise BodyProblem(408) from problem
    except PayloadTooLarge as problem:
        raise BodyProblem(413) from problem
    except InvalidUsage as problem:
        raise BodyProblem(400) from problem


def limit_discarded(request: Request, max_bytes: int) -> None:
    """Limit what Sanic reads and throws away of a body that is refused.

    Args:
        request: of a streaming handler; Sanic has lifted its own limit.
        max_bytes: the most that would have been accepted.
    """
    request.stream.request_max_size = max_bytes + _DISCARD
