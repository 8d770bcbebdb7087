"""Tell Telegram where to deliver (`make telegram-webhook`), or to stop (`DELETE=1`)."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, TelegramError

from channels.telegram.client import UPDATES, WithoutToken
from channels.telegram.errors import RENEW
from channels.telegram.settings import NAME
from ops.environment import prepare
from ops.problem import Problem, entry, say


def main(arguments: list[str] | None = None) -> int:
    """Register or remove the webhook. Gives the exit status. Raises Problem."""
    parser = argparse.ArgumentParser(prog="make telegram-webhook", description=(__doc__ or ""))
    parser.add_argument("--delete", action="store_true", help="have Telegram deliver nowhere")
    given = parser.parse_args(arguments)
    say(asyncio.run(register(prepare(), delete=given.delete)))
    return 0


async def register(environ: Mapping[str, str], *, delete: bool = False) -> str:
    """Register or remove the webhook of the bot.

    Args:
        environ: every setting, by name.
        delete: remove it. Updates that were not delivered wait at Telegram for a day.

    Returns:
        What was done, for a terminal.

    Raises:
        Problem: a setting is missing, or Telegram refuses.
    """
    token = environ.get("FRONTDESK_TELEGRAM_BOT_TOKEN", "")
    if not token:
        raise Problem(
            "FRONTDESK_TELEGRAM_BOT_TOKEN is not set. Ask @BotFather for a bot (/newbot) and put "
            "its token into .env; docs/telegram.md shows how.",
            status=2,
        )
    url = f"{_public(environ)}/webhooks/{NAME}/webhook" if not delete else ""
    with WithoutToken(token):
        bot = Bot(token, base_url=f"{environ['FRONTDESK_TELEGRAM_API_URL'].rstrip('/')}/bot")
        try:
            async with bot:
                if delete:
                    await bot.delete_webhook()
                    return "Telegram delivers nowhere now. Polling works from here on."
                await bot.set_webhook(
                    url,
                    secret_token=environ["FRONTDESK_TELEGRAM_SECRET"],
                    allowed_updates=UPDATES,
                )
                info = await bot.get_webhook_info()
        except InvalidToken:
            raise Problem(f"Telegram does not know the bot. {RENEW}", status=2) from None
        except BadRequest as error:
            raise Problem(
                f"Telegram does not take {url} ({error}). FRONTDESK_PUBLIC_URL must be an https "
                "address that Telegram reaches, on port 443, 80, 88 or 8443.",
                status=2,
            ) from None
        except TelegramError as error:
            raise Problem(
                f"Telegram cannot be reached ({type(error).__name__}). Try again, and check "
                "FRONTDESK_TELEGRAM_API_URL."
            ) from None
    lines = [f"Telegram delivers the messages to @{bot.username} to {info.url}."]
    if info.pending_update_count:
        lines.append(f"Waiting there: {info.pending_update_count}.")
    if info.last_error_message:
        lines.append(f"Its last delivery failed: {info.last_error_message}")
    return "\n".join(lines)


def _public(environ: Mapping[str, str]) -> str:
    if environ.get("FRONTDESK_TELEGRAM_MODE") == "polling":
        raise Problem(
            "FRONTDESK_TELEGRAM_MODE is polling: with a webhook registered, Telegram would answer "
            "no poll. Set it to webhook first.",
            status=2,
        )
    url = environ.get("FRONTDESK_PUBLIC_URL", "").rstrip("/")
    if not url:
        raise Problem(
            "FRONTDESK_PUBLIC_URL is not set: the https address at which Telegram reaches this "
            "server. Without one use FRONTDESK_TELEGRAM_MODE=polling.",
            status=2,
        )
    return url


if __name__ == "__main__":
    entry(main)
