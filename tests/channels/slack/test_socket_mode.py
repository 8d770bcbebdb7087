"""Socket Mode: without a public address, deliveries come over a connection of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sanic import Blueprint

from channels.service import Door
from channels.settings import ChannelSettingsError
from channels.slack.channel import SlackChannel
from channels.slack.provider import SlackProvider
from tests.channels.doubles import MemoryAssistant, settings
from tests.providers import slack_events as shapes
from tests.providers.slack_delivery import SIGNING_SECRET
from tests.providers.slack_server import TOKEN, running_slack
from tests.providers.slack_socket import APP_TOKEN


async def test_events_come_by_socket_once_and_again_after_it_broke(tmp_path: Path) -> None:
    async with running_slack() as slack:
        provider = SlackProvider(TOKEN, SIGNING_SECRET, slack.url, APP_TOKEN)
        assistant = MemoryAssistant()
        door = Door(provider, settings(f"sqlite:///{tmp_path / 'slack.db'}"), None)
        provider.routes(Blueprint("socket"), door)
        await door.start(assistant, assistant.handle)
        body = shapes.message_im("hello")
        await slack.socket.push("events_api", body)
        await slack.socket.push("events_api", body, retry=1)
        await slack.socket.drop()
        await slack.socket.push("events_api", shapes.message_im("still there?"))
        await slack.until(lambda: len(slack.sent()) == 3)
        await door.stop()
        await door.close()
        assert [message["text"] for message in slack.sent()] == [
            "I am a bot",
            "echo: hello",
            "echo: still there?",
        ]


def test_another_token_is_named() -> None:
    given = {"bot_token": "xoxb-1", "signing_secret": "x", "app_token": "xoxb-1"}
    with pytest.raises(ChannelSettingsError, match="app-level"):
        SlackChannel.from_credentials({**given, "seal_secret": "s" * 40})
