"""The lines of the channels that there are."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from benchmarks.channels.lines import RATE, Line
from channels.web.tokens import SessionTokens
from tests.channels.web.client import SECRET, SITE, At, Customer
from tests.providers import slack_events, telegram_shapes, twilio_shapes
from tests.providers.slack_delivery import SIGNING_SECRET, SlackDelivery, signature
from tests.providers.slack_server import TOKEN, Channel, running_slack
from tests.providers.telegram_driver import SECRET as SECRET_TOKEN
from tests.providers.telegram_server import TOKEN as BOT_TOKEN
from tests.providers.telegram_server import running_telegram
from tests.providers.twilio import Twilio
from tests.providers.twilio_driver import PUBLIC_URL, SHOP

_AGAIN = 0.2  # s before a browser connects again
_STALE = 600  # s; Slack's window is 300


class WebLine(Line):
    """Browsers: each posts messages and keeps a stream of events open."""

    NAME = "web"
    CHANNEL = "channels.web.WebChannel"
    FORGERIES = ("no token", "another secret's token", "damaged token", "expired token")

    async def open(self) -> Mapping[str, Any]:
        """Prepare the browsers; return the settings."""
        self._http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=200))
        self.stack.push_async_callback(self._http.aclose)
        self._customers: dict[int, Customer] = {}
        self._answers: dict[int, list[str]] = {}
        self._streams: list[asyncio.Task[None]] = []
        self.stack.push_async_callback(self._leave)
        return {"secret": SECRET, "origins": SITE, "session_rate": RATE}

    def connect(self) -> None:
        """Need nothing: browsers know the address of the page."""

    async def _leave(self) -> None:
        for stream in self._streams:
            stream.cancel()
        await asyncio.gather(*self._streams, return_exceptions=True)

    async def begin(self, customers: range) -> None:
        """Open the conversations."""
        at = At(f"{self.server.url}/webhooks/web")
        for number in customers:
            customer = self._customers[number] = Customer(at, self._http)
            await customer.begin()
            self._answers[number] = []
            self._streams.append(asyncio.create_task(self._read(number)))

    async def _read(self, number: int) -> None:
        last: int | None = None
        while True:
            try:
                async with self._customers[number].stream(last) as stream:
                    async for event in stream.events():
                        if event.name == "message":
                            last = event.data["id"]
                            if event.data["from"] != "customer":
                                self._answers[number].append(event.data["text"])
            except (httpx.TransportError, AssertionError):  # not there, or not ready
                pass
            await asyncio.sleep(_AGAIN)

    def letter(self, customer: int, text: str) -> tuple[int, bytes]:
        """Make a message with an id of the browser's."""
        return customer, json.dumps({"id": str(uuid.uuid4()), "text": text}).encode()

    async def post(self, letter: tuple[int, bytes], retry: int = 0) -> int:
        """Deliver; return the status."""
        customer, body = letter
        return (await self._customers[customer].send(body)).status_code

    async def forge(self, letter: tuple[int, bytes], way: str) -> int:
        """Deliver in one of `FORGERIES`; return the status."""
        customer, body = letter
        genuine = self._customers[customer]
        day = timedelta(days=1)
        conversation = genuine.conversation
        token = {
            "another secret's token": SessionTokens("x" * 40, day).issue(conversation)[0],
            "damaged token": genuine.token[:-4] + "AAAA",
            "expired token": SessionTokens(SECRET, -day).issue(conversation)[0],
        }.get(way)
        headers = {"Origin": SITE} | ({"Authorization": f"Bearer {token}"} if token else {})
        url = f"{genuine.server.api}/messages"
        return (await self._http.post(url, content=body, headers=headers)).status_code

    def answers(self, customer: int) -> list[str]:
        """Return what the customer was answered until now."""
        return list(self._answers[customer])


class SlackLine(Line):
    """People who write to the app directly."""

    NAME = "slack"
    CHANNEL = "channels.slack.channel.SlackChannel"
    FORGERIES = ("another secret", "changed body", "no signature", "ten minutes old")

    async def open(self) -> Mapping[str, Any]:
        """Start a workspace; return the settings."""
        self._slack = await self.stack.enter_async_context(running_slack())
        return {
            "bot_token": TOKEN,
            "signing_secret": SIGNING_SECRET,
            "api_url": self._slack.url,
        }

    def connect(self) -> None:
        """Lead deliveries to the server."""
        self._delivery = SlackDelivery(f"{self.server.url}/webhooks/slack/events")
        self.stack.push_async_callback(self._delivery.close)

    async def begin(self, customers: range) -> None:
        """Open the conversations."""
        for customer in customers:
            self._slack.channels[_place(customer)] = Channel()

    def letter(self, customer: int, text: str) -> dict[str, Any]:
        """Make an event with an id."""
        user = f"U{customer:08}"
        return slack_events.message_im(text, user=user, channel=_place(customer))

    async def post(self, letter: dict[str, Any], retry: int = 0) -> int:
        """Deliver; return the status."""
        return (await self._delivery.event(letter, retry=retry)).status_code

    async def forge(self, letter: dict[str, Any], way: str) -> int:
        """Deliver in one of `FORGERIES`; return the status."""
        body = json.dumps(letter).encode()
        now = str(int(time.time()))
        old = str(int(time.time()) - _STALE)
        headers = {
            "another secret": {"X-Slack-Signature": signature("f" * 32, now, body)},
            "changed body": {"X-Slack-Signature": signature(SIGNING_SECRET, now, body + b" ")},
            "no signature": {"X-Slack-Signature": ""},
            "ten minutes old": {"X-Slack-Signature": signature(SIGNING_SECRET, old, body)},
        }[way]
        stamp = {"X-Slack-Request-Timestamp": old if way == "ten minutes old" else now}
        return (await self._delivery.raw(body, **headers, **stamp)).status_code

    def answers(self, customer: int) -> list[str]:
        """Return what the customer was answered until now."""
        return [message["text"] for message in self._slack.sent(_place(customer))]


def _place(customer: int) -> str:
    return f"D{customer:08}"


class SmsLine(Line):
    """Telephones, through Twilio."""

    NAME = "sms"
    CHANNEL = "channels.sms.channel.SmsChannel"
    FORGERIES = ("another token", "changed words", "no signature", "another address")

    async def open(self) -> Mapping[str, Any]:
        """Start an account; return the settings."""
        self._twilio = await self.stack.enter_async_context(Twilio())
        return {
            "account_sid": self._twilio.account_sid,
            "auth_token": self._twilio.auth_token,
            "public_url": PUBLIC_URL,
            "api_url": self._twilio.url,
        }

    def connect(self) -> None:
        """Lead deliveries to the server."""
        self._twilio.routes[PUBLIC_URL] = self.server.url
        self._webhook = f"{PUBLIC_URL}/webhooks/sms/webhook"

    def letter(self, customer: int, text: str) -> dict[str, str]:
        """Make a message with a sid."""
        return twilio_shapes.incoming_sms(
            self._twilio.account_sid, _telephone(customer), SHOP, text
        )

    async def begin(self, customers: range) -> None:
        """Need nothing: a telephone number is there."""

    async def post(self, letter: dict[str, str], retry: int = 0) -> int:
        """Deliver; return the status."""
        return (await self._twilio.post(self._webhook, letter)).status_code

    async def forge(self, letter: dict[str, str], way: str) -> int:
        """Deliver in one of `FORGERIES`; return the status."""
        token, sign = self._twilio.auth_token, twilio_shapes.sign
        signed = {
            "another token": sign("f" * 32, self._webhook, letter),
            "changed words": sign(token, self._webhook, {**letter, "Body": "something else"}),
            "no signature": "",
            "another address": sign(token, f"{self.server.url}/webhooks/sms/webhook", letter),
        }[way]
        headers = {"X-Twilio-Signature": signed}
        return (await self._twilio.post(self._webhook, letter, **headers)).status_code

    def answers(self, customer: int) -> list[str]:
        """Return what the customer was answered until now."""
        return self._twilio.sent_to(_telephone(customer))


def _telephone(customer: int) -> str:
    return f"+44770090{customer:04}"


class TelegramLine(Line):
    """People in private chats with the bot."""

    NAME = "telegram"
    CHANNEL = "channels.telegram.channel.TelegramChannel"
    FORGERIES = ("another secret", "no secret", "half of the secret")

    async def open(self) -> Mapping[str, Any]:
        """Start the Bot API; return the settings."""
        self._telegram = await self.stack.enter_async_context(running_telegram())
        return {
            "bot_token": BOT_TOKEN,
            "secret_token": SECRET_TOKEN,
            "api_url": self._telegram.root,
        }

    def connect(self) -> None:
        """Lead deliveries to the server."""
        updates = self._telegram.updates
        updates.url = f"{self.server.url}/webhooks/telegram/webhook"
        updates.secret_token = SECRET_TOKEN

    async def begin(self, customers: range) -> None:
        """Open the chats."""
        self._telegram.chats |= {_person(customer)["id"] for customer in customers}

    def letter(self, customer: int, text: str) -> dict[str, Any]:
        """Make an update with an id."""
        user = _person(customer)
        return telegram_shapes.text(text, user=user, chat=telegram_shapes.private(user))

    async def post(self, letter: dict[str, Any], retry: int = 0) -> int:
        """Deliver; return the status."""
        return (await self._telegram.updates.deliver(letter)).status_code

    async def forge(self, letter: dict[str, Any], way: str) -> int:
        """Deliver in one of `FORGERIES`; return the status."""
        half = SECRET_TOKEN[: len(SECRET_TOKEN) // 2]
        secret = {"another secret": "f" * 32, "no secret": "", "half of the secret": half}[way]
        return (await self._telegram.updates.deliver(letter, secret)).status_code

    def answers(self, customer: int) -> list[str]:
        """Return what the customer was answered until now."""
        return [message["text"] for message in self._telegram.sent(_person(customer)["id"])]


def _person(customer: int) -> dict[str, Any]:
    first_name = "Anna"
    return {"id": 600_000_000 + customer, "is_bot": False, "first_name": first_name}


LINES: tuple[type[Line], ...] = (WebLine, SlackLine, SmsLine, TelegramLine)
