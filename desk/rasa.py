"""Rasa's HTTP API, as far as the desk uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

_SECONDS = 20.0  # a turn that is under way holds the conversation meanwhile


class RasaAway(Exception):
    """Rasa did not answer, or not as it should: whether it did what was asked is not known."""


class RasaRefused(Exception):
    """Rasa understood the request and will not do it, however often it is asked."""


class Rasa:
    """A client of one Rasa server."""

    def __init__(self, url: str, token: str):
        """Bind the address; nothing is sent yet.

        Args:
            url: such as `http://127.0.0.1:5005`.
            token: what the server asks for; never logged.
        """
        self._client = httpx.AsyncClient(
            base_url=url, params={"token": token}, timeout=_SECONDS, trust_env=False
        )
        self._bearer = {"Authorization": f"Bearer {token}"}

    async def append(self, conversation_id: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Append events to a conversation; messages in them go to the customer.

        Raises:
            RasaAway: it is not known whether it was done.
            RasaRefused: it was not, and will not be.
        """
        await self._call(
            "POST",
            f"/conversations/{quote(conversation_id, safe='')}/tracker/events",
            {"output_channel": "latest", "execute_side_effects": "true", "include_events": "NONE"},
            list(events),
        )

    async def trigger(self, conversation_id: str, intent: str) -> None:
        """Have the assistant act as if the customer had meant this.

        Raises:
            RasaAway: it is not known whether it was done.
            RasaRefused: it was not, and will not be.
        """
        await self._call(
            "POST",
            f"/conversations/{quote(conversation_id, safe='')}/trigger_intent",
            {"output_channel": "latest", "include_events": "NONE"},
            {"name": intent},
        )

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return everything that the tracker holds of a conversation.

        Raises:
            RasaAway: it did not answer.
            RasaRefused: it will not answer.
        """
        path = f"/conversations/{quote(conversation_id, safe='')}/tracker"
        tracker = await self._call("GET", path, {"include_events": "ALL"})
        return list(tracker.get("events") or [])

    async def typing(self, channel: str, conversation_id: str, name: str) -> None:
        """Show a customer for some seconds that somebody is writing.

        Raises:
            RasaAway: it is not known whether it was done.
            RasaRefused: it was not.
        """
        body = {"channel": channel, "conversation_id": conversation_id, "name": name}
        await self._call("POST", "/live-typing/", {}, body, self._bearer)

    async def close(self) -> None:
        """Disconnect."""
        await self._client.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            content: dict[str, Any] = {} if body is None else {"json": body}
            answer = await self._client.request(
                method, path, params=dict(params), headers=headers, **content
            )
        except httpx.HTTPError as problem:
            # Its text may hold the address with the token.
            raise RasaAway(f"Rasa did not answer ({type(problem).__name__})") from None
        if answer.status_code in (401, 403, 404):
            # Wrong token, HTTP API switched off, or the model lacks the intent: somebody mends it.
            raise RasaAway(f"Rasa answered {answer.status_code}: see FRONTDESK_RASA_TOKEN")
        if 400 <= answer.status_code < 500 and answer.status_code not in (408, 409, 429):
            raise RasaRefused(f"Rasa answered {answer.status_code}")
        if answer.status_code >= 300:
            raise RasaAway(f"Rasa answered {answer.status_code}")
        try:
            found = answer.json() if answer.content else {}
        except ValueError as problem:
            raise RasaAway("Rasa's answer is not JSON") from problem
        return found if isinstance(found, dict) else {}
