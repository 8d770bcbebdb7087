"""Tells the desk, where people answer, what is in no event of Rasa's.

A customer is typing: a nicety, said once. A message did not reach the customer: said again until
the desk has it, or the process ends; the channel's log has it in any case.
"""

from __future__ import annotations

import asyncio
import time

import httpx

_SECONDS = 5.0  # for one call; what an agent learns later than that is not true any more
_WAITS = (1.0, 5.0, 30.0, 300.0)  # s between tries to say that a message did not arrive


class DeskLine:
    """The way from a channel to the desk."""

    def __init__(self, url: str, token: str):
        """Bind the address; nothing is sent yet.

        Args:
            url: the desk's, such as `http://127.0.0.1:8091`; empty: there is none.
            token: what the desk asks for; never logged.
        """
        self._url = url.rstrip("/")
        self._token = token
        self._client: httpx.AsyncClient | None = None
        self._typing: dict[str, asyncio.Task[bool]] = {}
        self._reports: set[asyncio.Task[None]] = set()

    def customer_types(self, conversation_id: str) -> None:
        """Say that a customer is typing; returns at once.

        Args:
            conversation_id: whose conversation. While the desk has not answered to the last time,
                nothing is sent.
        """
        if self._url and self._token and conversation_id not in self._typing:
            call = asyncio.create_task(self._say("typing", {"conversation_id": conversation_id}))
            self._typing[conversation_id] = call
            call.add_done_callback(lambda _call: self._typing.pop(conversation_id, None))

    def undelivered(self, conversation_id: str, key: str, reason: str) -> None:
        """Say that a message did not reach the customer, or may not have; returns at once.

        Args:
            conversation_id: whose conversation.
            key: the same for the same message.
            reason: why; no customer's words.
        """
        if self._url and self._token:
            body = {
                "conversation_id": conversation_id,
                "key": key,
                "reason": reason[:500],
                "at": time.time(),
            }
            report = asyncio.create_task(self._report(body))
            self._reports.add(report)
            report.add_done_callback(self._reports.discard)

    async def close(self) -> None:
        """Drop what is under way."""
        calls = [*self._typing.values(), *self._reports]
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    async def _report(self, body: dict[str, object]) -> None:
        for wait in _WAITS:
            if await self._say("undelivered", body):
                return
            await asyncio.sleep(wait)

    async def _say(self, what: str, body: dict[str, object]) -> bool:
        if self._client is None:
            headers = {"Authorization": f"Bearer {self._token}"}
            self._client = httpx.AsyncClient(headers=headers, timeout=_SECONDS, trust_env=False)
        try:
            answer = await self._client.post(f"{self._url}/api/v1/{what}", json=body)
        except httpx.HTTPError:
            return False  # the desk is away
        return answer.is_success
