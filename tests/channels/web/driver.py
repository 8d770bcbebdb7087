"""A customer who uses the web channel's API as the widget does: writes, presses, reads."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from tests.channels.web.client import At, Customer
from tests.providers.shown import ShownReply


class WebDriver(Customer):
    """One browser with a conversation of its own."""

    def __init__(self, api: str, http: httpx.AsyncClient, origin: str):
        """Name the channel; `begin` opens the conversation.

        Args:
            api: the channel's address, without a slash at the end.
            http: a client.
            origin: the site whose page it is.
        """
        super().__init__(At(api), http, origin)
        self._last = 0
        self._shown: list[dict[str, Any]] = []

    async def press(self, title: str) -> None:
        """Press the button of that title in the newest message that has one."""
        for message in reversed(self._shown):
            for button in message["buttons"]:
                if button["title"] == title:
                    answer = await self.post({"id": str(uuid.uuid4()), "choice": button["choice"]})
                    assert answer.status_code == 202, answer.text
                    return
        raise AssertionError(f"no button {title!r} in {self._shown}")

    async def replies(self, count: int = 1, timeout: float = 120.0) -> list[ShownReply]:
        """Wait for so many replies since the last call; give all that came, in order."""

        def answers(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [message for message in messages if message["from"] != "customer"]

        async with self.stream(self._last) as stream:
            read = await stream.until(lambda seen: len(answers(seen)) >= count, timeout)
        self._last = read[-1]["id"]
        self._shown += answers(read)
        return [
            ShownReply(message["text"], tuple(button["title"] for button in message["buttons"]))
            for message in answers(read)
        ]
