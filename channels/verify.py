"""Verifying and refusing deliveries: in constant time, saying nothing, and never by default."""

from __future__ import annotations

import hmac

from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.body import BodyProblem, read_body

_RETRY_SOON = 5  # s, while the server starts or stops or its database fails


def same(given: str | None, expected: str) -> bool:
    """Compare a secret or signature without telling by the time how much of it is right.

    Args:
        given: what the request holds.
        expected: what it has to be; an empty one equals nothing, so that a secret that is not
            set lets nobody in.
    """
    if not given or not expected:
        return False
    # Bytes that are no UTF-8 arrive as lone surrogates.
    return hmac.compare_digest(given.encode(errors="surrogateescape"), expected.encode())


def forbidden() -> HTTPResponse:
    """Return the answer to a delivery that is not genuine: 403, without a word."""
    return HTTPResponse(status=403)


def unavailable() -> HTTPResponse:
    """Return the answer while nothing can be accepted: 503, so that the provider tries again."""
    return HTTPResponse(status=503, headers={"Retry-After": str(_RETRY_SOON)})


async def read_limited(request: Request, max_bytes: int) -> bytes:
    """Read a delivery's body, as it was signed.

    Args:
        request: of a route that was added with `stream=True`.
        max_bytes: the most that is accepted.

    Returns:
        The body.

    Raises:
        SanicException: it is larger (413), damaged (400) or does not arrive (408).
    """
    try:
        return await read_body(request, max_bytes)
    except BodyProblem as problem:
        raise SanicException("", status_code=problem.status) from problem
