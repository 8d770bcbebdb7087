"""A customer in Slack: writes, presses buttons and reads, through the provider's real surfaces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tests.providers import slack_events as shapes
from tests.providers.shown import ShownReply
from tests.providers.slack_delivery import SIGNING_SECRET, SlackDelivery
from tests.providers.slack_server import TOKEN, SlackServer

Message = Mapping[str, Any]


def slack_settings(server: SlackServer) -> dict[str, str]:
    """Give the settings by which Frontdesk reaches this Slack."""
    return {
        "FRONTDESK_SLACK_BOT_TOKEN": TOKEN,
        "FRONTDESK_SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "FRONTDESK_SLACK_API_URL": server.url,
    }


class SlackDriver:
    """One person in one place: direct messages, or a thread in a channel."""

    def __init__(
        self,
        server: SlackServer,
        delivery: SlackDelivery,
        *,
        user: str = shapes.CUSTOMER,
        channel: str = shapes.DM,
    ) -> None:
        """Begin where the place's messages end now.

        Args:
            server: where the app posts.
            delivery: posts to the app.
            user: who writes.
            channel: where; in a channel the first message mentions the app and opens a thread.
        """
        self.server, self.delivery = server, delivery
        self.user, self.channel = user, channel
        self.thread: str | None = None
        self._read = 0

    async def say(self, text: str) -> None:
        """Write something."""
        body = self._body(text)
        answer = await self.delivery.event(body)
        assert answer.status_code == 200, answer.text

    async def press(self, title: str) -> None:
        """Press the button of that title in the newest message that has one."""
        for message in reversed(self.messages()):
            for block in message.get("blocks", ()):
                for element in block.get("elements", ()):
                    if element["type"] == "button" and element["text"]["text"] == title:
                        await self._press(message, block, element)
                        return
        raise AssertionError(f"no button {title!r} in {[shown(m) for m in self.messages()]}")

    async def replies(self, count: int = 1, timeout: float = 120.0) -> list[ShownReply]:
        """Wait for so many replies since the last call; give all that came, in order."""
        await self.server.until(lambda: len(self.messages()) >= self._read + count, timeout)
        new = self.messages()[self._read :]
        self._read += len(new)
        return [shown(message) for message in new]

    def messages(self) -> list[Message]:
        """Give what the app posted in this place, as it looks now."""
        if self.channel not in self.server.channels:
            return []
        return [m for m in self.server.sent(self.channel) if m.get("thread_ts") == self.thread]

    def _body(self, text: str) -> dict[str, Any]:
        if self.channel.startswith("D"):
            return shapes.message_im(text, user=self.user, channel=self.channel)
        if self.thread is not None:
            return shapes.message_channels(
                text, user=self.user, channel=self.channel, thread_ts=self.thread
            )
        body = shapes.app_mention(text, user=self.user, channel=self.channel)
        self.thread = str(body["event"]["ts"])
        return body

    async def _press(self, message: Message, block: Message, element: Message) -> None:
        payload = shapes.block_actions(
            dict(message),
            dict(element),
            block_id=block["block_id"],
            channel=self.channel,
            response_url=self.server.response_url(self.channel, message["ts"]),
            user=self.user,
        )
        answer = await self.delivery.interaction(payload)
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def slack_driver(
    server: SlackServer, frontdesk_url: str, **place: str
) -> AsyncIterator[SlackDriver]:
    """Let somebody use Slack while the block runs.

    Args:
        server: the workspace.
        frontdesk_url: Rasa's address, without a slash at the end.
        place: `user` and `channel` of `SlackDriver`.
    """
    delivery = SlackDelivery(f"{frontdesk_url}/webhooks/slack/events")
    try:
        yield SlackDriver(server, delivery, **place)
    finally:
        await delivery.close()


def shown(message: Message) -> ShownReply:
    """Give a message as its reader sees it."""
    blocks = message.get("blocks") or ()
    words = list(filter(None, map(_words, blocks))) if blocks else [_plain(message["text"])]
    titles = tuple(
        element["text"]["text"]
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    )
    return ShownReply("\n".join(words), titles)


def _words(block: Message) -> str:
    if block["type"] == "rich_text":
        return "".join(_pieces(block))
    if block["type"] == "context":
        return " ".join(element["text"] for element in block["elements"])
    return ""


def _pieces(block: Message) -> Iterator[str]:
    for section in block["elements"]:
        for element in section["elements"]:
            yield element.get("text") or element["url"]


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
