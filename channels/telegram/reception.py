"""What happens with a verified update: words, commands, a pressed button, or nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from telegram import Update

from channels.incoming import Incoming
from channels.metrics import count
from channels.optouts import OptOuts
from channels.reply import Reply
from channels.service import Door
from channels.telegram.client import TelegramClient
from channels.telegram.presses import read_press
from channels.telegram.render import render
from channels.telegram.updates import Heard, Me, read_message
from channels.workers import describe

logger = logging.getLogger(__name__)

_FOR_ANOTHER = "These buttons are for somebody else."
_COURTESIES = 5.0  # s at the stop for buttons that are being taken away


def farewell(stop_text: str) -> str:
    """Return the confirmation of `/stop`, as it is sent.

    Args:
        stop_text: its words.
    """
    return str(render(Reply(stop_text), lambda _: "").parts[0]["text"])


class Reception:
    """Takes the updates of one bot."""

    def __init__(self, door: Door, client: TelegramClient, optouts: OptOuts, stop_text: str):
        """Bind the parts.

        Args:
            door: where messages for the assistant go in.
            client: answers pressed buttons.
            optouts: who wants no messages.
            stop_text: confirms `/stop`.
        """
        self._door = door
        self._client = client
        self._optouts = optouts
        self._stop_text = stop_text
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Finish answering presses."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_COURTESIES)
        for task in self._tasks:
            task.cancel()

    async def take(self, update: Update, me: Me) -> None:
        """Take an update; what it says is stored when this returns.

        Args:
            update: a genuine one.
            me: the bot.

        Raises:
            SQLAlchemyError: it could not be stored, and has to be delivered again.
        """
        try:
            press, heard = read_press(update), read_message(update, me)
        except Exception as problem:  # delivered again, it would be as unreadable, for ever
            logger.error("telegram: an update could not be read.\n%s", describe(problem))
            return
        if press is not None:
            if press.incoming is None:
                self._begin(self._client.answer(press.query_id, _FOR_ANOTHER))
                return
            taken = await self._accept(press.incoming, update.update_id)
            self._begin(self._client.answer(press.query_id))
            if taken and press.genuine:
                self._begin(self._client.change(press.chat, press.message_id, press.after))
        elif heard is not None and heard.stops:
            await self._stop(heard)
        elif heard is not None:
            for incoming in heard.incoming:
                await self._accept(incoming, update.update_id)

    async def _accept(self, incoming: Incoming, update_id: int) -> bool:
        """Hand a message on; False when it had been taken before or was one too many."""
        if (await self._optouts.state(incoming.key)).stopped:
            # Whoever writes again wants to be answered. By its own update only once: an old one
            # that is delivered again takes no later /stop back.
            await self._optouts.change(incoming.key, f"update:{update_id}", stopped=False)
        accepted = await self._door.accept(incoming)
        return not (accepted.duplicate or accepted.limited)

    async def _stop(self, heard: Heard) -> None:
        """Send nothing more, after a confirmation."""
        update = f"update:{heard.update_id}"
        repeated = not await self._optouts.change(
            heard.key, update, stopped=True, farewell=farewell(self._stop_text)
        )
        # If the process dies in between, the repeated delivery is confirmed; with the same cause
        # nothing is sent twice.
        conversation_id = await self._door.begin(heard.key, heard.address)
        await self._door.send(conversation_id, Reply(self._stop_text, sender="system"), update)
        count(self._door.name, "duplicate" if repeated else "received")
        if not repeated:
            count(self._door.name, "answered")

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
