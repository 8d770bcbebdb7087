"""Telegram's Bot API in the small, for python-telegram-bot: what a bot sends is kept and shown.

Written from the public Bot API reference: `getMe`, `setMyCommands`, the methods for updates (in
`telegram_updates`), `sendMessage`, `sendPhoto`, `editMessageText`, `editMessageCaption`,
`editMessageReplyMarkup`, `answerCallbackQuery` and `sendChatAction`. An error is
`{"ok": false, "error_code", "description", "parameters"}` under the same HTTP status.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_text import (
    MAX_CAPTION,
    MAX_TEXT,
    BadText,
    check_keyboard,
    read_text,
)
from tests.providers.telegram_updates import ApiError, Updates

TOKEN = f"{shapes.BOT['id']}:AAE-not_a_real_token-0123456789abcde"
_TOKEN = re.compile(r"\d+:[\w-]{30,}")
_ACTIONS = frozenset({"typing", "upload_photo", "upload_document"})

Message = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    Attributes:
        status: the HTTP status, and the body's error code.
        description: the body's.
        retry_after: seconds, for 429.
        migrate_to: the new id of a chat that became a supergroup.
        done: whether the call has its effect before it fails, as when its answer is lost.
        cut: close the connection instead of answering.
        wait: answer only when this is set.
        html: a body that is no JSON, as of a proxy in between.
    """

    status: int = 200
    description: str = ""
    retry_after: int = 0
    migrate_to: int = 0
    done: bool = False
    cut: bool = False
    wait: asyncio.Event | None = None
    html: bool = False


class TelegramServer:
    """The Bot API for one bot.

    Attributes:
        root: the server's address, without a slash at the end.
        token: the only valid token.
        updates: what the bot is to get, by webhook or by polling.
        chats: ids of the chats in which the bot may write; a private one once its user wrote.
        blocked: ids of the chats whose user blocked the bot.
        broken_images: addresses of which Telegram cannot get a picture.
        messages: by chat and id, as they look now, in the order in which they were sent.
        calls: every call (method, arguments), also those that failed.
        answered: what each callback query was answered with, by the query's id.
        commands: what the bot's menu shows.
    """

    def __init__(self) -> None:
        self.root = ""
        self.token = TOKEN
        self.updates = Updates(self._changed_soon)
        self.chats: set[int] = set()
        self.blocked: set[int] = set()
        self.broken_images: set[str] = set()
        self.messages: dict[tuple[int, int], Message] = {}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.answered: dict[str, Mapping[str, Any]] = {}
        self.commands: list[Mapping[str, Any]] = []
        self._queries: set[str] = set()
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    # For tests

    @property
    def base_url(self) -> str:
        """What python-telegram-bot takes as `base_url`."""
        return f"{self.root}/bot"

    def fail_next(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, one after another."""
        self._faults[method].extend(faults)

    def called(self, method: str) -> list[Mapping[str, Any]]:
        """Give the arguments of every call of a method, in order."""
        return [arguments for name, arguments in self.calls if name == method]

    def sent(self, chat: int = shapes.ANNA["id"]) -> list[Message]:
        """Give the messages of a chat, oldest first, as they look now."""
        return [message for (where, _), message in self.messages.items() if where == chat]

    def offer(self, update: Mapping[str, Any]) -> None:
        """Let something happen at Telegram: the bot gets it the way that is set up."""
        for part in update.values():
            if isinstance(part, dict):
                message = part.get("message") or part
                if "chat" in message:
                    self.chats.add(message["chat"]["id"])
        if query := update.get("callback_query"):
            self._queries.add(query["id"])
        self.updates.offer(update)

    def expire(self, query: Mapping[str, Any]) -> None:
        """Let the time in which a callback query may be answered be over."""
        self._queries.discard(query["callback_query"]["id"])

    async def until(self, condition: Callable[[], bool], timeout: float = 60.0) -> None:
        """Wait until a condition on this server holds; it is looked at after every change.

        Raises:
            asyncio.TimeoutError: it did not come true.
        """
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), timeout)

    # HTTP

    def application(self) -> web.Application:
        """Give the server as an aiohttp application."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._api)
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, arguments))
        try:
            self._authorise(request.match_info["token"])
            faults = self._faults[method]
            fault = faults.popleft() if faults else None
            if fault is None:
                return _ok(await self._do(method, arguments))
            if fault.done:
                await self._do(method, arguments)
            return await self._fail(request, fault)
        except (ApiError, BadText) as problem:
            if isinstance(problem, BadText):
                problem = ApiError(400, f"Bad Request: {problem}")
            return _error(problem.code, str(problem))
        finally:
            await self._notify()

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.wait is not None:
            await fault.wait.wait()
        if fault.cut and request.transport is not None:
            request.transport.abort()
        if fault.html:
            text = "<html><body><h1>502 Bad Gateway</h1></body></html>"
            return web.Response(status=fault.status, text=text, content_type="text/html")
        if fault.retry_after:
            said = f"Too Many Requests: retry after {fault.retry_after}"
            return _error(429, said, retry_after=fault.retry_after)
        if fault.migrate_to:
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            return _error(400, said, migrate_to_chat_id=fault.migrate_to)
        return _error(fault.status, fault.description)

    def _authorise(self, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _changed_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # The methods

    async def _do(self, method: str, arguments: Mapping[str, Any]) -> Any:
        if (does := self.updates.methods().get(method)) is not None:
            return await does(arguments)
        plain: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "getMe": self._get_me,
            "setMyCommands": self._set_commands,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "editMessageText": self._edit_text,
            "editMessageCaption": self._edit_caption,
            "editMessageReplyMarkup": self._edit_markup,
            "answerCallbackQuery": self._answer,
            "sendChatAction": self._act,
        }
        if method not in plain:
            raise ApiError(404, "Not Found")
        return plain[method](arguments)

    def _get_me(self, _arguments: Mapping[str, Any]) -> Message:
        abilities = {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        return {**shapes.BOT, **abilities}

    def _set_commands(self, arguments: Mapping[str, Any]) -> bool:
        self.commands = _decoded(arguments.get("commands")) or []
        return True

    def _send_message(self, arguments: Mapping[str, Any]) -> Message:
        chat = self._chat(arguments)
        text, entities = read_text(
            str(arguments.get("text", "")), str(arguments.get("parse_mode", "")), MAX_TEXT
        )
        if not text:
            raise BadText("message text is empty")
        return self._store(chat, arguments, {"text": text, "entities": entities})

    def _send_photo(self, arguments: Mapping[str, Any]) -> Message:
        chat = self._chat(arguments)
        address = str(arguments.get("photo", ""))
        if not address.startswith(("http://", "https://")):
            raise BadText("wrong remote file identifier specified: Wrong string length")
        if address in self.broken_images:
            raise BadText("wrong type of the web page content")
        caption, entities = read_text(
            str(arguments.get("caption", "")), str(arguments.get("parse_mode", "")), MAX_CAPTION
        )
        parts: Message = {"photo": shapes.photo()["message"]["photo"], "address": address}
        if caption:
            parts |= {"caption": caption, "caption_entities": entities}
        return self._store(chat, arguments, parts)

    def _chat(self, arguments: Mapping[str, Any]) -> int:
        chat = int(arguments.get("chat_id", 0))
        if chat in self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            raise BadText("chat not found")
        return chat

    def _store(self, chat: int, arguments: Mapping[str, Any], parts: Message) -> Message:
        markup = _decoded(arguments.get("reply_markup"))
        check_keyboard(markup or {})
        where = {"id": chat, "type": "private" if chat > 0 else "supergroup"}
        message: Message = {
            "message_id": shapes.next_message_id(),
            "from": shapes.BOT,
            "chat": where,
            "date": int(time.time()),
            **{key: value for key, value in parts.items() if value},
        }
        if markup:
            message["reply_markup"] = markup
        if thread := arguments.get("message_thread_id"):
            message["message_thread_id"] = int(thread)
        if to := _decoded(arguments.get("reply_parameters")):
            message["replied_to"] = to["message_id"]
        self.messages[chat, message["message_id"]] = message
        return message

    def _edited(self, arguments: Mapping[str, Any]) -> Message:
        message = self.messages.get((int(arguments["chat_id"]), int(arguments["message_id"])))
        if message is None:
            raise BadText("message to edit not found")
        return message

    def _edit_text(self, arguments: Mapping[str, Any]) -> Message:
        return self._edit(arguments, "text", "entities", MAX_TEXT)

    def _edit_caption(self, arguments: Mapping[str, Any]) -> Message:
        return self._edit(arguments, "caption", "caption_entities", MAX_CAPTION)

    def _edit(self, arguments: Mapping[str, Any], part: str, marks: str, limit: int) -> Message:
        message = self._edited(arguments)
        if part == "text" and "text" not in message:
            raise BadText("there is no text in the message to edit")
        text, entities = read_text(
            str(arguments.get(part, "")), str(arguments.get("parse_mode", "")), limit
        )
        return self._change(message, {part: text, marks: entities}, arguments)

    def _edit_markup(self, arguments: Mapping[str, Any]) -> Message:
        return self._change(self._edited(arguments), {}, arguments)

    def _change(self, message: Message, parts: Message, arguments: Mapping[str, Any]) -> Message:
        markup = _decoded(arguments.get("reply_markup")) or {}
        check_keyboard(markup)
        after = {key: value for key, value in {**message, **parts}.items() if value}
        after.pop("reply_markup", None)
        if markup.get("inline_keyboard"):
            after["reply_markup"] = markup
        if after == message:
            raise BadText(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        message.clear()
        message.update(after, edit_date=int(time.time()))
        return message

    def _answer(self, arguments: Mapping[str, Any]) -> bool:
        query = str(arguments.get("callback_query_id"))
        if query not in self._queries:
            raise BadText("query is too old and response timeout expired or query ID is invalid")
        self._queries.discard(query)
        self.answered[query] = arguments
        return True

    def _act(self, arguments: Mapping[str, Any]) -> bool:
        self._chat(arguments)
        if arguments.get("action") not in _ACTIONS:
            raise BadText("wrong parameter action in request")
        return True


@asynccontextmanager
async def running_telegram() -> AsyncIterator[TelegramServer]:
    """Serve the Bot API on a free port while the block runs."""
    server = TelegramServer()
    runner = web.AppRunner(server.application(), shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        server.root = f"http://{host}:{port}"
        yield server
    finally:
        await server.updates.close()
        await runner.cleanup()


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _error(code: int, description: str, **parameters: int) -> web.Response:
    body: Message = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=code)


async def _arguments(request: web.Request) -> Mapping[str, Any]:
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return {**given, **(await request.json())}
    return {**given, **(await request.post())}


def _decoded(value: Any) -> Any:
    """Arguments that are objects are JSON within a form."""
    return json.loads(value) if isinstance(value, str) else value
