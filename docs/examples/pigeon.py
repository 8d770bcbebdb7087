"""A complete channel for Pigeon, a made-up messaging provider: copy it and change what differs.

Pigeon posts each message to `/webhooks/pigeon/messages`, signed with HMAC-SHA256 over the time and
the body, and repeats it until it is answered 200. It shows texts of up to 500 characters with up
to three buttons, and takes messages at `POST /v1/messages`; the same `key` is taken only once,
and `GET /v1/messages?key=...` tells whether it was.

To be served, it is named in `credentials.yml`:

    docs.examples.pigeon.PigeonChannel:
      signing_secret: ${PIGEON_SIGNING_SECRET}
      token: ${PIGEON_TOKEN}
      seal_secret: ${FRONTDESK_SEAL_SECRET}
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING

import httpx
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.channel import ProviderChannel
from channels.incoming import Incoming, Pressed, Words, unsupported
from channels.provider import Address, BaseProvider, Part, Rendering, Retry, Token, Undeliverable
from channels.reply import Reply
from channels.verify import forbidden, read_limited, same

if TYPE_CHECKING:
    from channels.service import Door

MAX_BODY = 64 * 1024  # bytes
MAX_AGE = 300  # s; an older delivery is a replay
MAX_TEXT = 500  # characters
MAX_BUTTONS = 3
KINDS = {"photo": "image", "voice": "voice", "place": "location"}  # Pigeon's words and ours


class PigeonChannel(ProviderChannel):
    """What `credentials.yml` names."""

    NAME = "pigeon"
    SECRETS = {"signing_secret": "PIGEON_SIGNING_SECRET", "token": "PIGEON_TOKEN"}
    OPTIONS = {"api_url": "https://api.pigeon.example"}

    @classmethod
    def make(cls, secrets: Mapping[str, str], options: Mapping[str, str]) -> Pigeon:
        """Make the provider, once all of SECRETS are set."""
        return Pigeon(secrets["signing_secret"], secrets["token"], options["api_url"])


class Pigeon(BaseProvider):
    """The provider."""

    name = PigeonChannel.NAME

    def __init__(self, signing_secret: str, token: str, api_url: str):
        self._secret = signing_secret
        self._token = token
        self._api_url = api_url

    # In: verify, say what it is, hand it to the door, acknowledge

    def routes(self, blueprint: Blueprint, door: Door) -> None:
        """Take Pigeon's deliveries."""

        async def messages(request: Request) -> HTTPResponse:
            body = await read_limited(request, MAX_BODY)
            if not self._is_genuine(request.headers, body):
                door.refused()
                return forbidden()
            door.verified()
            await door.accept(read(json.loads(body)))
            return HTTPResponse(status=200)

        blueprint.add_route(messages, "/messages", methods=["POST"], stream=True)

    def _is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        sent_at = headers.get("x-pigeon-time", "")
        if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > MAX_AGE:
            return False
        return same(headers.get("x-pigeon-signature"), sign(self._secret, sent_at, body))

    # Out: render, deliver, find

    async def open(self, door: Door) -> None:
        """Make the client."""
        headers = {"Authorization": f"Bearer {self._token}"}
        self._client = httpx.AsyncClient(base_url=self._api_url, headers=headers, timeout=10)

    async def close(self) -> None:
        """Let the client go."""
        await self._client.aclose()

    def render(self, address: Address, reply: Reply, token: Token) -> Rendering:
        """Turn a reply into Pigeon's messages."""
        return render(reply, token)

    async def deliver(self, address: Address, part: Part, key: str) -> str:
        """Send one message."""
        body = {"to": address["to"], "key": key, **part}
        try:
            answer = await self._client.post("/v1/messages", json=body)
        except httpx.ConnectError as problem:
            raise Retry("no connection") from problem  # other errors: it may have arrived
        if answer.status_code == 429:
            raise Retry("too many requests", after=float(answer.headers.get("retry-after", "1")))
        if answer.status_code == 503:
            raise Retry("busy")  # documented: nothing was done
        if answer.status_code == 410:
            raise Undeliverable("the customer has blocked us", unreachable=True)
        if answer.is_client_error:
            raise Undeliverable(f"Pigeon answered {answer.status_code}")
        return str(answer.raise_for_status().json()["id"])

    async def find(self, address: Address, part: Part, key: str, since: datetime) -> str | None:
        """Ask Pigeon whether it has a message of this key."""
        answer = await self._client.get("/v1/messages", params={"key": key})
        found = answer.raise_for_status().json()
        return str(found[0]["id"]) if found else None


def sign(secret: str, sent_at: str, body: bytes) -> str:
    """Return the signature that Pigeon gives to a delivery."""
    return hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()


def read(event: Mapping[str, str]) -> Incoming:
    """Say what a delivery is, in the words that all channels share."""
    said: Words | Pressed
    if event["kind"] == "text":
        said = Words(event["text"])
    elif event["kind"] == "button":
        said = Pressed(event["data"], event["title"])
    else:
        media = unsupported(KINDS.get(event["kind"], "other"))
        return Incoming(event["from"], {"to": event["from"]}, event["id"], media)
    return Incoming(event["from"], {"to": event["from"]}, event["id"], said)


def render(reply: Reply, token: Token) -> Rendering:
    """Turn a reply into Pigeon's messages: text in pieces, then buttons, three to a message."""
    cards = [f"{card.title}\n{card.subtitle}".strip() for card in reply.cards]
    links = [f"{button.title}: {button.url}" for button in reply.all_buttons if button.url]
    whole = "\n".join(filter(None, [reply.text, *cards, reply.image, reply.link, *links]))
    pieces = wrap(whole, MAX_TEXT, replace_whitespace=False, drop_whitespace=False)
    messages: list[dict[str, object]] = [{"text": piece} for piece in pieces if piece.strip()]
    buttons = [{"title": choice.title[:30], "data": token(choice)} for choice in reply.choices]
    for start in range(0, len(buttons), MAX_BUTTONS):
        if start or not messages:
            messages.append({"text": "More choices:" if start else "Please choose:"})
        messages[-1]["buttons"] = buttons[start : start + MAX_BUTTONS]
    cut = ["custom parts are not shown"] if reply.custom else []
    cut += [f"'{c.title}' is cut to 30 characters" for c in reply.choices if len(c.title) > 30]
    return Rendering(tuple(messages), cut=tuple(cut))


def show(part: Part) -> str:
    """Return a message as `make preview` prints it."""
    buttons = "".join(f"\n  [{button['title']}]" for button in part.get("buttons", ()))
    return f"{part['text']}{buttons}"
