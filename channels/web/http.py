"""HTTP manners of the web channel: one shape of error, CORS, bodies of limited size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from channels import body

_ALLOW_METHODS = "GET, POST, OPTIONS"
_ALLOW_HEADERS = "Authorization, Content-Type, Last-Event-ID"
_PREFLIGHT_AGE = "600"  # s a browser may remember the answer to a preflight


class Refusal(Exception):
    """A request that is answered with an error.

    Attributes:
        status: the HTTP status.
        code: for programs; part of the API.
        message: for people.
        retry_after: seconds until trying again makes sense; 0 when it does not.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: int = 0):
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def response(self) -> HTTPResponse:
        """Return the answer."""
        headers = {"Cache-Control": "no-store"}
        if self.retry_after:
            headers["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        answer = {"error": {"code": self.code, "message": self.message}}
        return json_response(answer, status=self.status, headers=headers)


class Origins:
    """The sites whose pages may use the channel."""

    def __init__(self, allowed: frozenset[str]):
        """Take the configured origins.

        Args:
            allowed: each as browsers send it, such as `https://www.example.com`.
        """
        self._allowed = allowed

    def refuse_foreign(self, request: Request) -> None:
        """Let pass requests from configured sites, and those that no page made.

        Args:
            request: the request.

        Raises:
            Refusal: a page of another site made it (403).
        """
        origin = request.headers.get("origin")
        if origin is not None and origin not in self._allowed:
            raise Refusal(
                403,
                "foreign_origin",
                "This site may not open a chat here. Its address has to be listed in "
                "FRONTDESK_WEB_ORIGINS.",
            )

    def set_headers(self, request: Request, headers: Any) -> None:
        """Replace a response's CORS headers by this channel's.

        Rasa's own CORS extension answers every preflight before the channel sees it, by rules
        of the whole server; what it set is removed.

        Args:
            request: the request.
            headers: the response's headers, changed in place.
        """
        for name in [name for name in headers if name.lower().startswith("access-control-")]:
            del headers[name]
        headers["Vary"] = "Origin"
        origin = request.headers.get("origin")
        if origin is None or origin not in self._allowed:
            return
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = "Retry-After"
        if request.method == "OPTIONS":
            headers["Access-Control-Allow-Methods"] = _ALLOW_METHODS
            headers["Access-Control-Allow-Headers"] = _ALLOW_HEADERS
            headers["Access-Control-Max-Age"] = _PREFLIGHT_AGE


async def read_json(request: Request, max_bytes: int) -> Mapping[str, Any]:
    """Read a request's body as a JSON object.

    Args:
        request: of a streaming handler.
        max_bytes: the most that is kept of the body.

    Returns:
        The object.

    Raises:
        Refusal: the body is too large (413), or not a JSON object (400).
    """
    content = await read_body(request, max_bytes)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise Refusal(400, "bad_json", "The body is not valid JSON.") from problem
    if not isinstance(value, dict):
        raise Refusal(400, "bad_json", "The body must be a JSON object.")
    return value


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Read a request's body, but not more than is wanted.

    Args:
        request: of a streaming handler.
        max_bytes: the most that is kept.

    Returns:
        The body.

    Raises:
        Refusal: it is larger (413), damaged (400) or does not arrive (408).
    """
    try:
        return await body.read_body(request, max_bytes)
    except body.BodyProblem as problem:
        raise {
            400: Refusal(400, "bad_body", "The body's chunked encoding is damaged."),
            408: Refusal(408, "too_slow", "The body took too long to arrive."),
            413: Refusal(
                413,
                "body_too_large",
                f"The body is too large; at most {max_bytes} bytes are accepted.",
            ),
        }[problem.status] from problem


def bearer_token(request: Request) -> str | None:
    """Return the token in a request's Authorization header, or None.

    Args:
        request: the request.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
