"""Sending by Twilio's Messages API with Twilio's own client, and what its answers mean.

Twilio knows no idempotency key for a message: one that is posted twice is sent and paid for twice.
So an answer is one of four things: taken; refused for good; not taken, so that it may be posted
again; or uncertain, and then the list of messages tells whether it was taken (`find`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels.provider import Retry, Uncertain, Undeliverable

API_URL = "https://api.twilio.com"

# Twilio lists messages to the second, by its own clock.
_CLOCK_SLACK = timedelta(seconds=10)
_LOOK_BACK = 100  # messages to one customer that a lookup reads, the newest first


class Refused(Undeliverable):
    """Twilio refuses the message, and would again.

    Attributes:
        code: of Twilio's error dictionary (https://www.twilio.com/docs/api/errors).
    """

    def __init__(self, code: int):
        super().__init__(refusal(code))
        self.code = code


@dataclass(frozen=True)
class Outgoing:
    """A message to send.

    Attributes:
        to: the customer: a number in E.164, after `whatsapp:` on WhatsApp.
        sender: one of the account's senders; empty: the service picks one.
        service: the Messaging Service (`MG...`) that the sender belongs to; empty without one.
        body: 1 to 1600 characters, or empty beside media.
        media: addresses of images that Twilio fetches (MMS and WhatsApp).
    """

    to: str
    sender: str
    service: str
    body: str
    media: tuple[str, ...] = ()


class _Http(AsyncTwilioHttpClient):
    """Twilio's client for asyncio, with a time limit, and without addresses in the logs."""

    async def request(self, *args: Any, **kwargs: Any) -> Response:
        # Twilio's own method takes "no time limit given" for "wait for ever".
        kwargs["timeout"] = kwargs.get("timeout") or self.timeout
        data = kwargs.get("data")
        if data:  # aiohttp takes a repeated parameter as pairs, where `requests` takes a list
            kwargs["data"] = [
                (name, item)
                for name, value in data.items()
                for item in (value if isinstance(value, list) else [value])
            ]
        response = await super().request(*args, **kwargs)
        if response.status_code == 429:
            raise Retry("Twilio's rate limit is reached", _seconds(response.headers))
        return response

    def log_request(self, kwargs: Any) -> None:
        """Log nothing: the query holds a customer's number."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Log nothing."""


class TwilioMessages:
    """The messages of one Twilio account."""

    def __init__(self, account_sid: str, auth_token: str, api_url: str, timeout: float):
        """Make the client; must be called while the event loop runs.

        Args:
            account_sid: the account.
            auth_token: its token; never logged.
            api_url: where the API is, such as `https://api.twilio.com`.
            timeout: seconds that a request may take.
        """
        self._http = _Http(timeout=timeout)
        client = Client(account_sid, auth_token, http_client=self._http)
        client.api.base_url = api_url
        self._messages = client.messages

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def post(self, message: Outgoing, status_callback: str) -> str:
        """Have a message sent.

        Args:
            message: what to send.
            status_callback: where Twilio reports what becomes of it.

        Returns:
            The message's sid.

        Raises:
            Retry: it may be posted again.
            Uncertain: look for it with `find` before it is posted again.
            Refused: it is never sent.
        """
        options: dict[str, Any] = {
            "from_": message.sender,
            "messaging_service_sid": message.service,
            "body": message.body,
            "media_url": list(message.media),
        }
        given = {name: value for name, value in options.items() if value}
        try:
            sent = await self._messages.create_async(
                to=message.to, status_callback=status_callback, **given
            )
        except Retry:
            raise
        except aiohttp.ClientConnectorError as problem:
            raise Retry("Twilio cannot be reached") from problem
        except TwilioRestException as problem:
            raise _meaning(problem) from problem
        # Everything else happened while or after the message was on its way, or while the answer
        # was read: a time limit, a broken connection, an answer that is not Twilio's.
        except Exception as problem:
            raise Uncertain(f"Twilio's answer is missing ({type(problem).__name__})") from problem
        return str(sent.sid)

    async def find(self, message: Outgoing, since: datetime) -> list[str]:
        """Look for a message that may have been taken.

        Args:
            message: as it was posted.
            since: when it was first posted (aware).

        Returns:
            The sids of all that it may be, the oldest first: messages to the customer with the
            same words, made since then.

        Raises:
            Uncertain: Twilio could not be asked; ask again.
        """
        given = {"from_": message.sender} if message.sender else {}
        try:
            listed = await self._messages.list_async(
                to=message.to, limit=_LOOK_BACK, page_size=_LOOK_BACK, **given
            )
        except Exception as problem:  # the client raises what aiohttp, JSON or Twilio make it
            raise Uncertain("Twilio's list of messages cannot be read") from problem
        earliest = since - _CLOCK_SLACK
        return [
            str(found.sid)
            for found in reversed(listed)
            if found.direction == "outbound-api"
            and found.body == message.body
            and (made := found.date_created) is not None
            and made >= earliest
        ]


def _meaning(problem: TwilioRestException) -> Exception:
    """What an error that Twilio answered says about the message."""
    code = problem.code or problem.status
    if problem.status >= 500:
        # Twilio's dictionary says of 20500: a message may have been sent nonetheless.
        return Uncertain(f"Twilio answered {problem.status}")
    return Refused(code)


def refusal(code: int) -> str:
    """Say why Twilio refused or failed a message, and what mends it.

    Args:
        code: of Twilio's error dictionary.

    Returns:
        A sentence for whoever runs the assistant.
    """
    known = _REFUSALS.get(code, "Twilio refused the message")
    return f"{known} (Twilio error {code}, https://www.twilio.com/docs/api/errors/{code})"


_REFUSALS = {
    20003: "Twilio does not accept the account and token: check FRONTDESK_TWILIO_ACCOUNT_SID and "
    "FRONTDESK_TWILIO_AUTH_TOKEN",
    21211: "the customer's number is not a telephone number",
    21408: "the account may not send to that country: allow it in Twilio's geographic permissions",
    21606: "the sender is not one of the account's, or cannot reach that number: check "
    "FRONTDESK_TWILIO_FROM",
    21610: "the customer has opted out (STOP) with Twilio; only the customer can undo it, by START",
    21612: "Twilio has no way from this sender to that number",
    21614: "the customer's number cannot receive text messages",
    21617: "the text is longer than 1600 characters",
    30003: "the customer's telephone is off or out of reach",
    30004: "the customer's carrier or telephone blocks this sender",
    30005: "the customer's number does not exist",
    30006: "the customer's number is a landline or cannot receive text messages",
    30007: "a carrier filtered the message as unwanted: register the sender's use with Twilio",
    30008: "the carrier did not say why it failed",
    30034: "the sender is not registered for business messages in the US (A2P 10DLC)",
    63016: "WhatsApp takes free text only within 24 hours of the customer's last message: wait "
    "until the customer writes, or send an approved template",
    63018: "WhatsApp's rate limit for this sender is reached",
    63024: "the customer's number is not on WhatsApp",
}


def _seconds(headers: Any) -> float | None:
    """`Retry-After` in seconds, where Twilio gives it so; None otherwise."""
    value = str((headers or {}).get("Retry-After", ""))
    return float(value) if value.isascii() and value.isdigit() else None
