"""Slack's Socket Mode in the small: events go to the app over a connection that the app opened."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMsgType, web

APP_TOKEN = "xapp-1-A0FRONTDESK-0000000000-not-a-real-token"


class SlackSocket:
    """The apps that are connected, and what they acknowledged.

    Attributes:
        acknowledged: ids of envelopes, in order.
    """

    def __init__(self) -> None:
        self.acknowledged: list[str] = []
        self._connections: list[web.WebSocketResponse] = []
        self._changed = asyncio.Condition()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Take a connection, greet it, and note what it acknowledges."""
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": 1})
        self._connections.append(connection)
        await self._notify()
        async for message in connection:
            if message.type == WSMsgType.TEXT:
                self.acknowledged.append(message.json()["envelope_id"])
                await self._notify()
        self._connections.remove(connection)
        await self._notify()
        return connection

    async def push(self, kind: str, payload: Mapping[str, Any], *, retry: int = 0) -> None:
        """Send something to the app and wait until it is acknowledged.

        Args:
            kind: `events_api` or `interactive`.
            payload: as it would be posted.
            retry: which repetition this is.
        """
        await self.until_connected()
        envelope_id = secrets.token_hex(8)
        await self._connections[-1].send_json(
            {
                "envelope_id": envelope_id,
                "type": kind,
                "payload": payload,
                "accepts_response_payload": False,
                "retry_attempt": retry,
                "retry_reason": "timeout" if retry else "",
            }
        )
        async with self._changed:
            await asyncio.wait_for(
                self._changed.wait_for(lambda: envelope_id in self.acknowledged), 60
            )

    async def until_connected(self) -> None:
        """Wait for an app."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: bool(self._connections)), 120)

    async def drop(self) -> None:
        """Close every connection, as Slack does now and then."""
        for connection in list(self._connections):
            await connection.close()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
