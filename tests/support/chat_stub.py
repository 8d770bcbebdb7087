"""A small chat server that speaks the web channel's protocol, and breaks it on demand.

The widget is tested against this one, over real sockets and from another origin than the page's,
so that every fault of a network or a server can be produced at the moment a test wants it.
The real channel has its own tests.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from aiohttp import web

WIDGET = Path(__file__).parents[2] / "channels" / "web" / "frontdesk-chat.js"

HOST = "127.0.0.1"

# What a page of a careful shop sends: only the chat's own server is allowed besides itself.
STRICT_CSP = (
    "default-src 'none'; script-src {chat}; connect-src {chat}; img-src {chat}; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
</head><body><main><h1>A shop</h1><p><a href="/other">Another page</a></p></main>
{body}
</body></html>"""


@dataclass
class StubConversation:
    """One customer's conversation as the server has it."""

    token: str
    messages: list[dict[str, Any]] = field(default_factory=list)  # as told to the page
    typing: dict[str, Any] = field(default_factory=lambda: {"on": False})
    typed: int = 0
    accepted: dict[str, dict[str, Any]] = field(default_factory=dict)  # message id -> body
    tokens: int = 1  # how many it has had
    choices: dict[str, str] = field(default_factory=dict)  # opaque choice -> its title
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def texts(self, sender: str) -> list[str]:
        """Return the texts told to the page that came from `sender`, in order."""
        return [message["text"] for message in self.messages if message["from"] == sender]


Answer = Callable[[str], "list[dict[str, Any]]"]


def echo(text: str) -> list[dict[str, Any]]:
    """Answer a text with itself."""
    return [{"text": f"You wrote: {text}"}]


class ChatStub:
    """The chat server and, on a second port, the page that embeds its widget.

    Attributes that a test may change at any time:
        answer: makes the replies to a customer's text
        greeting: the messages a new conversation begins with
        post_faults: what happens to the next POSTs, one each: a status to answer with, "drop"
            (the line breaks before the message is taken), "lose" (the message is taken, the
            answer is lost) or None (all is well)
        retry_after: seconds told with the status 429 and 503
        session_fault: a status that new sessions are refused with, None to grant them
        lines_open: whether event streams are accepted (503 if not)
        piece: bytes that are written to a stream at once, None for whole events
        cut_after: bytes of the next event after which the line breaks, once
        raw: bytes that are written before the next event, once
        twice: whether every event is written two times
        token_life: seconds that tokens say they are good for
        max_chars: longest accepted text
        mask: what is done to a customer's text before it is told
        seal_choices: whether buttons are looked at, False to let any nonsense pass
    """

    def __init__(self) -> None:
        self.conversations: dict[str, StubConversation] = {}
        self.answer: Answer = echo
        self.greeting: list[dict[str, Any]] = [{"text": "Hello, I am an automated assistant."}]
        self.post_faults: deque[int | str | None] = deque()
        self.retry_after: float = 1
        self.session_fault: int | None = None
        self.lines_open = True
        self.piece: int | None = None
        self.cut_after: int | None = None
        self.raw = b""
        self.twice = False
        self.token_life = 24 * 60 * 60
        self.max_chars = 4000
        self.mask: Callable[[str], str] = str
        self.seal_choices = True
        self.sessions_asked = 0
        self.posts: list[dict[str, Any]] = []  # every body that arrived, repeats included
        self.last_event_ids: list[str | None] = []  # as sent with each stream request
        self.page_body = ""  # set by start(): one script tag
        self.csp = True
        self.policy = ""  # instead of one that allows this server
        self.posted = asyncio.Condition()  # notified with every POST
        self._changed_lines = asyncio.Condition()
        self._lines: list[web.Request] = []
        self._chat: web.AppRunner | None = None
        self._site: web.AppRunner | None = None
        self.port = 0
        self.site_port = 0

    # -- running

    async def start(self) -> None:
        """Start both servers on free ports of the loopback interface."""
        await self.start_chat()
        site = web.Application()
        site.router.add_get("/{tail:.*}", self._page)
        self._site, self.site_port = await _serve(site, 0)
        self.page_body = f'<script type="module" src="{self.url}/frontdesk-chat.js"></script>'

    async def start_chat(self) -> None:
        """Start the chat server, on the port it had if it ran before."""
        chat = web.Application(middlewares=[self._cors], client_max_size=2**21)
        chat.router.add_post("/webhooks/web/session", self._session)
        chat.router.add_post("/webhooks/web/messages", self._message)
        chat.router.add_post("/webhooks/web/typing", self._typed)
        chat.router.add_get("/webhooks/web/events", self._events)
        chat.router.add_get("/webhooks/web/frontdesk-chat.js", self._script)
        chat.router.add_get("/webhooks/web/picture.svg", self._picture)
        self._chat, self.port = await _serve(chat, self.port)

    async def stop_chat(self) -> None:
        """Stop the chat server at once, as a crash would: every line breaks."""
        assert self._chat is not None
        self.drop_lines()
        await self._chat.cleanup()
        self._chat = None

    async def stop(self) -> None:
        """Stop both servers."""
        if self._chat is not None:
            await self.stop_chat()
        assert self._site is not None
        await self._site.cleanup()

    @property
    def url(self) -> str:
        """Return the base address of the chat server."""
        return f"http://{HOST}:{self.port}/webhooks/web"

    @property
    def page_url(self) -> str:
        """Return the address of the page that embeds the widget."""
        return f"http://{HOST}:{self.site_port}/"

    # -- what a test does to it

    @property
    def conversation(self) -> StubConversation:
        """Return the newest conversation."""
        return list(self.conversations.values())[-1]

    async def say(self, text: str = "", sender: str = "assistant", **more: Any) -> None:
        """Say something in the newest conversation."""
        await self._tell(self.conversation, {"from": sender, "text": text, **more})

    async def typing(self, on: bool, **more: str) -> None:
        """Show or hide the typing indicator in the newest conversation."""
        async with self.conversation.changed:
            self.conversation.typing = {"on": on, **more}
            self.conversation.changed.notify_all()

    def drop_lines(self) -> None:
        """Break every open event stream without a farewell."""
        for request in list(self._lines):
            if request.transport is not None:
                request.transport.abort()

    def forget_sessions(self) -> None:
        """Make every token invalid, as if it had expired."""
        self.conversations = {}
        self.drop_lines()

    @property
    def open_lines(self) -> int:
        """Return how many event streams are open."""
        return len(self._lines)

    async def until_lines(self, count: int, timeout: float = 20) -> None:
        """Wait until so many event streams are open."""
        async with self._changed_lines:
            await asyncio.wait_for(
                self._changed_lines.wait_for(lambda: len(self._lines) == count), timeout
            )

    async def _line_changed(self) -> None:
        async with self._changed_lines:
            self._changed_lines.notify_all()

    # -- the protocol

    async def _tell(self, conversation: StubConversation, message: dict[str, Any]) -> None:
        at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        message = {"id": len(conversation.messages) + 1, "buttons": [], "at": at, **message}
        if self.seal_choices:
            cards = message.get("custom", {}).get("cards", [])
            for button in [*message["buttons"], *(b for card in cards for b in card["buttons"])]:
                if "choice" in button:
                    conversation.choices[button["choice"]] = button["title"]
        async with conversation.changed:
            conversation.messages.append(message)
            conversation.changed.notify_all()

    async def _session(self, request: web.Request) -> web.Response:
        self.sessions_asked += 1
        if self.session_fault:
            return _refusal(self.session_fault, "unavailable", "The chat is not available.")
        conversation = self._owner(request)
        if conversation is not None:  # a new token for the same conversation
            conversation.token = secrets.token_urlsafe(16)
            conversation.tokens += 1
        elif "Authorization" in request.headers:
            return _refusal(401, "bad_token", "This session has expired.")
        else:
            conversation = StubConversation(secrets.token_urlsafe(16))
            for message in self.greeting:
                await self._tell(conversation, {"from": "assistant", **message})
        self.conversations[conversation.token] = conversation
        expires = datetime.now(timezone.utc) + timedelta(seconds=self.token_life)
        body = {"token": conversation.token, "expires_at": expires.isoformat()}
        return web.json_response(body, status=201)

    def _owner(self, request: web.Request) -> StubConversation | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.conversations.get(token)

    async def _typed(self, request: web.Request) -> web.Response:
        conversation = self._owner(request)
        if conversation is None:
            return _refusal(401, "session_expired", "This session has expired.")
        conversation.typed += 1
        return web.Response(status=204, headers=_allowed(request))

    async def _message(self, request: web.Request) -> web.Response:
        body = await request.json()
        async with self.posted:
            self.posts.append(body)
            self.posted.notify_all()
        conversation = self._owner(request)
        if conversation is None:
            return _refusal(401, "session_expired", "This session has expired.")
        fault = self.post_faults.popleft() if self.post_faults else None
        if fault == "drop":
            _hang_up(request)
        if isinstance(fault, int):
            headers = {"Retry-After": str(self.retry_after)} if fault in (429, 503) else {}
            return _refusal(fault, "fault", "A fault, as the test asked.", headers)
        if body["id"] in conversation.accepted:
            return web.json_response({"id": body["id"]}, status=200)
        if "choice" in body:
            if body["choice"] not in conversation.choices:
                return _refusal(400, "unknown_choice", "This choice is not one of ours.")
            text = conversation.choices[body["choice"]]
        else:
            text = body["text"]
        if len(text) > self.max_chars:
            return _refusal(413, "too_long", f"At most {self.max_chars} characters, please.")
        conversation.accepted[body["id"]] = body
        told = {"from": "customer", "text": self.mask(text), "client_id": body["id"]}
        await self._tell(conversation, told)
        for reply in self.answer(text):
            await self._tell(conversation, {"from": "assistant", **reply})
        if fault == "lose":
            _hang_up(request)
        return web.json_response({"id": body["id"]}, status=202)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        after = request.headers.get("Last-Event-ID")
        self.last_event_ids.append(after)
        conversation = self._owner(request)
        if conversation is None:
            return _refusal(401, "session_expired", "This session has expired.")
        if int(after or 0) > len(conversation.messages):
            return _refusal(400, "bad_last_event_id", "There is no such event.")
        if not self.lines_open:
            return _refusal(503, "busy", "Not now.")
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                **_allowed(request),
            }
        )
        await response.prepare(request)
        self._lines.append(request)
        await self._line_changed()
        try:
            await response.write(b": connected\n\n")
            told = int(after or 0)
            typing = {"on": False}
            while True:
                for message in conversation.messages[told:]:
                    for _ in range(2 if self.twice else 1):
                        await self._write(response, _frame("message", message, message["id"]))
                    told = message["id"]
                if typing != conversation.typing:
                    typing = conversation.typing
                    await self._write(response, _frame("typing", typing))
                async with conversation.changed:
                    if told == len(conversation.messages) and typing == conversation.typing:
                        await conversation.changed.wait()
        except ConnectionError:
            if request.transport is not None:  # the test has cut the line, the page has not gone
                request.transport.abort()
            return response
        finally:
            self._lines.remove(request)
            await self._line_changed()

    async def _write(self, response: web.StreamResponse, frame: bytes) -> None:
        if self.raw:
            raw, self.raw = self.raw, b""
            await response.write(raw)
        if self.cut_after is not None:
            await response.write(frame[: self.cut_after])
            self.cut_after = None
            raise ConnectionResetError("as the test asked")
        size = self.piece or len(frame)
        for start in range(0, len(frame), size):
            await response.write(frame[start : start + size])

    async def _script(self, request: web.Request) -> web.Response:
        return web.Response(text=WIDGET.read_text("utf-8"), content_type="text/javascript")

    async def _picture(self, request: web.Request) -> web.Response:
        text = '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"/>'
        return web.Response(text=text, content_type="image/svg+xml")

    @web.middleware
    async def _cors(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return web.Response(
                status=204,
                headers={
                    **_allowed(request),
                    "Access-Control-Allow-Methods": "GET, POST",
                    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
                },
            )
        response: web.StreamResponse = await handler(request)
        if not response.prepared:
            response.headers.update(_allowed(request))
        return response

    async def _page(self, request: web.Request) -> web.Response:
        headers = {}
        if self.csp:
            policy = self.policy or STRICT_CSP.format(chat=f"http://{HOST}:{self.port}")
            headers["Content-Security-Policy"] = policy
        text = PAGE.replace("{body}", self.page_body)
        return web.Response(text=text, content_type="text/html", headers=headers)


def _frame(kind: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    # JSON over many data lines and letters of several bytes: harder to read than the real
    # channel's frames, and as valid.
    body = json.dumps(data, indent=1, ensure_ascii=False)
    lines = [f"event: {kind}", *(f"data: {line}" for line in body.split("\n"))]
    if event_id is not None:
        lines.insert(0, f"id: {event_id}")
    return ("\n".join(lines) + "\n\n").encode()


def _allowed(request: web.Request) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": request.headers.get("Origin", "*"),
        "Access-Control-Expose-Headers": "Retry-After",
    }


def _refusal(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    return web.json_response(
        {"error": {"code": code, "message": message}}, status=status, headers=headers
    )


def _hang_up(request: web.Request) -> None:
    """Break the request's connection in the middle of it."""
    assert request.transport is not None
    request.transport.abort()
    raise ConnectionResetError("as the test asked")


async def _serve(app: web.Application, port: int) -> tuple[web.AppRunner, int]:
    # shutdown_timeout: a stopped server does not wait for event streams, they never end
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port, shutdown_timeout=0.1, reuse_address=True)
    await site.start()
    bound: int = runner.addresses[0][1]
    return runner, bound
