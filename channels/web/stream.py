"""One client's stream of server-sent events: first what it missed, then what happens."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from channels.web.hub import Subscription
from channels.web.log import EventLog

_RECONNECT = 2000  # ms a browser's own EventSource waits before it connects again


class StalledReader(Exception):
    """The client has stopped reading; its connection should be dropped."""


class EventStream:
    """Writes a conversation to one client until the session, the server or the client ends it."""

    def __init__(
        self,
        log: EventLog,
        conversation_id: str,
        subscription: Subscription,
        send: Callable[[str], Awaitable[None]],
        heartbeat: float,
        send_timeout: float = 30.0,
    ):
        """Bind the parts.

        Args:
            log: where messages are read.
            conversation_id: which conversation.
            subscription: wakes the stream.
            send: writes text to the client, waiting while its connection is full.
            heartbeat: seconds between comments when there is nothing to say.
            send_timeout: seconds that one write may wait for a reader that does not read.
        """
        self._log = log
        self._conversation_id = conversation_id
        self._subscription = subscription
        self._write = send
        self._heartbeat = heartbeat
        self._send_timeout = send_timeout

    async def run(self, last_id: int, expires_at: float) -> None:
        """Write until the end.

        Reading always continues behind the last event written, so nothing is left out or said
        twice, however wake-ups and writes interleave.

        Args:
            last_id: the newest event the client has; 0 for none.
            expires_at: when the session's token ends (s since 1970).

        Raises:
            StalledReader: the client does not read.
        """
        await self._send(f"retry: {_RECONNECT}\n: connected\n\n")
        typing: str | None = None
        while True:
            ending = self._subscription.closed or time.time() >= expires_at
            last_id = await self._catch_up(last_id)
            if self._subscription.typing != typing:
                typing = self._subscription.typing
                name = {"name": typing} if typing else {}
                await self._send(_frame("typing", {"on": typing is not None, **name}))
            if ending:
                return
            timeout = min(self._heartbeat, max(0.0, expires_at - time.time()))
            if not await self._subscription.wait(timeout):
                await self._send(": still here\n\n")

    async def _catch_up(self, last_id: int) -> int:
        while events := await self._log.after(self._conversation_id, last_id):
            for event in events:
                await self._send(_frame("message", event.as_json(), event.id))
                last_id = event.id
        return last_id

    async def _send(self, text: str) -> None:
        try:
            await asyncio.wait_for(self._write(text), self._send_timeout)
        except asyncio.TimeoutError as problem:
            raise StalledReader from problem


def _frame(name: str, data: dict[str, Any], event_id: int | None = None) -> str:
    # ASCII only: some readers break lines at characters such as U+2028, which JSON may hold.
    identity = "" if event_id is None else f"id: {event_id}\n"
    return f"{identity}event: {name}\ndata: {json.dumps(data)}\n\n"
