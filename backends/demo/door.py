"""What every request to the API passes first: the token, and the limit on its size."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.demo.errors import ApiError, answer

# The contract asks for at least this: a long transcript is a few hundred kilobytes.
LARGEST_BODY = 2 * 1024 * 1024


class Door:
    """Lets in requests below `prefix` that show the token and are not too large.

    It stands before the routing, so that a stranger learns nothing, not even what exists.

    Args:
        app: what comes behind the door.
        prefix: where the API begins.
        token: the secret.
    """

    def __init__(self, app: ASGIApp, prefix: str, token: str) -> None:
        self._app = app
        self._prefix = prefix
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 413, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["path"].startswith(self._prefix):
            shown = headers.get("authorization", "").encode("latin-1")
            if not hmac.compare_digest(shown, self._expected):
                refusal = ApiError(401, "unauthorized", "The bearer token is missing or wrong.")
                refusal.headers = {"WWW-Authenticate": "Bearer"}
                await answer(refusal)(scope, receive, send)
                return
        announced = headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > LARGEST_BODY:
            await answer(_too_large())(scope, receive, send)
            return
        size = 0

        async def counted() -> Message:
            # A body sent in chunks announces no length.
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise _too_large()
            return message

        await self._app(scope, counted, send)


def _too_large() -> ApiError:
    return ApiError(413, "too_large", f"The body is larger than {LARGEST_BODY} bytes.")
