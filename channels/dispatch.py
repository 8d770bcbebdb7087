"""Acknowledge, then run: the dialogue for accepted messages, in the background.

One conversation's messages run one after another in the order of acceptance, different
conversations side by side. The order and the waiting messages are in the inbox; this holds only
which conversations are being worked on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from channels.exclusive import ONLY_PROCESS, SharedWork
from channels.inbox import Inbox, InboxMessage
from channels.incoming import OPENING_ID
from channels.metrics import answered, count
from channels.workers import Workers, describe

logger = logging.getLogger(__name__)

# A message that was begun this often without an end has most likely brought the process down.
_MAX_ATTEMPTS = 3
_READY_POLL = 0.5  # s between looks whether the assistant's model is loaded


@dataclass(frozen=True)
class Dialogue:
    """What the dispatcher needs to know of the assistant.

    Attributes:
        run: has the assistant handle a message; replies leave through the output channel.
        is_ready: whether the assistant can handle messages now.
        knows: whether the assistant's records already hold a message.
        apologise: tells the customer that a message could not be handled.
    """

    run: Callable[[InboxMessage], Awaitable[None]]
    is_ready: Callable[[], bool]
    knows: Callable[[InboxMessage], Awaitable[bool]]
    apologise: Callable[[InboxMessage], Awaitable[None]]


class Dispatcher:
    """Runs the dialogue for one channel's inbox."""

    def __init__(
        self,
        channel: str,
        inbox: Inbox,
        dialogue: Dialogue,
        turn_timeout: float,
        shared: SharedWork = ONLY_PROCESS,
    ):
        """Bind the parts; nothing runs yet.

        Args:
            channel: the channel's name, for logs and metrics.
            inbox: where accepted messages are.
            dialogue: the assistant.
            turn_timeout: seconds one message may take. Must stay below the 60 s after which
                Rasa's lock on the conversation expires and a second turn would run beside it.
            shared: keeps two processes from one conversation.
        """
        self._channel = channel
        self._inbox = inbox
        self._dialogue = dialogue
        self._turn_timeout = turn_timeout
        self._workers = Workers(f"{channel}: the inbox", self._work, shared)

    def wake(self, conversation_id: str) -> None:
        """Have a conversation's waiting messages handled; returns at once.

        Args:
            conversation_id: whose conversation.
        """
        self._workers.wake(conversation_id)

    async def recover(self) -> int:
        """Take up what an earlier process accepted and did not finish.

        Returns:
            Conversations with such messages.
        """
        return await self._workers.recover(self._inbox.waiting_conversations)

    async def drain(self, timeout: float) -> int:
        """Finish accepted messages; what is not finished in time stays in the inbox.

        Args:
            timeout: seconds to wait.

        Returns:
            Conversations that were cut off.
        """
        return await self._workers.drain(timeout)

    async def _work(self, conversation_id: str) -> None:
        while (message := await self._inbox.next(conversation_id)) is not None:
            await self._wait_until_ready()
            await self._handle(message)

    async def _wait_until_ready(self) -> None:
        # Rasa announces nothing when a model has been loaded, so there is no event to wait for.
        while not self._dialogue.is_ready():  # noqa: ASYNC110
            await asyncio.sleep(_READY_POLL)

    async def _handle(self, message: InboxMessage) -> None:
        if message.attempts and await self._dialogue.knows(message):
            await self._inbox.finish(message)
            return
        if message.attempts >= _MAX_ATTEMPTS:
            logger.error(
                "%s: message %s was begun %d times and never finished; giving it up.",
                self._channel,
                message.message_id,
                message.attempts,
            )
            await self._fail(message)
            return
        await self._inbox.begin(message)
        try:
            await asyncio.wait_for(self._dialogue.run(message), self._turn_timeout)
        except Exception as problem:
            logger.error(
                "%s: the dialogue failed on message %s.\n%s",
                self._channel,
                message.message_id,
                describe(problem),
            )
            await self._fail(message)
        else:
            if message.message_id != OPENING_ID:  # the channel's own; no customer wrote it
                answered(self._channel, time.time() - message.accepted_at)
            await self._inbox.finish(message)

    async def _fail(self, message: InboxMessage) -> None:
        count(self._channel, "failed")
        await self._dialogue.apologise(message)
        await self._inbox.finish(message, failed=True)
