"""A customer on Telegram: writes, presses buttons and reads, through the provider's surfaces."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from tests.providers import telegram_shapes as shapes
from tests.providers.shown import ShownReply
from tests.providers.telegram_server import TOKEN, TelegramServer

SECRET = "a-secret-for-deliveries-in-tests-only"
Message = Mapping[str, Any]


def telegram_settings(server: TelegramServer) -> dict[str, str]:
    """Give the settings by which Frontdesk reaches this Telegram."""
    return {
        "FRONTDESK_TELEGRAM_BOT_TOKEN": TOKEN,
        "FRONTDESK_TELEGRAM_SECRET": SECRET,
        "FRONTDESK_TELEGRAM_API_URL": server.root,
    }


def new_person(name: str = "Anna") -> dict[str, Any]:
    """Somebody who never wrote before."""
    return {
        "id": 600_000_000 + secrets.randbelow(300_000_000),
        "is_bot": False,
        "first_name": name,
        "language_code": "en",
    }


class TelegramDriver:
    """One person in one chat."""

    def __init__(
        self,
        server: TelegramServer,
        user: Mapping[str, Any] | None = None,
        chat: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin where the chat's messages end now.

        Args:
            server: the Bot API, which has been told where to deliver, or is polled.
            user: who writes; None: somebody new.
            chat: where; None: the private chat with the bot.
        """
        self.server = server
        self.user = dict(user or new_person())
        self.chat = dict(chat or shapes.private(self.user))
        self._read = len(self.messages())

    async def say(self, text: str, **parts: Any) -> dict[str, Any]:
        """Write something; give the update."""
        update = shapes.text(text, user=self.user, chat=self.chat, **parts)
        await self.happen(update)
        return update

    async def happen(self, *updates: dict[str, Any]) -> None:
        """Let something happen, and wait until the bot has taken it."""
        for update in updates:
            self.server.offer(update)
        ids = {update["update_id"] for update in updates}
        await self.server.until(lambda: not ids & set(self.server.updates.pending))

    async def press(self, title: str) -> dict[str, Any]:
        """Press the button of that title in the newest message that has one; give the update."""
        for message in reversed(self.messages()):
            for button in _buttons(message):
                if button["text"] == title:
                    update = self.pressed(button["callback_data"], message)
                    await self.happen(update)
                    return update
        raise AssertionError(f"no button {title!r} in {[shown(m) for m in self.messages()]}")

    def pressed(self, data: str, message: Message) -> dict[str, Any]:
        """A press of a button of a message, as Telegram tells it."""
        return shapes.pressed(data, as_delivered(message), self.user)

    async def replies(self, count: int = 1, timeout: float = 120.0) -> list[ShownReply]:
        """Wait for so many replies since the last call; give all that came, in order."""
        await self.server.until(lambda: len(self.messages()) >= self._read + count, timeout)
        new = self.messages()[self._read :]
        self._read += len(new)
        return [shown(message) for message in new]

    def messages(self) -> list[Message]:
        """Give what the bot sent into the chat, as it looks now."""
        return self.server.sent(self.chat["id"])


def as_delivered(message: Message) -> dict[str, Any]:
    """Give a message of the bot as it stands in an update."""
    return {key: value for key, value in message.items() if key not in ("address", "replied_to")}


def shown(message: Message) -> ShownReply:
    """Give a message as its reader sees it."""
    words = str(message.get("text") or message.get("caption") or "")
    return ShownReply(words, tuple(b["text"] for b in _buttons(message)))


def _buttons(message: Message) -> list[dict[str, Any]]:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", ())
    return [button for row in rows for button in row]
