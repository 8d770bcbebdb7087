"""What the answers of WordPress and WooCommerce mean, pages in HTML included.

https://developer.woocommerce.com/docs/apis/rest-api/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from backends.answers import Answer, Refusal, parsed, retry_after, short_pause
from backends.errors import BackendUnavailable, InvalidInput, NotFound, NotOffered
from backends.wire import Unreadable, decode

T = TypeVar("T")

_URL = "FRONTDESK_WOOCOMMERCE_URL"
_KEYS = "FRONTDESK_WOOCOMMERCE_KEY and FRONTDESK_WOOCOMMERCE_SECRET"
_DEFAULT_WAIT = 1.0
_MESSAGE = 200
_UNKNOWN_ID = frozenset(
    {
        "woocommerce_rest_shop_order_invalid_id",
        "woocommerce_rest_invalid_id",
        "woocommerce_rest_payment_gateway_invalid",
    }
)
# Refused before anything was begun.
_NOT_POSSIBLE = frozenset({"woocommerce_rest_cannot_create_order_refund"})


@dataclass(frozen=True)
class Listing:
    """A page of a list; its subclasses say of what, in `rows`. `pages` is how many there are."""

    pages: int


class WooCommerceApi:
    """`Meaning` of the REST API, version 3."""

    def refusal(self, answer: Answer) -> Refusal | None:
        """See `Meaning.refusal`."""
        if 200 <= answer.status < 300:
            return None
        if answer.status == 429:
            wait = retry_after(answer.headers, default=_DEFAULT_WAIT)
            error = _unavailable("throttled", "the shop's host limits our requests")
            return Refusal(error, pause=short_pause(wait), undone=True)
        code, message = _error(answer)
        if code in _NOT_POSSIBLE:
            return Refusal(NotOffered(f"WooCommerce refused the refund: {message}"))
        if answer.status >= 500:
            failed = BackendUnavailable(
                f"the shop failed with status {answer.status}", code="shop_failed"
            )
            return Refusal(failed, pause=short_pause(retry_after(answer.headers, default=0.0)))
        return Refusal(_by_status(answer.status, code, message))

    def value(self, kind: type[T], answer: Answer) -> T:
        """See `Meaning.value`; a list's number of pages is in its head."""
        try:
            body = parsed(answer)
            if issubclass(kind, Listing):
                pages = answer.headers.get("x-wp-totalpages", "")
                body = {"rows": body, "pages": int(pages) if pages.isdigit() else 1}
            return decode(kind, body)
        except Unreadable as error:
            raise BackendUnavailable(
                f"WooCommerce's answer cannot be read: {error}. A page of HTML in its place comes "
                f"from a wrong {_URL}, from a plugin that locks the REST API, or from PHP "
                "warnings that are shown",
                code="unreadable_answer",
            ) from error


def _by_status(
    status: int, code: str, message: str
) -> BackendUnavailable | NotFound | NotOffered | InvalidInput:
    if "write permissions" in message:
        return NotOffered("the key of WooCommerce may only read")
    if status in (401, 403):
        return _unavailable(
            "unauthorized",
            f"WooCommerce refused {_KEYS} ({code or status}): make a new key under WooCommerce, "
            "Settings, Advanced, REST API, for a user who may manage orders. Where the key is "
            "right, the web server may keep the Authorization header from PHP",
        )
    if status == 404 and code in _UNKNOWN_ID:
        return NotFound()
    if status in (301, 302, 307, 308, 404):
        return _unavailable(
            "no_store",
            f"there is no WooCommerce at {_URL} (status {status}): set it to the address that "
            "WordPress itself uses, with https and www as there, and permalinks to anything but "
            "Plain",
        )
    return InvalidInput(f"WooCommerce refused ({code or status}): {message}")


def _error(answer: Answer) -> tuple[str, str]:
    """Code and message of WordPress's error shape; empty for a page of HTML."""
    try:
        body = parsed(answer)
    except Unreadable:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    return str(body.get("code") or "")[:64], str(body.get("message") or "")[:_MESSAGE]


def _unavailable(code: str, message: str) -> BackendUnavailable:
    return BackendUnavailable(message, code=code, undone=True)
