"""Chatwoot's application API, as far as the desk uses it.

Its description: https://developers.chatwoot.com/api-reference
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from desk.chatwoot.settings import ChatwootSettings

_SECONDS = 20.0  # for one call
_OUTGOING = (1, "outgoing")  # the API gives a number, webhooks a word
_INCOMING = (0, "incoming")


class ChatwootAway(Exception):
    """Chatwoot did not answer, or not as it should: whether it did what was asked is not known."""


class ChatwootRefused(Exception):
    """Chatwoot understood the request and will not do it, however often it is asked."""


@dataclass(frozen=True)
class Agent:
    """Somebody who answers there."""

    id: int
    name: str


@dataclass(frozen=True)
class Message:
    """One message there.

    Attributes:
        id: later ones have higher ids.
        text: with the addresses of what is attached.
        is_customers: we put it there in the customer's name.
        by: the agent who wrote it to the customer; None for notes and for what no person wrote.
    """

    id: int
    text: str
    is_customers: bool
    by: Agent | None


@dataclass(frozen=True)
class Standing:
    """How a conversation stands there.

    Attributes:
        is_resolved: somebody has ended it.
        assignee: whom it is assigned to.
        labels: its labels.
    """

    is_resolved: bool
    assignee: Agent | None
    labels: tuple[str, ...]


class Chatwoot:
    """A client of one inbox."""

    def __init__(self, settings: ChatwootSettings):
        """Bind the address; nothing is sent yet."""
        self._inbox = settings.inbox
        self._client = httpx.AsyncClient(
            base_url=f"{settings.url}/api/v1/accounts/{settings.account}",
            headers={"api_access_token": settings.token},
            timeout=_SECONDS,
            trust_env=False,
        )

    async def contact(self, identifier: str, name: str) -> int:
        """Return the id of the contact with an identifier of ours; make it if there is none.

        Raises:
            ChatwootAway, ChatwootRefused: see there.
        """
        found = await self._call("GET", "/contacts/search", params={"q": identifier})
        for one in found.get("payload") or ():
            if one.get("identifier") == identifier:
                return int(one["id"])
        body = {"inbox_id": self._inbox, "identifier": identifier, "name": name}
        made = (await self._call("POST", "/contacts", body)).get("payload") or {}
        return int((made.get("contact") or made)["id"])

    async def conversation(self, contact: int, handoff: str, facts: Mapping[str, str]) -> int:
        """Return the id of the conversation of a handoff; make it if there is none.

        Args:
            contact: whose.
            handoff: our name of it, by which it is found again.
            facts: what agents see beside it, by name.

        Raises:
            ChatwootAway, ChatwootRefused: see there.
        """
        known = await self._call("GET", f"/contacts/{contact}/conversations")
        for one in known.get("payload") or ():
            if (one.get("custom_attributes") or {}).get("frontdesk_handoff") == handoff:
                return int(one["id"])
        body = {
            "inbox_id": self._inbox,
            "contact_id": contact,
            "source_id": handoff,
            "status": "open",
            "custom_attributes": {**facts, "frontdesk_handoff": handoff},
        }
        return int((await self._call("POST", "/conversations", body))["id"])

    async def customer_says(self, conversation: int, text: str) -> int:
        """Add what the customer wrote; return the message's id.

        Raises:
            ChatwootAway, ChatwootRefused: see there.
        """
        return await self._add(conversation, text, "incoming", private=False)

    async def note(self, conversation: int, text: str) -> int:
        """Add a note that only agents see; return its id.

        Raises:
            ChatwootAway, ChatwootRefused: see there.
        """
        return await self._add(conversation, text, "outgoing", private=True)

    async def after(self, conversation: int, message: int) -> list[Message]:
        """Return the messages that follow one, oldest first, a page of them.

        Raises:
            ChatwootAway, ChatwootRefused: see there.
        """
        path = f"/conversations/{conversation}/messages"
        found = await self._call("GET", path, params={"after": str(message)})
        messages = [_message(one) for one in found.get("payload") or ()]
        # without `after` some versions give the latest page
        return sorted((one for one in messages if one.id > message), key=lambda one: one.id)

    async def standing(self, conversation: int) -> Standing:
        """Return how a conversation stands.

        Raises:
            ChatwootAway, ChatwootRefused: see there.
        """
        found = await self._call("GET", f"/conversations/{conversation}")
        assignee = (found.get("meta") or {}).get("assignee")
        labels = tuple(str(label) for label in found.get("labels") or ())
        return Standing(
            found.get("status") == "resolved", _agent(assignee) if assignee else None, labels
        )

    async def resolve(self, conversation: int) -> None:
        """End a conversation there.

        Raises:
            ChatwootAway, ChatwootRefused: see there.
        """
        path = f"/conversations/{conversation}/toggle_status"
        await self._call("POST", path, {"status": "resolved"})

    async def close(self) -> None:
        """Disconnect."""
        await self._client.aclose()

    async def _add(self, conversation: int, text: str, kind: str, *, private: bool) -> int:
        body = {"content": text, "message_type": kind, "private": private}
        added = await self._call("POST", f"/conversations/{conversation}/messages", body)
        return int(added["id"])

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, path, json=body, params=params)
        except httpx.HTTPError as problem:
            raise ChatwootAway(f"Chatwoot did not answer ({type(problem).__name__})") from None
        status = answer.status_code
        if status in (401, 403):
            # somebody mends the setting, and it goes on
            raise ChatwootAway(f"Chatwoot answered {status}: see FRONTDESK_CHATWOOT_TOKEN")
        if 400 <= status < 500 and status not in (408, 409, 429):
            raise ChatwootRefused(f"Chatwoot answered {status} to {method} {path}")
        if status >= 300:
            raise ChatwootAway(f"Chatwoot answered {status}")
        try:
            found = answer.json() if answer.content else {}
        except ValueError:
            raise ChatwootAway(
                "Chatwoot's answer is not JSON: see FRONTDESK_CHATWOOT_URL"
            ) from None
        return found if isinstance(found, dict) else {}


def _agent(one: Mapping[str, Any]) -> Agent:
    name = one.get("available_name") or one.get("name") or "Support team"
    return Agent(int(one["id"]), str(name).strip()[:128])


def _message(one: Mapping[str, Any]) -> Message:
    kind, sender = one.get("message_type"), one.get("sender") or {}
    files = [str(part.get("data_url") or "") for part in one.get("attachments") or ()]
    deleted = (one.get("content_attributes") or {}).get("deleted")
    said_by_person = kind in _OUTGOING and not one.get("private") and not deleted
    return Message(
        int(one["id"]),
        "\n".join(filter(None, [str(one.get("content") or "").strip(), *files])),
        kind in _INCOMING,
        _agent(sender) if said_by_person and sender.get("type") == "user" else None,
    )
