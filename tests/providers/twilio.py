"""A server that speaks Twilio's Messaging REST API, for tests with Twilio's own client.

    async with Twilio() as twilio:
        twilio.faults.append(Fault(429, 20429, retry_after=1))  # the next message is refused
        ...                                  # a client is pointed at twilio.url
        await twilio.until(lambda: len(twilio.sent) == 1)

It takes `POST /2010-04-01/Accounts/{sid}/Messages.json` and lists and shows what it took, checks
what Twilio checks, answers in its shapes, and posts signed webhooks (`texting`) and delivery
reports. Written from Twilio's public documentation (see `twilio_shapes`).
"""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

import httpx
from aiohttp import web

from tests.providers import twilio_shapes as shapes

MAX_BODY = 1600  # characters, after which Twilio answers 21617
PAGE = 50
TIMEOUT = 60.0  # s that a condition may take to come true


@dataclass
class Fault:
    """What goes wrong with the next message that is posted.

    Attributes:
        status: the HTTP status; 0: the connection is closed without an answer.
        code: Twilio's error code.
        retry_after: seconds, for the header of that name.
        taken: the message is taken nonetheless, as by a server that fails after its work.
        until: the answer waits for this event first (or for the client to go away).
        body: raw bytes in place of Twilio's error shape, as a proxy in between may answer.
    """

    status: int = 500
    code: int = 20500
    retry_after: int | None = None
    taken: bool = False
    until: asyncio.Event | None = None
    body: bytes | None = None


@dataclass
class Twilio:
    """One account.

    Attributes:
        numbers: senders of the account; those of WhatsApp begin with `whatsapp:`.
        services: Messaging Services by their sid, each with its senders.
        sent: messages that were taken, oldest first, as the API shows them; `callback` is added.
        asked: method and path of every request.
        faults: what goes wrong with the next messages, one each.
        stopped: pairs of (sender or service, customer) that Twilio itself keeps apart (21610).
        invalid: customers' numbers that do not exist (21211).
        closed: WhatsApp customers outside the 24 hours, whose messages fail later with 63016.
        reports: the statuses that are posted for each message by itself, such as
            `("sent", "delivered")`; empty: none.
        url: where the API is; a new server with the same one takes its place.
        routes: public address -> where that is on this machine, as a proxy in front would know.
    """

    account_sid: str = "AC" + "0123456789abcdef" * 2
    auth_token: str = "an-auth-token-for-tests-0123456789"
    numbers: tuple[str, ...] = ("+441632960000", "+441632960001", "whatsapp:+441632960000")
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    stopped: set[tuple[str, str]] = field(default_factory=set)
    invalid: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    url: str = ""
    routes: dict[str, str] = field(default_factory=dict)

    async def __aenter__(self) -> Twilio:
        app = web.Application()
        messages = f"/{shapes.API_VERSION}/Accounts/{{account}}/Messages"
        app.router.add_post(f"{messages}.json", self._create)
        app.router.add_get(f"{messages}.json", self._list)
        app.router.add_get(f"{messages}/{{sid}}.json", self._fetch)
        self._changed = asyncio.Condition()
        self._reporting: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(timeout=TIMEOUT)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", int(self.url.rpartition(":")[2] or 0))
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._reporting:
            task.cancel()
        await asyncio.gather(*self._reporting, return_exceptions=True)
        await self._http.aclose()
        await self._runner.cleanup()

    async def until(self, holds: Callable[[], object], timeout: float = TIMEOUT) -> None:
        """Wait until a condition on this server's state holds; it is looked at on each change."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: bool(holds())), timeout)

    def sent_to(self, number: str) -> list[str]:
        """The bodies that a customer was sent, oldest first."""
        return [message["body"] for message in self.sent if message["to"] == number]

    # What the API answers

    async def _create(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path_qs))
        if (refused := self._unauthorised(request)) is not None:
            return refused
        form = await request.post()
        given = {name: str(value) for name, value in form.items()}
        media = [str(value) for value in form.getall("MediaUrl", [])]
        fault = self.faults.popleft() if self.faults else None
        try:
            if fault is None or fault.taken:
                if problem := self._problem(given, media):
                    return _refusal(problem, 400, given)
                message = await self._take(given, media)
            if fault is None:
                return web.json_response(_shown(message), status=201)
            if fault.until is not None:
                await fault.until.wait()
            return self._failed(request, fault, given)
        finally:
            async with self._changed:
                self._changed.notify_all()

    def _failed(self, request: web.Request, fault: Fault, given: Mapping[str, str]) -> web.Response:
        if not fault.status:
            assert request.transport is not None
            request.transport.close()
            return web.Response(status=500)
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        if fault.body is not None:
            return web.Response(status=fault.status, body=fault.body, headers=headers)
        return _refusal(fault.code, fault.status, given, headers)

    def _problem(self, given: Mapping[str, str], media: list[str]) -> int | None:
        """The code of what is wrong with a message, or None."""
        sender, service = given.get("From", ""), given.get("MessagingServiceSid", "")
        to, body, callback = given.get("To", ""), given.get("Body", ""), given.get("StatusCallback")
        known = sender in self.numbers or service in self.services
        checks = {
            21604: not to,
            21603: not (sender or service),
            21606: not known or (service and sender and sender not in self.services[service]),
            21602: not (body or media),
            21617: len(body) > MAX_BODY,
            21609: callback is not None and not shapes.is_address(callback),
            21211: to in self.invalid or not to.removeprefix("whatsapp:").startswith("+"),
            21910: sender and sender.startswith("whatsapp:") != to.startswith("whatsapp:"),
            21610: (service or sender, to) in self.stopped,
        }
        return next((code for code, wrong in checks.items() if wrong), None)

    async def _take(self, given: Mapping[str, str], media: list[str]) -> dict[str, Any]:
        sid, service = shapes.new_sid("MM" if media else "SM"), given.get("MessagingServiceSid")
        uri = f"/{shapes.API_VERSION}/Accounts/{self.account_sid}/Messages/{sid}"
        now = format_datetime(datetime.now(timezone.utc))
        message = {
            "account_sid": self.account_sid,
            "api_version": shapes.API_VERSION,
            "body": given.get("Body", ""),
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": given.get("From"),
            "messaging_service_sid": service,
            "num_media": str(len(media)),
            # A service chooses the sender, and with it the count, only later.
            "num_segments": "0" if service else "1",
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": "accepted" if service else "queued",
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": given["To"],
            "uri": f"{uri}.json",
            "callback": given.get("StatusCallback"),
            "media": media,
        }
        self.sent.append(message)
        if message["callback"] and (self.reports or message["to"] in self.closed):
            task = asyncio.get_running_loop().create_task(self._report_all(message))
            self._reporting.add(task)
            task.add_done_callback(self._reporting.discard)
        return message

    async def _list(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path_qs))
        if (refused := self._unauthorised(request)) is not None:
            return refused
        query = request.query
        wanted = {"to": query.get("To"), "from": query.get("From")}
        found = [
            message
            for message in reversed(self.sent)
            if all(value in (None, message[name]) for name, value in wanted.items())
        ]
        size, page = int(query.get("PageSize", PAGE)), int(query.get("Page", 0))
        here = f"{request.path}?PageSize={size}&Page="
        more = len(found) > (page + 1) * size
        body = {
            "messages": [_shown(m) for m in found[page * size : (page + 1) * size]],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": min(len(found), (page + 1) * size) - 1,
            "first_page_uri": f"{here}0",
            "next_page_uri": f"{here}{page + 1}" if more else None,
            "previous_page_uri": f"{here}{page - 1}" if page else None,
            "uri": f"{here}{page}",
        }
        return web.json_response(body)

    async def _fetch(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path_qs))
        if (refused := self._unauthorised(request)) is not None:
            return refused
        for message in self.sent:
            if message["sid"] == request.match_info["sid"]:
                return web.json_response(_shown(message))
        return _refusal(20404, 404, {})

    def _unauthorised(self, request: web.Request) -> web.Response | None:
        pair = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if request.headers.get("Authorization") == f"Basic {pair}":
            return None
        return _refusal(20003, 401, {})

    # What it reports by itself

    async def report(
        self, message: dict[str, Any], status: str, error_code: int | None = None
    ) -> httpx.Response:
        """Post what became of a message to its StatusCallback; gives the answer."""
        message |= {"status": status, "error_code": error_code}
        params = shapes.status_callback(message, status, error_code)
        return await self.post(message["callback"], params)

    async def _report_all(self, message: dict[str, Any]) -> None:
        if message["to"] in self.closed:
            await self.report(message, "failed", 63016)
            return
        for status in self.reports:
            await self.report(message, status)

    async def post(self, url: str, params: Mapping[str, str], **headers: str) -> httpx.Response:
        """Post signed parameters to a webhook; `headers` are added or replace."""
        signature = shapes.sign(self.auth_token, url, params)
        given = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"} | headers
        return await self._http.post(self.local(url), data=dict(params), headers=given)

    def local(self, url: str) -> str:
        """Where a public address is on this machine."""
        for public, here in self.routes.items():
            if url.startswith(public):
                return here + url.removeprefix(public)
        return url


def _shown(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in {"callback", "media"}}


def _refusal(
    code: int, status: int, given: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> web.Response:
    words = {
        "to": given.get("To", ""),
        "sender": given.get("From", ""),
        "callback": given.get("StatusCallback", ""),
    }
    return web.json_response(
        shapes.error_body(code, status, **words), status=status, headers=headers
    )
