"""How the Bot API hands updates to a bot: one webhook, or `getUpdates`, never both.

From "Getting updates": updates of one chat are delivered one after another, those of different
chats at the same time; a delivery that is not answered with 2xx is repeated; what `getUpdates`
gave is confirmed by the next call's offset.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_PORTS = frozenset({None, 80, 88, 443, 8443})
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_REPEAT_AFTER = 0.1  # s; Telegram's own waits are longer, which no test should wait for
_SLOW_ANSWER = 60.0  # s

Update = Mapping[str, Any]


class ApiError(Exception):
    """An error of the Bot API: its text is the description.

    Attributes:
        code: the error code.
    """

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code


class Updates:
    """The updates of one bot.

    Attributes:
        local: whether a webhook may be plain http on any port, which only a Bot API server that
            one runs oneself allows.
        url: the webhook's address; empty: none.
        secret_token: what comes with each delivery; empty: nothing.
        last_error: what `getWebhookInfo` says of the last delivery that failed.
        deliveries: (update_id, HTTP status or 0) of every delivery.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.local = True
        self.url = ""
        self.secret_token = ""
        self.allowed: list[str] = []
        self.last_error = ""
        self.deliveries: list[tuple[int, int]] = []
        self._pending: dict[int, Update] = {}
        self._changed = changed
        self._news = asyncio.Event()
        self._poll: asyncio.Event | None = None  # set to end the present getUpdates
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._http = httpx.AsyncClient(timeout=_SLOW_ANSWER)

    @property
    def pending(self) -> list[int]:
        """Ids of the updates that the bot has not confirmed."""
        return sorted(self._pending)

    def offer(self, update: Update) -> None:
        """Keep an update for the bot, unless it did not ask for its kind."""
        kind = next(name for name in update if name != "update_id")
        wanted = kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT
        if wanted:
            self._pending[update["update_id"]] = update
            self._news.set()
            self._work()

    async def deliver(self, update: Update, secret: str | None = None) -> httpx.Response:
        """Post an update to the webhook once, whatever the answer; also for forged ones.

        Args:
            update: what is posted.
            secret: in place of the secret that was set; empty: without the header.
        """
        secret = self.secret_token if secret is None else secret
        return await self._post(self.url, json.dumps(update).encode(), secret)

    async def _post(self, url: str, body: bytes, secret: str) -> httpx.Response:
        headers = {"Content-Type": "application/json"}
        if secret:
            headers[SECRET_HEADER] = secret
        return await self._http.post(url, content=body, headers=headers)

    def methods(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Any]]]:
        """The methods of the Bot API that are about updates."""
        return {
            "setWebhook": self._set,
            "deleteWebhook": self._delete,
            "getWebhookInfo": self._info,
            "getUpdates": self._get,
        }

    async def close(self) -> None:
        """End the deliveries."""
        tasks = list(self._workers.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    # The webhook

    async def _set(self, arguments: Mapping[str, Any]) -> bool:
        url, secret = str(arguments.get("url", "")), str(arguments.get("secret_token", ""))
        if url and not self.local:
            _check_public(url)
        if not _SECRET.fullmatch(secret):
            raise ApiError(400, "Bad Request: secret token contains unallowed characters")
        self.url, self.secret_token = url, secret
        self._allow(arguments)
        self._drop(arguments)
        self._work()
        return True

    async def _delete(self, arguments: Mapping[str, Any]) -> bool:
        self.url = self.secret_token = ""
        self._drop(arguments)
        return True

    async def _info(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._pending),
            "max_connections": 40,
        }
        if self.last_error:
            info |= {"last_error_date": 1_760_000_000, "last_error_message": self.last_error}
        if self.allowed:
            info["allowed_updates"] = self.allowed
        return info

    def _allow(self, arguments: Mapping[str, Any]) -> None:
        if "allowed_updates" in arguments:
            given = arguments["allowed_updates"]
            self.allowed = json.loads(given) if isinstance(given, str) else list(given)

    def _drop(self, arguments: Mapping[str, Any]) -> None:
        if str(arguments.get("drop_pending_updates", "")).lower() == "true":
            self._pending.clear()

    def _work(self) -> None:
        if not self.url:
            return
        for chat in {_chat_of(update) for update in self._pending.values()}:
            if chat not in self._workers or self._workers[chat].done():
                deliver = self._deliver_all(chat)
                self._workers[chat] = asyncio.get_running_loop().create_task(deliver)

    async def _deliver_all(self, chat: int) -> None:
        while self.url:
            waiting = sorted(id for id, one in self._pending.items() if _chat_of(one) == chat)
            if not waiting:
                return
            status = await self._try(self._pending[waiting[0]])
            if 200 <= status < 300:
                self._pending.pop(waiting[0], None)
            else:
                self.last_error = f"Wrong response from the webhook: {status}"
                await asyncio.sleep(_REPEAT_AFTER)
            self._changed()

    async def _try(self, update: Update) -> int:
        try:
            status = (await self.deliver(update)).status_code
        except httpx.TransportError:
            status = 0
        self.deliveries.append((update["update_id"], status))
        return status

    # Polling

    async def _get(self, arguments: Mapping[str, Any]) -> list[Update]:
        if self.url:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if self._poll is not None:
            self._poll.set()
        ended = self._poll = asyncio.Event()
        self._allow(arguments)
        offset, limit = int(arguments.get("offset") or 0), int(arguments.get("limit") or 100)
        for id in self.pending:
            if id < offset:
                del self._pending[id]
        self._changed()
        try:
            await self._wait(float(arguments.get("timeout") or 0), ended)
        finally:
            if self._poll is ended:
                self._poll = None
        if ended.is_set():
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        return [self._pending[id] for id in self.pending[:limit]]

    async def _wait(self, timeout: float, ended: asyncio.Event) -> None:
        if self._pending:
            return
        self._news.clear()
        waits = [asyncio.ensure_future(event.wait()) for event in (self._news, ended)]
        await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def _check_public(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if parts.port not in _PORTS:
        raise ApiError(
            400,
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        )
    if parts.hostname in ("localhost", "127.0.0.1", "::1"):
        raise ApiError(400, f"Bad Request: bad webhook: IP address {parts.hostname} is reserved")


def _chat_of(update: Update) -> int:
    """Whose queue an update is in."""
    for part in update.values():
        if isinstance(part, dict):
            message = part.get("message") or part
            where = message.get("chat") or part.get("from") or {}
            return int(where.get("id", 0))
    return 0
