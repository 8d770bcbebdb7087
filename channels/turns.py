"""Turns: a channel's accepted messages are run through Rasa, each once, also across restarts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timezone
from typing import Any, TypeVar

from rasa.core.channels.channel import OutputChannel, UserMessage
from sanic import Sanic

from channels.dispatch import Dialogue, Dispatcher
from channels.exclusive import SharedWork
from channels.inbox import Inbox, InboxMessage
from channels.settings import ChannelSettings

logger = logging.getLogger(__name__)

T = TypeVar("T")
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class Turns:
    """The dialogue side of one channel."""

    def __init__(
        self,
        channel: str,
        inbox: Inbox,
        settings: ChannelSettings,
        output: Callable[[InboxMessage], OutputChannel],
        apologise: Callable[[InboxMessage], Awaitable[None]],
        typing: Callable[[str], AbstractAsyncContextManager[None]],
        shared: SharedWork,
    ):
        """Bind the parts; nothing runs before `start`.

        Args:
            channel: the channel's name.
            inbox: where accepted messages are.
            settings: the channel's.
            output: returns the way for the replies to a message.
            apologise: tells the customer that a message could not be handled.
            typing: shows, while it is entered, that an answer is being made.
            shared: keeps two processes from one conversation.
        """
        self._channel = channel
        self._settings = settings
        self._output = output
        self._typing = typing
        self._app: Sanic | None = None
        self._on_new_message: OnNewMessage | None = None
        self._accepting: set[asyncio.Task[Any]] = set()
        dialogue = Dialogue(self._run, self.is_ready, self._knows, apologise)
        self._dispatcher = Dispatcher(channel, inbox, dialogue, settings.turn_timeout, shared)

    async def start(self, app: Sanic, on_new_message: OnNewMessage) -> None:
        """Take up messages that an earlier process left.

        Args:
            app: Rasa's server, whose `ctx.agent` is the assistant.
            on_new_message: has the assistant handle a message.
        """
        self._app = app
        self._on_new_message = on_new_message
        left = await self._dispatcher.recover()
        if left:
            logger.warning(
                "%s: going on with %d conversations cut off at the last stop.", self._channel, left
            )

    async def stop(self) -> None:
        """Finish what was accepted; what takes too long goes on at the next start."""
        await asyncio.gather(*self._accepting, return_exceptions=True)
        unfinished = await self._dispatcher.drain(self._settings.drain_timeout)
        if unfinished:
            logger.warning(
                "%s: %d conversations are unfinished; they go on at the next start.",
                self._channel,
                unfinished,
            )

    def is_ready(self) -> bool:
        """Tell whether the assistant's model is loaded."""
        agent = getattr(self._app.ctx, "agent", None) if self._app else None
        return agent is not None and bool(agent.is_ready())

    def wake(self, conversation_id: str) -> None:
        """Have a conversation's accepted messages handled; returns at once.

        Args:
            conversation_id: whose conversation.
        """
        self._dispatcher.wake(conversation_id)

    async def unbroken(self, work: Coroutine[Any, Any, T]) -> T:
        """Finish the work also when the client hangs up and its request is cancelled.

        Otherwise a message could be stored and never handed to the dialogue.

        Args:
            work: accepts a message.

        Returns:
            What the work returns.
        """
        task = asyncio.get_running_loop().create_task(work)
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)
        return await asyncio.shield(task)

    async def _run(self, message: InboxMessage) -> None:
        if self._on_new_message is None:
            raise RuntimeError(f"the {self._channel} channel was not started")
        user_message = UserMessage(
            text=message.text,
            output_channel=self._output(message),
            sender_id=message.conversation_id,
            input_channel=self._channel,
            message_id=message.message_id,
            metadata={**message.metadata, **_sent_at(message)},
        )
        async with self._typing(message.conversation_id):
            await self._on_new_message(user_message)

    async def _knows(self, message: InboxMessage) -> bool:
        if self._app is None:
            return False
        store = self._app.ctx.agent.tracker_store
        tracker = await store.retrieve_full_tracker(message.conversation_id)
        return tracker is not None and any(
            getattr(event, "message_id", None) == message.message_id for event in tracker.events
        )


def _sent_at(message: InboxMessage) -> dict[str, str]:
    """When the customer wrote, for days such as "yesterday" and for a yes that came too early."""
    if not message.accepted_at:
        return {}
    return {"sent_at": datetime.fromtimestamp(message.accepted_at, timezone.utc).isoformat()}
