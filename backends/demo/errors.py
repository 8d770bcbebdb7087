"""The contract's one error shape, for everything that can go wrong."""

from __future__ import annotations

import logging
import math
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

log = logging.getLogger(__name__)


class ApiError(HTTPException):
    """An answer outside 2xx.

    Args:
        status: the HTTP status.
        code: for programs, as in the contract.
        message: one sentence for the people who run the system.
        details: what belongs to this code.
        retry_after: when to come back.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        headers = {}
        if retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(retry_after.total_seconds())))
        super().__init__(status, message, headers)
        error: dict[str, Any] = {"code": code, "message": message}
        if details is not None:
            error["details"] = details
        self.body = {"error": error}


def not_found() -> ApiError:
    """The answer for what does not exist and for what is somebody else's."""
    return ApiError(404, "not_found", "There is no such thing here.")


def too_many(retry_after: timedelta) -> ApiError:
    """Asked too often."""
    return ApiError(
        429,
        "too_many_requests",
        "Too many requests. Try again later.",
        retry_after=retry_after,
    )


def answer(error: ApiError) -> JSONResponse:
    """The error as it is sent."""
    return JSONResponse(error.body, error.status_code, error.headers)


_CODES = {400: "unreadable", 404: "not_found", 405: "method_not_allowed"}


def install(app: FastAPI) -> None:
    """Make every error of the app an answer in the one shape."""

    async def known(request: Request, error: Exception) -> Response:
        if isinstance(error, ApiError):
            return answer(error)
        assert isinstance(error, StarletteHTTPException)
        if error.status_code == 404:
            return answer(not_found())
        code = _CODES.get(error.status_code, "refused")
        body = {"error": {"code": code, "message": f"{error.detail}."}}
        return JSONResponse(body, error.status_code, error.headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        problems = error.errors()
        if any(problem["type"] == "json_invalid" for problem in problems):
            return answer(ApiError(400, "unreadable", "The body is not valid JSON."))
        # Places and rules only: the values may be personal.
        fields = [
            {"field": ".".join(str(part) for part in problem["loc"]), "problem": problem["msg"]}
            for problem in problems
        ]
        return answer(
            ApiError(
                422,
                "invalid_input",
                "The request breaks a rule of the contract.",
                details={"fields": fields},
            )
        )

    async def unforeseen(request: Request, error: Exception) -> Response:
        log.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
        return answer(ApiError(500, "internal_error", "The shop failed. The cause is in its log."))

    app.add_exception_handler(StarletteHTTPException, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unforeseen)
