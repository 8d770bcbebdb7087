"""What Shopify's answers mean. A refusal comes with status 200 and is in `errors`.

https://shopify.dev/docs/api/admin-graphql#status_and_error_codes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from backends.answers import MAX_PAUSE, Answer, Refusal, parsed, retry_after, short_pause
from backends.errors import BackendUnavailable, TooManyRequests
from backends.wire import Unreadable, decode

T = TypeVar("T")

_STORE = "FRONTDESK_SHOPIFY_STORE"
# When the bucket is empty, and Shopify does not say how fast it fills.
_DEFAULT_WAIT = 1.0
_MESSAGE = 200
_STATUS = {
    401: (
        "unauthorized",
        "Shopify refused our token: the app was uninstalled, or FRONTDESK_SHOPIFY_TOKEN is wrong. "
        "Install the app again and copy its token anew",
    ),
    403: (
        "forbidden",
        "Shopify lets nobody into this store (403): see whether it is open, and the app installed",
    ),
    402: ("store_frozen", "the store is frozen at Shopify: its bill is unpaid"),
    404: (
        "no_store",
        f"Shopify knows no such store or API version: correct {_STORE} or "
        "FRONTDESK_SHOPIFY_VERSION",
    ),
    423: ("store_locked", "the store is locked at Shopify"),
}


class GraphQL:
    """`Meaning` of the Admin GraphQL API."""

    def refusal(self, answer: Answer) -> Refusal | None:
        """See `Meaning.refusal`."""
        if answer.status != 200:
            return _by_status(answer)
        try:
            body = parsed(answer)
        except Unreadable as error:
            return Refusal(_unreadable(str(error)))
        if not isinstance(body, dict):
            return Refusal(_unreadable("$: expected an object"))
        errors = body.get("errors")
        if isinstance(errors, str):  # some refusals of the token come like this
            return Refusal(_unavailable(*_STATUS[401]))
        if isinstance(errors, list) and errors:
            # also beside data: half an order must not be taken for a whole one
            return _by_code(errors, body)
        return None

    def value(self, kind: type[T], answer: Answer) -> T:
        """See `Meaning.value`."""
        body = parsed(answer)
        assert isinstance(body, dict)
        try:
            return decode(kind, body.get("data"), "$.data")
        except Unreadable as error:
            raise _unreadable(str(error)) from error


def _by_status(answer: Answer) -> Refusal:
    status = answer.status
    if status == 429:
        wait = retry_after(answer.headers, default=_DEFAULT_WAIT)
        error = TooManyRequests("Shopify limits our requests", code="throttled", retry_after=wait)
        return Refusal(_busy(error), pause=short_pause(wait), undone=True)
    if status in _STATUS:
        return Refusal(_unavailable(*_STATUS[status]))
    if status >= 500:
        failed = BackendUnavailable(f"Shopify failed with status {status}", code="shop_failed")
        return Refusal(failed, pause=short_pause(retry_after(answer.headers, default=0.0)))
    return Refusal(_unreadable(f"status {status}"))


def _by_code(errors: list[Any], body: Mapping[str, Any]) -> Refusal:
    first = errors[0] if isinstance(errors[0], dict) else {}
    extensions = first.get("extensions")
    code = str(extensions.get("code", "")) if isinstance(extensions, dict) else ""
    said = str(first.get("message", ""))[:_MESSAGE]
    if code == "THROTTLED":
        wait = _refill_seconds(body)
        error = TooManyRequests("Shopify limits our requests", code="throttled", retry_after=wait)
        # a little longer than a customer would wait for a shop's word, for it is sure to help
        return Refusal(_busy(error), pause=min(wait, MAX_PAUSE), undone=True)
    if code == "ACCESS_DENIED":
        return Refusal(
            _unavailable(
                "access_denied",
                f"Shopify: {said} Give the app this scope in the Dev Dashboard, release it, and "
                "accept it in the store (docs/connectors.md names all that are needed)",
            )
        )
    if code == "SHOP_INACTIVE":
        return Refusal(_unavailable("store_inactive", "the store is not active at Shopify"))
    if code == "INTERNAL_SERVER_ERROR":
        return Refusal(BackendUnavailable("Shopify failed", code="shop_failed"), pause=0.0)
    return Refusal(
        _unavailable(
            "bad_query",
            f"Shopify did not accept a query of ours ({code or 'no code'}): {said} "
            "FRONTDESK_SHOPIFY_VERSION may name a version that it was not written for",
        )
    )


def _refill_seconds(body: Mapping[str, Any]) -> float:
    """How long until the bucket holds what the query costs."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return max(missing / float(status["restoreRate"]), 0.05)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return _DEFAULT_WAIT


def _busy(error: TooManyRequests) -> BackendUnavailable:
    """Our own limit is no customer's: for them the shop is away for a moment."""
    return BackendUnavailable(error.message, code=error.code, undone=True)


def _unavailable(code: str, message: str) -> BackendUnavailable:
    return BackendUnavailable(message, code=code, undone=True)


def _unreadable(why: str) -> BackendUnavailable:
    return BackendUnavailable(
        f"Shopify's answer is not as its schema says: {why}", code="unreadable_answer"
    )
