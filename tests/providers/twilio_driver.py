"""A customer with a telephone: writes, replies with numbers, reads, by Twilio's surfaces."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.providers import twilio_shapes as shapes
from tests.providers.shown import ShownReply
from tests.providers.twilio import Twilio

CUSTOMER = "+447700900123"
SHOP = "+441632960000"
# Where the shop's proxy is reached from outside; tests lead it to the server at hand.
PUBLIC_URL = "https://chat.example.com"
_MENU = "Reply with a number:"
_CHOICE = re.compile(r"(\d+) (.+)")
_SINGLE = re.compile(r"Reply (\d+) (.+)")


def twilio_settings(twilio: Twilio) -> dict[str, str]:
    """Give the settings by which Frontdesk reaches this Twilio, and is reached by it."""
    return {
        "FRONTDESK_TWILIO_ACCOUNT_SID": twilio.account_sid,
        "FRONTDESK_TWILIO_AUTH_TOKEN": twilio.auth_token,
        "FRONTDESK_TWILIO_API_URL": twilio.url,
        "FRONTDESK_PUBLIC_URL": PUBLIC_URL,
    }


class TwilioDriver:
    """One customer's telephone."""

    def __init__(self, twilio: Twilio, *, number: str = CUSTOMER, shop: str = SHOP) -> None:
        """Begin where the customer's messages end now.

        Args:
            twilio: carries the messages; its `routes` lead to the server.
            number: the customer's, `whatsapp:` in front for WhatsApp.
            shop: whom they write to, in the same form.
        """
        self.twilio, self.number, self.shop = twilio, number, shop
        self._read = len(self.messages())

    async def say(self, text: str) -> str:
        """Write something; gives the message's sid."""
        params = self.written(text)
        answer = await self.post(params)
        assert answer.status_code == 200, answer.text
        return params["MessageSid"]

    async def press(self, title: str) -> None:
        """Reply with the number of the choice of that title, in the newest menu that has it."""
        for body in reversed(self.messages()):
            for number, choice in menu(body):
                if choice == title:
                    await self.say(number)
                    return
        raise AssertionError(f"no choice {title!r} in {self.messages()}")

    async def replies(self, count: int = 1, timeout: float = 120.0) -> list[ShownReply]:
        """Wait for so many replies since the last call; give all that came, in order."""
        await self.twilio.until(lambda: len(self.messages()) >= self._read + count, timeout)
        new = self.messages()[self._read :]
        self._read += len(new)
        return [shown(body) for body in new]

    def messages(self) -> list[str]:
        """Give what this customer was sent, oldest first."""
        return [
            message["body"]
            for message in self.twilio.sent
            if message["to"] == self.number and message["from"] in (self.shop, None)
        ]

    def written(self, text: str, **further: str) -> dict[str, str]:
        """Give the parameters of a message with these words."""
        whatsapp = self.number.startswith("whatsapp:")
        make = shapes.incoming_whatsapp if whatsapp else shapes.incoming_sms
        return make(self.twilio.account_sid, self.number, self.shop, text, **further)

    async def post(self, params: Mapping[str, str], **headers: str) -> httpx.Response:
        """Deliver parameters to the webhook, signed; repeating it is a retry."""
        token = {"I-Twilio-Idempotency-Token": params.get("MessageSid", "")}
        return await self.twilio.post(
            f"{PUBLIC_URL}/webhooks/sms/webhook", params, **token, **headers
        )


@asynccontextmanager
async def twilio_driver(
    twilio: Twilio, frontdesk_url: str, **telephone: str
) -> AsyncIterator[TwilioDriver]:
    """Let somebody write text messages while the block runs.

    Args:
        twilio: the account.
        frontdesk_url: Rasa's address, without a slash at the end.
        telephone: `number` and `shop` of `TwilioDriver`.
    """
    twilio.routes[PUBLIC_URL] = frontdesk_url
    yield TwilioDriver(twilio, **telephone)


def menu(body: str) -> list[tuple[str, str]]:
    """Give the numbers and titles that a message offers."""
    lines = body.split("\n")
    if _MENU in lines:
        found = [_CHOICE.fullmatch(line) for line in lines[lines.index(_MENU) + 1 :]]
        return [(match[1], match[2]) for match in found if match]
    single = _SINGLE.fullmatch(lines[-1])
    return [(single[1], single[2])] if single else []


def shown(body: str) -> ShownReply:
    """Give a message as its reader takes it: words, and what can be chosen."""
    offered = menu(body)
    words = body.partition(f"\n{_MENU}")[0] if _MENU in body else body
    if offered and words == body:
        words = body.rpartition("\n")[0]
    return ShownReply(words, tuple(title for _, title in offered))


def sent_with(twilio: Twilio, body: str) -> dict[str, Any]:
    """Give the newest message that holds these words, as Twilio keeps it."""
    return next(message for message in reversed(twilio.sent) if body in message["body"])
