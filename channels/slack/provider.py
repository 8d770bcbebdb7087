"""Slack as the channels' service sees it: requests in, messages out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Any

from sanic import Blueprint
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from channels.provider import Address, BaseProvider, Part, Rendering, Token
from channels.reply import Reply
from channels.service import Door
from channels.slack.bolt import bolt_app
from channels.slack.client import SlackClient
from channels.slack.errors import delivery_problem, error_name
from channels.slack.events import read_event, read_press
from channels.slack.render import render, retired
from channels.slack.webhook import add_webhook
from channels.workers import describe

logger = logging.getLogger(__name__)

_INTRODUCE_WAITS = (1.0, 5.0, 30.0, 300.0)  # s between tries; the last one repeats
_COURTESIES = 5.0  # s at the stop for buttons that are being taken away


class SlackProvider(BaseProvider):
    """One Slack app in one workspace."""

    name = "slack"

    def __init__(
        self, bot_token: str, signing_secret: str, api_url: str, app_token: str | None = None
    ):
        """Keep the settings; nothing is opened before `open`.

        Args:
            bot_token: what the Web API is called with; never logged.
            signing_secret: what Slack signs its requests with; never logged.
            api_url: the Web API's address, with a slash at the end.
            app_token: with it, deliveries are fetched by Socket Mode too; never logged.
        """
        self._bot_token = bot_token
        self._signing_secret = signing_secret
        self._api_url = api_url
        self._app_token = app_token
        self._bolt: AsyncApp | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._client: SlackClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._introduction: asyncio.Task[None] | None = None
        self._connecting: asyncio.Task[None] | None = None

    # Start and stop

    async def open(self, door: Door) -> None:
        """Open the connections and ask Slack who we are, without waiting for the answer.

        Args:
            door: where verified messages go in.
        """
        self._client = SlackClient(self._bot_token, self._api_url)
        self._introduction = asyncio.get_running_loop().create_task(self._introduce(self._client))
        if self._app_token and self._bolt is not None:
            self._socket = AsyncSocketModeHandler(self._bolt, self._app_token)
            self._connecting = asyncio.get_running_loop().create_task(self._socket.connect_async())  # type: ignore[no-untyped-call]

    async def quiet(self) -> None:
        """Fetch nothing more by Socket Mode; what is not acknowledged Slack delivers again."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._socket is not None:
            await self._socket.close_async()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Finish taking buttons away, then close the connections."""
        if self._introduction is not None:
            self._introduction.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_COURTESIES)
        for task in self._tasks:
            task.cancel()
        if self._client is not None:
            await self._client.close()

    # In

    def routes(self, blueprint: Blueprint, door: Door) -> None:
        """Add the request URL.

        Args:
            blueprint: served below `/webhooks/slack`.
            door: where verified messages go in.
        """

        async def on_event(body: Mapping[str, Any]) -> None:
            heard = read_event(body)
            if heard is None:
                return
            if not heard.addressed and await door.conversation(heard.key) is None:
                return
            for incoming in heard.incoming:
                await door.accept(incoming)

        async def on_press(payload: Mapping[str, Any]) -> None:
            press = read_press(payload)
            if press is None:
                return
            accepted = await door.accept(press.incoming)
            if accepted.duplicate or accepted.limited:
                return
            shown = retired(press.message, press.title, press.user if press.shared else None)
            ts = press.message["ts"]
            self._begin(self._slack.change(press.channel, ts, shown, press.response_url))

        self._bolt = bolt_app(self._signing_secret, self._api_url, on_event, on_press)
        add_webhook(blueprint, door, self._signing_secret, self._bolt)

    # Out

    def render(self, address: Address, reply: Reply, token: Token) -> Rendering:
        """Turn a reply into Slack messages.

        Args:
            address: to whom.
            reply: what is said.
            token: gives the value of a choice's button.
        """
        return render(reply, token)

    async def deliver(self, address: Address, part: Part, key: str) -> str:
        """Post one message.

        Args:
            address: `channel`, and `thread` where it belongs into one.
            part: from `render`.
            key: names the part.

        Returns:
            The message's timestamp.

        Raises:
            Retry, Undeliverable, Uncertain: see `channels.slack.errors`.
        """
        return await self._slack.post(address, part, key)

    async def find(self, address: Address, part: Part, key: str, since: datetime) -> str | None:
        """Look for a message by its part's key, which it carries as metadata.

        Args:
            address: where it would be.
            part: from `render`.
            key: names the part.
            since: when sending began.

        Returns:
            The message's timestamp; None when it is not there.

        Raises:
            CannotTell: Slack will not show us.
        """
        return await self._slack.find(address, key, since)

    @property
    def _slack(self) -> SlackClient:
        if self._client is None:
            raise RuntimeError("the Slack channel is not open")
        return self._client

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _introduce(client: SlackClient) -> None:
        tries = 0
        while True:
            try:
                await client.introduce()
                return
            except SlackApiError as error:
                if error_name(error):
                    logger.error(
                        "slack: messages come in but none can be sent. %s", delivery_problem(error)
                    )
                    return
                logger.warning("slack: Slack failed when asked who we are; asking again.")
            except Exception as problem:
                logger.warning("slack: Slack cannot be reached.\n%s", describe(problem))
            await asyncio.sleep(_INTRODUCE_WAITS[min(tries, len(_INTRODUCE_WAITS) - 1)])
            tries += 1
