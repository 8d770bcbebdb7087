"""Calls to the Bot API, by python-telegram-bot: sending, changing, getting updates."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from channels.provider import Address, Part
from channels.telegram.commands import MENU
from channels.telegram.errors import delivery_problem, is_about_the_image, seconds
from channels.telegram.render import without_image
from channels.telegram.updates import Me

logger = logging.getLogger(__name__)

API_URL = "https://api.telegram.org"
# The kinds of updates that we want; the others are none of our business.
UPDATES = ("message", "callback_query")

_CONNECT = 5.0  # s
_TIMEOUT = 12.0  # s for an answer; with the connecting below the 20 s that a part is given
_CONNECTIONS = 32
_POLL = 50  # s that Telegram keeps a call for updates that are not there yet
_CHANGE_TRIES = 3
_CHANGE_WAIT = 5.0  # s; a longer wait is not worth it for a courtesy
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class WithoutToken(logging.Filter):
    """Drops what httpx logs of the Bot API's addresses, while entered: they hold the token."""

    def __init__(self, token: str):
        """Keep the token.

        Args:
            token: of the bot.
        """
        super().__init__()
        self._token = token

    def __enter__(self) -> None:
        logging.getLogger("httpx").addFilter(self)

    def __exit__(self, *_problem: object) -> None:
        logging.getLogger("httpx").removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record may be logged."""
        return self._token not in record.getMessage()


class TelegramClient:
    """The Bot API for one bot."""

    def __init__(self, token: str, api_url: str):
        """Make the connections; needs a running event loop.

        Args:
            token: of the bot; never logged.
            api_url: the Bot API's address, without a slash at the end.
        """
        self._silence = WithoutToken(token)
        self._silence.__enter__()
        self._requests = (_connections(_CONNECTIONS), _connections(1))
        sending, polling = self._requests
        self._bot = Bot(
            token, base_url=f"{api_url}/bot", request=sending, get_updates_request=polling
        )

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()
        self._silence.__exit__()

    async def introduce(self) -> Me:
        """Ask Telegram who we are, and have it show our commands.

        Raises:
            TelegramError: it does not know us, or cannot be reached.
        """
        user = await self._bot.get_me()
        logger.info("telegram: connected as @%s.", user.username)
        menu = [BotCommand(name, about) for name, about in MENU.items()]
        await self._courtesy(
            "The menu of commands could not be set", lambda: self._bot.set_my_commands(menu)
        )
        return Me(user.id, str(user.username).lower())

    async def updates(self, offset: int | None) -> Sequence[Update]:
        """Get updates, and confirm those before; waits for something to happen.

        Args:
            offset: id of the first that is not yet confirmed.

        Raises:
            TelegramError: there is no answer.
        """
        return await self._bot.get_updates(offset=offset, timeout=_POLL, allowed_updates=UPDATES)

    async def send(self, address: Address, part: Part) -> str:
        """Send one message.

        Args:
            address: `chat`, and `topic` and `reply_to` where it belongs there.
            part: from `render`.

        Returns:
            Its id.

        Raises:
            Retry, Undeliverable, Uncertain: as of a provider's `deliver`.
        """
        try:
            try:
                message = await self._send(address, part)
            except ChatMigrated as moved:  # a group that became a supergroup has another id
                address = {
                    name: value
                    for name, value in address.items()
                    if name not in ("reply_to", "topic")
                } | {"chat": moved.new_chat_id}
                message = await self._send(address, part)
        except TelegramError as error:
            raise delivery_problem(error) from error
        return f"{message.chat.id}/{message.message_id}"

    async def _send(self, address: Address, part: Part) -> Message:
        chat = address["chat"]
        options: dict[str, Any] = {
            "reply_markup": _markup(part),
            "parse_mode": ParseMode.HTML,
            "message_thread_id": address.get("topic"),
        }
        if answered := address.get("reply_to"):
            options["reply_parameters"] = ReplyParameters(
                answered, allow_sending_without_reply=True
            )
        if part["image"]:
            # Telegram fetches the picture while it takes the message. One that it cannot fetch
            # must not cost the customer the words beside it.
            try:
                return await self._bot.send_photo(
                    chat, part["image"], caption=part["text"] or None, **options
                )
            except TelegramError as error:
                if not is_about_the_image(error):
                    raise
            logger.warning("telegram: an image could not be shown; its address is sent instead.")
            part = without_image(part)
        return await self._bot.send_message(
            chat, part["text"], link_preview_options=_NO_PREVIEW, **options
        )

    async def typing(self, address: Address) -> None:
        """Show that an answer is being made.

        Args:
            address: as of `send`.

        Raises:
            TelegramError: it cannot be shown.
        """
        await self._bot.send_chat_action(
            address["chat"], ChatAction.TYPING, message_thread_id=address.get("topic")
        )

    async def answer(self, query_id: str, text: str = "") -> None:
        """End the waiting that a client shows on a pressed button. Never raises.

        Args:
            query_id: of the callback query.
            text: a notice.
        """
        await self._courtesy(
            "A pressed button could not be answered",
            lambda: self._bot.answer_callback_query(query_id, text or None),
        )

    async def change(self, chat: int, message_id: int, after: Part | None) -> None:
        """Show something else in a message's place. Never raises.

        Args:
            chat: where the message is.
            message_id: which one.
            after: from `retired`; None: the same without buttons.
        """
        bot = self._bot
        place: dict[str, Any] = {"chat_id": chat, "message_id": message_id}
        if after is None:
            call = lambda: bot.edit_message_reply_markup(**place)  # noqa: E731
        else:
            shown = {"reply_markup": _markup(after), "parse_mode": ParseMode.HTML, **place}
            if after["image"]:
                call = lambda: bot.edit_message_caption(caption=after["text"], **shown)  # noqa: E731
            else:
                call = lambda: bot.edit_message_text(  # noqa: E731
                    after["text"], link_preview_options=_NO_PREVIEW, **shown
                )
        await self._courtesy("The buttons of a pressed message could not be taken away", call)

    async def _courtesy(self, failure: str, call: Callable[[], Awaitable[Any]]) -> None:
        """Make a call that is harmless to repeat and no great loss."""
        problem: TelegramError | None = None
        for _ in range(_CHANGE_TRIES):
            try:
                await call()
                return
            except RetryAfter as error:
                problem, wait = error, seconds(error)
            except (BadRequest, ChatMigrated) as error:
                if "not modified" in str(error).lower():
                    return
                problem, wait = error, _CHANGE_WAIT + 1
            except NetworkError as error:
                problem, wait = error, 1.0
            except TelegramError as error:
                problem, wait = error, _CHANGE_WAIT + 1
            if wait > _CHANGE_WAIT:
                break
            await asyncio.sleep(wait)
        logger.warning("telegram: %s (%s).", failure, type(problem).__name__)


def _connections(count: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=count,
        connect_timeout=_CONNECT,
        read_timeout=_TIMEOUT,
        pool_timeout=_CONNECT,
    )


def _markup(part: Part) -> InlineKeyboardMarkup | None:
    rows = [
        [
            InlineKeyboardButton(
                button["text"], url=button.get("url"), callback_data=button.get("data")
            )
            for button in row
        ]
        for row in part["keyboard"]
    ]
    return InlineKeyboardMarkup(rows) if rows else None
