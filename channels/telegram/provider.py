"""Telegram as the channels' service sees it: updates in, messages out."""

from __future__ import annotations

import asyncio
import logging

from redis.exceptions import RedisError
from sanic import Blueprint
from sanic.exceptions import ServiceUnavailable
from telegram import Update
from telegram.error import InvalidToken

from channels.exclusive import LeaseLost
from channels.optouts import OptOuts
from channels.provider import Address, BaseProvider, Part, Rendering, Token, Undeliverable
from channels.reply import Reply
from channels.service import Door
from channels.telegram.client import TelegramClient
from channels.telegram.errors import RENEW
from channels.telegram.polling import poll
from channels.telegram.reception import Reception
from channels.telegram.render import render
from channels.telegram.settings import NAME, TelegramSettings
from channels.telegram.updates import Me
from channels.telegram.webhook import add_webhook
from channels.workers import describe

logger = logging.getLogger(__name__)

_POLL_AGAIN = 1.0  # s
_INTRODUCE_WAITS = (1.0, 5.0, 30.0, 300.0)  # s between tries; the last one repeats


class TelegramProvider(BaseProvider):
    """One bot."""

    name = NAME

    def __init__(self, settings: TelegramSettings):
        """Keep the settings; nothing is opened before `open`.

        Args:
            settings: the channel's.
        """
        self._settings = settings
        self._client: TelegramClient | None = None
        self._optouts: OptOuts | None = None
        self._reception: Reception | None = None
        self._me: Me | None = None
        self._running: asyncio.Task[None] | None = None

    # Start and stop

    async def open(self, door: Door) -> None:
        """Open the connections and ask Telegram who we are, without waiting for the answer."""
        settings = self._settings
        self._client = TelegramClient(settings.bot_token, settings.api_url)
        self._optouts = OptOuts(door.database, f"{NAME}_")
        self._reception = Reception(door, self._client, self._optouts, settings.stop_text)
        self._running = asyncio.get_running_loop().create_task(self._run(self._client, door))

    async def quiet(self) -> None:
        """Get no more updates; what is not confirmed comes again."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def close(self) -> None:
        """Finish answering presses, then close the connections."""
        if self._reception is not None:
            await self._reception.close()
        if self._client is not None:
            await self._client.close()

    async def _run(self, client: TelegramClient, door: Door) -> None:
        tries = 0
        while self._me is None:
            try:
                self._me = await client.introduce()
                break
            except InvalidToken:
                logger.error(
                    "telegram: the channel cannot work. Telegram refuses the bot. %s", RENEW
                )
                return
            except Exception as problem:
                logger.warning("telegram: Telegram cannot be reached.\n%s", describe(problem))
            await asyncio.sleep(_INTRODUCE_WAITS[min(tries, len(_INTRODUCE_WAITS) - 1)])
            tries += 1
        if self._settings.polling:

            async def take(update: Update) -> None:
                door.verified()
                await self._take(update)

            while True:
                try:
                    async with door.shared.alone("polling"):  # Telegram answers one at a time
                        await poll(client, take)
                        return
                except (LeaseLost, RedisError) as problem:
                    logger.warning("telegram: no messages come in (%s).", type(problem).__name__)
                await asyncio.sleep(_POLL_AGAIN)

    # In

    def routes(self, blueprint: Blueprint, door: Door) -> None:
        """Add the webhook, unless Telegram is asked for updates.

        Args:
            blueprint: served below `/webhooks/telegram`.
            door: where verified messages go in.
        """
        if not self._settings.polling:
            add_webhook(blueprint, door, self._settings.secret_token, self._take)

    async def _take(self, update: Update) -> None:
        if self._me is None or self._reception is None:
            # Whether something in a group is said to us can only be told by our name.
            raise ServiceUnavailable("")
        await self._reception.take(update, self._me)

    # Out

    def render(self, address: Address, reply: Reply, token: Token) -> Rendering:
        """Turn a reply into Telegram messages."""
        return render(reply, token)

    async def deliver(self, address: Address, part: Part, key: str) -> str:
        """Send one message, unless its customer wants none.

        Args:
            address: where; `key` names the conversation.
            part: from `render`.
            key: not needed: Telegram has no use for it.

        Returns:
            The chat's and the message's id.

        Raises:
            Retry, Undeliverable, Uncertain: see `channels.telegram.errors`.
        """
        assert self._client is not None
        assert self._optouts is not None
        customer = str(address["key"])
        known = await self._optouts.state(customer)
        if known.stopped and part["text"] != known.farewell:
            raise Undeliverable("the customer wants no messages (/stop), until they write again")
        sent = await self._client.send(address, part)
        if known.stopped:
            await self._optouts.close(customer, known)
        return sent

    async def typing(self, address: Address) -> None:
        """Show "typing" for some seconds."""
        assert self._client is not None
        await self._client.typing(address)
