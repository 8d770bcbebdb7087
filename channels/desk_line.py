"""Tells the desk, where people answer, what is no part of the conversation: a customer is typing.

It is a nicety: nobody waits for the desk, and what does not arrive is not said again.
"""

from __future__ import annotations

import asyncio

import httpx

_SECONDS = 5.0  # for one call; what an agent learns later than that is not true any more


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
        self._calls: dict[str, asyncio.Task[None]] = {}

    def customer_types(self, conversation_id: str) -> None:
        """Say that a customer is typing; returns at once.

        Args:
            conversation_id: whose conversation. While the desk has not answered to the last time,
                nothing is sent.
        """
        if self._url and self._token and conversation_id not in self._calls:
            call = asyncio.create_task(self._call(conversation_id))
            self._calls[conversation_id] = call
            call.add_done_callback(lambda _call: self._calls.pop(conversation_id, None))

    async def close(self) -> None:
        """Drop what is under way."""
        for call in list(self._calls.values()):
            call.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    async def _call(self, conversation_id: str) -> None:
        if self._client is None:
            headers = {"Authorization": f"Bearer {self._token}"}
            self._client = httpx.AsyncClient(headers=headers, timeout=_SECONDS, trust_env=False)
        try:
            body = {"conversation_id": conversation_id}
            await self._client.post(f"{self._url}/api/v1/typing", json=body)
        except httpx.HTTPError:
            return  # the desk is away; the message itself will get there
