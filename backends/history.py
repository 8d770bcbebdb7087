"""What was said in a conversation before the part that actions are sent.

Actions are sent where a conversation stands and its last turns, however long it is. Who takes over
is to read all of it; the server that runs the conversation has it.
"""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

import httpx

from backends.errors import BackendUnavailable

_SECONDS = 10.0  # thousands of turns are a megabyte or two


class History(Protocol):
    """Whole conversations."""

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """Everything that is stored of a conversation, oldest first, as the server has it.

        Raises:
            BackendUnavailable: no usable answer.
        """


class RestHistory:
    """`History` over the HTTP API of the server that runs the conversations."""

    def __init__(self, url: str, token: str) -> None:
        """Bind the address; nothing is sent yet.

        Args:
            url: such as `http://127.0.0.1:5005`.
            token: what the server asks for; never logged.
        """
        self._url, self._token = url.rstrip("/"), token

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """See `History.events`."""
        address = f"{self._url}/conversations/{quote(conversation_id, safe='')}/tracker"
        wanted = {"token": self._token, "include_events": "ALL"}
        try:
            # Seldom needed, so no connection is kept; a company's proxy cannot reach this server.
            async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
                answer = await client.get(address, params=wanted)
            if answer.status_code != 200:
                raise BackendUnavailable(f"history: the server answered {answer.status_code}")
            return list(answer.json()["events"])
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as problem:
            # its text may hold the address with the token
            raise BackendUnavailable(f"history: {type(problem).__name__}") from None
