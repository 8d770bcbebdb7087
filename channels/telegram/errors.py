"""What went wrong at Telegram: safe to try again, never to be tried again, or unclear."""

from __future__ import annotations

from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from channels.provider import Retry, Uncertain, Undeliverable

RENEW = (
    "Check FRONTDESK_TELEGRAM_BOT_TOKEN: it is the token that @BotFather gave for the bot; "
    "/token shows it, after /revoke there is a new one."
)
# Of a refusal's description, in small letters: nothing else will arrive in that chat either.
_UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "group chat was deleted",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
)
# The request did not leave.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def delivery_problem(error: TelegramError) -> Retry | Undeliverable | Uncertain:
    """Say what an exception of the library means for a message that was being sent.

    Args:
        error: what `sendMessage` or `sendPhoto` raised.

    Returns:
        What the provider's `deliver` has to raise instead.
    """
    if isinstance(error, RetryAfter):
        return Retry("Telegram limits us", seconds(error))
    if isinstance(error, InvalidToken):
        return Undeliverable(f"Telegram does not know the bot. {RENEW}")
    if isinstance(error, Forbidden):
        return Undeliverable(f"Telegram refused it: {error}", unreachable=True)
    if isinstance(error, BadRequest):
        unreachable = any(words in str(error).lower() for words in _UNREACHABLE)
        return Undeliverable(f"Telegram refused it: {error}", unreachable=unreachable)
    if isinstance(error.__cause__, _NOT_SENT):
        return Retry("Telegram cannot be reached: no connection")
    # The library makes a 429 without a time of its own into this.
    if isinstance(error, NetworkError) and "too many requests" in str(error).lower():
        return Retry("Telegram limits us")
    # The answer did not come or was a 5xx. Telegram has neither a key for repeated messages nor
    # a way to look for one.
    return Uncertain(f"Telegram failed or did not answer ({type(error).__name__})")


def is_about_the_image(error: TelegramError) -> bool:
    """Tell whether Telegram refused a photo for what it is, and would take the words.

    Args:
        error: what `sendPhoto` raised.
    """
    return isinstance(error, BadRequest) and not any(
        words in str(error).lower() for words in _UNREACHABLE
    )


def seconds(error: RetryAfter) -> float:
    """Return how long Telegram asks us to wait.

    Args:
        error: from the library, which gives whole seconds or a time span.
    """
    after: int | timedelta = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
