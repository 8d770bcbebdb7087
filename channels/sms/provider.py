"""Twilio as a provider of our channels: text messages, and WhatsApp."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import TYPE_CHECKING

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.optouts import OptOuts
from channels.provider import Address, BaseProvider, Part, Rendering, Token, Undeliverable
from channels.reply import Reply
from channels.sms.client import Outgoing, Refused, TwilioMessages, refusal
from channels.sms.inbound import NotAMessage, Report, read_message, read_report
from channels.sms.reception import Reception
from channels.sms.render import render
from channels.sms.settings import SmsSettings
from channels.sms.signature import Signatures
from channels.verify import forbidden, read_limited
from channels.workers import describe

if TYPE_CHECKING:
    from channels.service import Door

logger = logging.getLogger(__name__)

NAME = "sms"
_MAX_BODY = 64 * 1024  # bytes; a message with ten media takes some 4 KB
_TIMEOUT = 15.0  # s that Twilio may take to answer
_OPTED_OUT = 21610  # Twilio: "unsubscribed recipient"
# s between looks for the message that a report is about: Twilio may report on a message before we
# have read that it was taken.
_REPORT_WAITS = (0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
# An answer without instructions: what there is to say is sent by the API.
_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class TwilioProvider(BaseProvider):
    """Sends by Twilio's API, and takes what Twilio posts."""

    name = NAME

    def __init__(self, settings: SmsSettings):
        """Make the parts; nothing is opened.

        Args:
            settings: the channel's.
        """
        self._settings = settings
        self._signatures = Signatures(settings.auth_token, settings.public_url)
        self._callback = f"{settings.public_url}/webhooks/{NAME}/status"
        self._messages: TwilioMessages | None = None
        self._optouts: OptOuts | None = None
        self._reception: Reception | None = None
        self._door: Door | None = None
        self._recording: set[asyncio.Task[None]] = set()

    async def open(self, door: Door) -> None:
        """Make the client."""
        settings = self._settings
        self._messages = TwilioMessages(
            settings.account_sid, settings.auth_token, settings.api_url, _TIMEOUT
        )
        self._door = door
        self._optouts = OptOuts(door.database, f"{NAME}_")
        self._reception = Reception(settings, door, self._optouts)

    async def close(self) -> None:
        """Close the client's connections."""
        for task in self._recording:
            task.cancel()
        await asyncio.gather(*self._recording, return_exceptions=True)
        if self._messages is not None:
            await self._messages.close()

    # In

    def routes(self, blueprint: Blueprint, door: Door) -> None:
        """Take messages at `/webhook` and delivery reports at `/status`."""

        async def take(request: Request) -> HTTPResponse:
            body = await read_limited(request, _MAX_BODY)
            params = self._signatures.verify(
                request.path,
                request.query_string,
                request.headers.get("content-type", ""),
                body,
                request.headers.get("x-twilio-signature"),
            )
            if params is None:
                door.refused()
                return forbidden()
            door.verified()
            # A report may come to either address: which one is set in Twilio's console.
            if (report := read_report(params)) is not None:
                self._note(report, door)
            elif self._reception is not None:
                try:
                    await self._reception.take(read_message(params, self._settings.account_sid))
                except NotAMessage as reason:
                    logger.info("%s: a delivery is left unanswered: %s.", NAME, reason)
            return HTTPResponse(_EMPTY_TWIML, content_type="text/xml; charset=utf-8")

        for path in ("/webhook", "/status"):
            blueprint.add_route(take, path, methods=["POST"], stream=True, name=path.strip("/"))

    def _note(self, report: Report, door: Door) -> None:
        """Record a report; in the background, since it may come before Twilio's own answer."""
        task = asyncio.get_running_loop().create_task(self._record(report, door))
        self._recording.add(task)
        task.add_done_callback(self._recording.discard)

    async def _record(self, report: Report, door: Door) -> None:
        if report.failed and report.error:
            logger.warning("%s: a message failed: %s.", NAME, refusal(report.error))
        status = f"{report.status} {report.error}" if report.error else report.status
        for wait in _REPORT_WAITS:
            try:
                if await door.receipt(report.message_sid, status, failed=report.failed):
                    return
            except Exception as problem:
                logger.error("%s: a report could not be stored.\n%s", NAME, describe(problem))
            await asyncio.sleep(wait)
        logger.info("%s: a report is about a message that was not sent from here.", NAME)

    # Out

    def render(self, address: Address, reply: Reply, token: Token) -> Rendering:
        """Write a reply as text messages, or for WhatsApp."""
        return render(
            reply,
            token,
            segments=self._settings.segments,
            whatsapp=_is_whatsapp(address),
            mms=self._settings.mms,
        )

    async def deliver(self, address: Address, part: Part, key: str) -> str:
        """Send a message, unless its customer has opted out."""
        assert self._messages is not None
        assert self._optouts is not None
        message = self._outgoing(address, part)
        known = await self._optouts.state(message.to)
        if known.stopped and message.body != known.farewell:
            raise Undeliverable(
                "the customer has opted out (STOP); only the customer can undo it, by START"
            )
        try:
            sid = await self._messages.post(message, self._callback)
        except Refused as problem:
            if problem.code != _OPTED_OUT:
                raise
            await self._optouts.close(message.to, known)
            if known.stopped:  # Twilio has confirmed the opt-out itself: ours is not needed
                return f"confirmed-by-twilio:{key}"
            raise
        if known.stopped:
            await self._optouts.close(message.to, known)
        return sid

    async def find(self, address: Address, part: Part, key: str, since: datetime) -> str | None:
        """Look in Twilio's list for a message that may have been taken."""
        assert self._messages is not None
        assert self._door is not None
        for sid in await self._messages.find(self._outgoing(address, part), since):
            if not await self._door.knows(sid):
                return sid
        return None

    def _outgoing(self, address: Address, part: Part) -> Outgoing:
        to, chosen = str(address["to"]), self._settings.sender
        sender, service = str(address["from"]), str(address.get("service") or "")
        if chosen.startswith("MG"):
            sender, service = "", chosen
        elif chosen and chosen.startswith("whatsapp:") == _is_whatsapp(address):
            sender, service = chosen, ""
        return Outgoing(to, sender, service, str(part["body"]), tuple(part.get("media", ())))


def _is_whatsapp(address: Address) -> bool:
    return str(address["to"]).startswith("whatsapp:")
