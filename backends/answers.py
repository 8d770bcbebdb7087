"""What a shop's answer means: a model, or one of the typed errors.

Only an answer in the contract's error shape may say `NotFound` and the like. A 404 page of some
proxy in between says nothing about an order, so it counts as "no usable answer".
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar

from backends.errors import (
    BackendError,
    BackendUnavailable,
    CodeExpired,
    CodeLocked,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    OutcomeChanged,
    TooManyRequests,
    WrongCode,
)
from backends.wire import Unreadable, decode

T = TypeVar("T")

# Longer pauses are the customer's to take, not ours: an answer is due within seconds.
MAX_PAUSE = 2.0
# A day: what a sensible shop never exceeds, so that a mistyped header cannot lock a skill for ever.
_MAX_RETRY_AFTER = 86_400.0
_DEFAULT_RETRY_AFTER = 60.0
_MAX_MESSAGE = 200
_CODE = re.compile(r"[a-z_]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Refusal:
    """An answer that is not what was asked for.

    Attributes:
        error: what to raise in the end.
        pause: seconds to wait before the same request may be repeated; 0 if the shop does not say,
            None if repeating it is no use.
        undone: whether the request surely was not carried out, so that one that must not be made
            twice may be repeated too.
    """

    error: BackendError
    pause: float | None = None
    undone: bool = False


class Meaning(Protocol):
    """What the answers of one kind of system mean."""

    def refusal(self, answer: Answer) -> Refusal | None:
        """What stands in the way of what was asked for; None if the answer holds it."""

    def value(self, kind: type[T], answer: Answer) -> T:
        """The model in a good answer.

        Raises:
            BackendUnavailable: it is not there, or not as promised.
        """


class Contract:
    """`Meaning` of what `backends/openapi.yaml` describes."""

    def refusal(self, answer: Answer) -> Refusal | None:
        """See `Meaning.refusal`."""
        return None if 200 <= answer.status < 300 else refusal(answer)

    def value(self, kind: type[T], answer: Answer) -> T:
        """See `Meaning.value`."""
        return read_model(kind, answer)


def unreadable(why: str) -> BackendUnavailable:
    """The error for an answer that breaks the contract; `why` names the place, never a value."""
    return BackendUnavailable(
        f"the shop's answer does not follow the contract: {why}", code="unreadable_answer"
    )


def read_model(kind: type[T], answer: Answer) -> T:
    """The model in a good answer.

    Raises:
        BackendUnavailable: it is not there, or not as the contract promises.
    """
    try:
        return decode(kind, parsed(answer))
    except Unreadable as exc:
        raise unreadable(str(exc)) from exc


def refusal(answer: Answer) -> Refusal:
    """What an answer outside 2xx means."""
    status = answer.status
    if status >= 500:
        return Refusal(
            BackendUnavailable(f"the shop failed with status {status}", code="shop_failed"),
            pause=short_pause(retry_after(answer.headers, default=0.0)),
        )
    if status == 401:
        return Refusal(
            BackendUnavailable(
                "the shop refused our token; set FRONTDESK_SHOP_TOKEN to the one it knows",
                code="unauthorized",
            )
        )
    try:
        code, message, details = _error_body(answer)
    except Unreadable as exc:
        if status == 429:  # a gateway's own limit, in a shape of its own
            return _too_many(answer, "too_many_requests", "")
        error = unreadable(f"status {status}, {exc}")
        error.__cause__ = exc
        return Refusal(error)
    return _known(answer, code, message, details)


def _known(answer: Answer, code: str, message: str, details: Mapping[str, Any]) -> Refusal:
    if code == "wrong_code":
        left = details.get("attempts_left")
        if not isinstance(left, int) or isinstance(left, bool) or left < 0:
            return Refusal(unreadable("$.error.details.attempts_left: expected a whole number"))
        return Refusal(WrongCode(message, code=code, attempts_left=left))
    if code == "not_allowed":
        rule, alternative = details.get("rule"), details.get("alternative")
        if not isinstance(rule, str):
            return Refusal(unreadable("$.error.details.rule: expected a string"))
        instead = alternative if isinstance(alternative, str) else None
        return Refusal(NotAllowed(message, code=code, rule=rule, alternative=instead))
    if code == "outcome_changed":
        return Refusal(OutcomeChanged(message, code=code))
    if code == "code_expired":
        return Refusal(CodeExpired(message, code=code))
    if code == "code_locked":
        wait = retry_after(answer.headers, default=_DEFAULT_RETRY_AFTER)
        return Refusal(CodeLocked(message, code=code, retry_after=wait))
    if code == "idempotency_in_progress":
        # Our first try still runs over there; unheard, it is as if nobody had answered.
        pause = short_pause(retry_after(answer.headers, default=0.0))
        return Refusal(BackendUnavailable(message, code=code), pause=pause)
    status = answer.status
    if status == 429:
        return _too_many(answer, code, message)
    if status == 404:
        return Refusal(NotFound(message, code=code))
    if status == 409:
        return Refusal(Conflict(message, code=code))
    if 400 <= status < 500:
        return Refusal(InvalidInput(message + _fields(details), code=code))
    return Refusal(unreadable(f"status {status} with the error code {code}"))


def _too_many(answer: Answer, code: str, message: str) -> Refusal:
    wait = retry_after(answer.headers, default=_DEFAULT_RETRY_AFTER)
    return Refusal(TooManyRequests(message, code=code, retry_after=wait), pause=short_pause(wait))


def short_pause(seconds: float) -> float | None:
    """A pause that a customer can be made to wait for; None for a longer one."""
    return seconds if seconds <= MAX_PAUSE else None


def parsed(answer: Answer) -> object:
    """The answer's JSON.

    Raises:
        Unreadable: it is none.
    """
    try:
        value: object = json.loads(answer.content)
        return value
    except (ValueError, RecursionError) as exc:
        # Not from exc: the parser's error carries the whole document, personal data included.
        raise Unreadable(f"not valid JSON ({type(exc).__name__})") from None


def _error_body(answer: Answer) -> tuple[str, str, Mapping[str, Any]]:
    body = parsed(answer)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        raise Unreadable("$.error: expected an object")
    code, message, details = error.get("code"), error.get("message"), error.get("details")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Unreadable("$.error.code: expected a word of small letters and underscores")
    if not isinstance(message, str):
        raise Unreadable("$.error.message: expected a string")
    return code, message[:_MAX_MESSAGE], details if isinstance(details, dict) else {}


def _fields(details: Mapping[str, Any]) -> str:
    """The places that the shop found fault with, for whoever reads the log; never their values."""
    fields = details.get("fields")
    if not isinstance(fields, list):
        return ""
    names = [f["field"] for f in fields if isinstance(f, dict) and isinstance(f.get("field"), str)]
    return f" [{', '.join(names)[:_MAX_MESSAGE]}]" if names else ""


def retry_after(headers: Mapping[str, str], *, default: float) -> float:
    """The `Retry-After` header in seconds, whether it is a number or a date."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return default
        if at.tzinfo is None:
            at = at.replace(tzinfo=timezone.utc)
        seconds = (at - datetime.now(timezone.utc)).total_seconds()
    if not math.isfinite(seconds):
        return default
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER)
