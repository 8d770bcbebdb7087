"""Slack's Web API in the small, for Slack's own SDK: what an app posts is kept and can be read.

Written from the public reference of the methods it has (`auth.test`, `chat.postMessage`,
`chat.update`, `conversations.history`, `conversations.replies`, `users.info`,
`apps.connections.open`) and of the response URLs of interactive payloads. Errors are
`{"ok": false, "error": name}` with status 200, as Slack's are; a limited call is 429 with
`Retry-After`.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.providers import slack_events as shapes
from tests.providers.slack_blocks import MAX_TEXT, problem_with
from tests.providers.slack_socket import APP_TOKEN, SlackSocket

TOKEN = "xoxb-0000000000-1111111111-not-a-real-token"
_RESPONSE_URL_USES = 5

Message = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    Attributes:
        error: name of an `ok: false` error.
        status: an HTTP status with a body that is no JSON; 429 is answered as Slack does.
        retry_after: seconds, for 429.
        done: whether the call has its effect before it fails, as a lost answer has.
        cut: close the connection instead of answering.
        wait: answer only when this is set.
    """

    error: str = ""
    status: int = 200
    retry_after: int = 1
    done: bool = False
    cut: bool = False
    wait: asyncio.Event | None = None


@dataclass
class Channel:
    """A conversation of the workspace."""

    messages: list[Message] = field(default_factory=list)
    member: bool = True
    archived: bool = False


class SlackServer:
    """One workspace with one installed app.

    Attributes:
        url: the Web API's address, for the SDK's `base_url`.
        token: the only valid token; `revoked` says what a revoked one is told.
        scopes: what the app was allowed beside reading.
        channels: by id; calls for others are `channel_not_found`.
        calls: every call (method, arguments), also those that failed.
        socket: Socket Mode.
        ephemeral: what response URLs were given to show to one person only.
    """

    def __init__(self) -> None:
        self.url = ""
        self.token = TOKEN
        self.revoked = ""
        self.scopes = {"chat:write", "chat:write.customize"}
        self.channels = {shapes.DM: Channel(), shapes.CHANNEL: Channel()}
        self.users = {shapes.CUSTOMER: "Anna Berg", shapes.COLLEAGUE: "Ben Okafor"}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.ephemeral: list[Mapping[str, Any]] = []
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._response_urls: dict[str, tuple[str, str, int]] = {}
        self.socket = SlackSocket()
        self._changed = asyncio.Condition()

    # For tests

    def fail_next(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, one after another."""
        self._faults[method].extend(faults)

    def called(self, method: str) -> list[Mapping[str, Any]]:
        """Give the arguments of every call of a method, in order."""
        return [arguments for name, arguments in self.calls if name == method]

    def sent(self, channel: str = shapes.DM) -> list[Message]:
        """Give the messages of a conversation, oldest first, as they look now."""
        return self.channels[channel].messages

    def response_url(self, channel: str, ts: str) -> str:
        """Make the URL by which an app may answer one interaction with a message."""
        key = secrets.token_hex(12)
        self._response_urls[key] = (channel, ts, _RESPONSE_URL_USES)
        return f"{self.url.removesuffix('/api/')}/actions/{shapes.TEAM}/{key}"

    async def until(self, condition: Callable[[], bool], timeout: float = 60.0) -> None:
        """Wait until a condition on this server holds; it is looked at after every call.

        Raises:
            asyncio.TimeoutError: it did not come true.
        """
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), timeout)

    # HTTP

    def application(self) -> web.Application:
        """Give the server as an aiohttp application."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/socket", self.socket.serve)
        app.router.add_post(f"/actions/{shapes.TEAM}/{{key}}", self._respond)
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, arguments))
        try:
            faults = self._faults[method]
            fault = faults.popleft() if faults else None
            if fault is None:
                headers = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
                return web.json_response(self._do(method, request, arguments), headers=headers)
            if fault.done:
                self._do(method, request, arguments)
            return await self._fail(request, fault)
        finally:
            async with self._changed:
                self._changed.notify_all()

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.wait is not None:
            await fault.wait.wait()
        if fault.cut and request.transport is not None:
            request.transport.abort()
        if fault.status == 429:
            headers = {"Retry-After": str(fault.retry_after)}
            return web.json_response(_error("ratelimited"), status=429, headers=headers)
        if fault.status != 200:
            text = "<html><body>upstream connect error</body></html>"
            return web.Response(status=fault.status, text=text, content_type="text/html")
        return web.json_response(_error(fault.error or "internal_error"))

    async def _respond(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        body = await request.json()
        self.calls.append(("response_url", body))
        channel, ts, left = self._response_urls.get(key, ("", "", 0))
        if left <= 0:
            return web.json_response(_error("used_url"), status=404)
        self._response_urls[key] = (channel, ts, left - 1)
        if body.get("replace_original"):
            self._change(channel, ts, body)
        elif body.get("response_type", "ephemeral") == "ephemeral":
            self.ephemeral.append(body)
        else:
            self._store(channel, body)
        async with self._changed:
            self._changed.notify_all()
        return web.Response(text="ok")

    # The methods

    def _do(self, method: str, request: web.Request, arguments: Mapping[str, Any]) -> Message:
        if method == "apps.connections.open":
            return self._open_connection(request)
        if refusal := self._unauthorised(request):
            return _error(refusal)
        does = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.info": self._user,
        }.get(method)
        return does(arguments) if does else _error("unknown_method")

    def _open_connection(self, request: web.Request) -> Message:
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return _error("invalid_auth")
        address = self.url.removesuffix("/api/").replace("http://", "ws://")
        return {"ok": True, "url": f"{address}/socket?ticket={secrets.token_hex(8)}"}

    def _unauthorised(self, request: web.Request) -> str:
        given = request.headers.get("Authorization", "")
        if not given:
            return "not_authed"
        if given != f"Bearer {self.token}":
            return "invalid_auth"
        return self.revoked

    def _auth_test(self, _arguments: Mapping[str, Any]) -> Message:
        return {
            "ok": True,
            "url": "https://tallowick.slack.com/",
            "team": "Tallowick",
            "user": "frontdesk",
            "team_id": shapes.TEAM,
            "user_id": shapes.BOT_USER,
            "bot_id": shapes.BOT_ID,
            "is_enterprise_install": False,
        }

    def _post(self, arguments: Mapping[str, Any]) -> Message:
        channel = self.channels.get(str(arguments.get("channel")))
        if channel is None:
            return _error("channel_not_found")
        if channel.archived:
            return _error("is_archived")
        if not channel.member:
            return _error("not_in_channel")
        if refusal := self._refused(arguments):
            return refusal
        if "username" in arguments and "chat:write.customize" not in self.scopes:
            # Slack takes the message and shows the app's own name.
            arguments = {key: arguments[key] for key in arguments if key != "username"}
        message = self._store(str(arguments["channel"]), arguments)
        return {
            "ok": True,
            "channel": arguments["channel"],
            "ts": message["ts"],
            "message": message,
        }

    def _refused(self, arguments: Mapping[str, Any]) -> Message | None:
        blocks = _decoded(arguments.get("blocks")) or []
        if not arguments.get("text") and not blocks:
            return _error("no_text")
        if len(str(arguments.get("text", ""))) > MAX_TEXT:
            return _error("msg_too_long")
        said = problem_with(blocks)
        if any(block.get("image_url", "").startswith("http://") for block in blocks):
            said = said or "downloading image failed [json-pointer:/blocks/0/image_url]"
        if said:
            return {**_error("invalid_blocks"), "response_metadata": {"messages": [said]}}
        return None

    def _store(self, channel: str, arguments: Mapping[str, Any]) -> Message:
        message: Message = {
            "type": "message",
            "user": shapes.BOT_USER,
            "bot_id": shapes.BOT_ID,
            "app_id": shapes.APP,
            "team": shapes.TEAM,
            "ts": shapes.new_ts(),
            "text": arguments.get("text", ""),
        }
        for name in ("thread_ts", "username"):
            if arguments.get(name):
                message[name] = arguments[name]
        for name in ("blocks", "metadata"):
            if value := _decoded(arguments.get(name)):
                message[name] = value
        for number, block in enumerate(message.get("blocks", ())):
            block.setdefault("block_id", f"b{number}")
            if block["type"] == "image":
                block |= {"fallback": "[no preview available]", "image_width": 1, "image_height": 1}
        self.channels[channel].messages.append(message)
        return message

    def _update(self, arguments: Mapping[str, Any]) -> Message:
        channel = str(arguments.get("channel"))
        if channel not in self.channels:
            return _error("channel_not_found")
        if refusal := self._refused(arguments):
            return refusal
        ts = str(arguments.get("ts"))
        if not self._change(channel, ts, arguments):
            return _error("message_not_found")
        return {"ok": True, "channel": channel, "ts": ts, "text": arguments.get("text", "")}

    def _change(self, channel: str, ts: str, arguments: Mapping[str, Any]) -> bool:
        for message in self.channels[channel].messages:
            if message["ts"] == ts:
                message["text"] = arguments.get("text", "")
                message["blocks"] = _decoded(arguments.get("blocks")) or []
                message["edited"] = {"user": shapes.BOT_USER, "ts": shapes.new_ts()}
                return True
        return False

    def _history(self, arguments: Mapping[str, Any]) -> Message:
        return self._page(arguments, lambda message: "thread_ts" not in message, newest_first=True)

    def _replies(self, arguments: Mapping[str, Any]) -> Message:
        thread = arguments.get("ts")
        return self._page(
            arguments, lambda message: thread in (message["ts"], message.get("thread_ts"))
        )

    def _page(
        self,
        arguments: Mapping[str, Any],
        wanted: Callable[[Message], bool],
        *,
        newest_first: bool = False,
    ) -> Message:
        channel = self.channels.get(str(arguments.get("channel")))
        if channel is None:
            return _error("channel_not_found")
        oldest = float(arguments.get("oldest") or 0)
        found = [m for m in channel.messages if wanted(m) and float(m["ts"]) > oldest]
        if newest_first:
            found.reverse()
        start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
        page = found[start : start + limit]
        if str(arguments.get("include_all_metadata", "")).lower() not in ("1", "true"):
            page = [{k: m[k] for k in m if k != "metadata"} for m in page]
        more = len(found) > start + limit
        cursor = {"next_cursor": str(start + limit) if more else ""}
        return {"ok": True, "messages": page, "has_more": more, "response_metadata": cursor}

    def _user(self, arguments: Mapping[str, Any]) -> Message:
        user = str(arguments.get("user"))
        if user not in self.users:
            return _error("user_not_found")
        name = self.users[user]
        profile = {"real_name": name, "display_name": name.split()[0].lower()}
        return {
            "ok": True,
            "user": {"id": user, "team_id": shapes.TEAM, "real_name": name, "profile": profile},
        }


@asynccontextmanager
async def running_slack() -> AsyncIterator[SlackServer]:
    """Serve a workspace on a free port while the block runs."""
    server = SlackServer()
    runner = web.AppRunner(server.application(), shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}/api/"
        yield server
    finally:
        await runner.cleanup()


def _error(name: str) -> Message:
    return {"ok": False, "error": name}


def _decoded(value: Any) -> Any:
    """Undo the JSON in a form field; calls with a JSON body have the value itself."""
    return json.loads(value) if isinstance(value, str) else value


async def _arguments(request: web.Request) -> Mapping[str, Any]:
    if request.content_type == "application/json":
        return await request.json()  # type: ignore[no-any-return]
    return {**request.query, **await request.post()}
