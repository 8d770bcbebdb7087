"""Getting updates without a public address: Telegram is asked for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from channels.telegram.client import TelegramClient
from channels.telegram.errors import RENEW, seconds
from channels.workers import describe

logger = logging.getLogger(__name__)

_WAITS = (1.0, 2.0, 5.0, 15.0, 30.0)  # s between tries; the last one repeats
_CONFLICT = (
    "telegram: no messages come in, because Telegram hands them to somebody else: another process "
    "polls with the same bot token, or a webhook is set (`make telegram-webhook DELETE=1` removes "
    "it). Asking again."
)


async def poll(client: TelegramClient, take: Callable[[Update], Awaitable[None]]) -> None:
    """Take updates, one after another, until cancelled.

    Args:
        client: asks for them.
        take: gets each update; it is stored when this returns. Only then is it confirmed.
    """
    offset: int | None = None
    tries = 0
    while True:
        try:
            updates = await client.updates(offset)
            for update in updates:
                await take(update)
                offset = update.update_id + 1
        except InvalidToken:
            logger.error("telegram: no messages come in: Telegram does not know the bot. %s", RENEW)
            return
        except RetryAfter as problem:
            await asyncio.sleep(seconds(problem))
            continue
        except Conflict:
            logger.error(_CONFLICT)
        except TelegramError as problem:
            logger.warning("telegram: Telegram cannot be reached.\n%s", describe(problem))
        except Exception as problem:  # the database, mostly; what is not confirmed comes again
            logger.error("telegram: an update could not be accepted.\n%s", describe(problem))
        else:
            tries = 0
            continue
        await asyncio.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
        tries += 1
