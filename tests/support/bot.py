"""The whole assistant for tests: the trained model in this process, real shop and action server."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels import CollectingOutputChannel, UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from channels.normalise import clean_text, escape_command
from components.rasa_speed import speed_up
from privacy import mask_secrets
from tests.support.processes import Server, running
from tests.support.shop import RunningShop, free_port, running_shop
from tests.support.twin_store import TwinStore

# The web channel's default, FRONTDESK_WEB_MAX_CHARS.
MAX_CHARS = 4000
SEAL_SECRET = "a-seal-secret-for-tests-only-0123456789"


@dataclass
class Installation:
    """A running shop and action server, and the model that talks to them."""

    agent: Agent
    shop: RunningShop
    actions: Server
    store: TwinStore


@dataclass
class Conversation:
    """One customer's conversation, spoken as a channel would pass it on."""

    bot: Installation
    sender: str = field(default_factory=lambda: uuid.uuid4().hex)
    buttons: list[dict[str, str]] = field(default_factory=list)

    async def open(self) -> list[str]:
        """What a channel does when a conversation begins."""
        return await self._send("/start_conversation", {})

    async def happen(self, intent: str) -> list[str]:
        """What a channel does when something happens that it vouches for, as `intent{...}`."""
        return await self._send(f"/{intent}", {"masked": [], "origin": "channel"})

    async def say(self, text: str) -> list[str]:
        """Sends a customer's message; returns the texts of the replies."""
        masked = mask_secrets(clean_text(text, MAX_CHARS), SEAL_SECRET)
        metadata: dict[str, Any] = {"masked": list(masked.kinds)}
        if masked.sealed_code:
            metadata["sealed_code"] = masked.sealed_code
        return await self._send(escape_command(masked.text), metadata)

    async def press(self, title: str) -> list[str]:
        """Presses a button of the last replies, by a part of its title."""
        for button in self.buttons:
            if title.lower() in button["title"].lower():
                return await self._send(button["payload"], {"choice_title": button["title"]})
        titles = [button["title"] for button in self.buttons]
        raise AssertionError(f"no button {title!r} among {titles}")

    async def _send(self, text: str, metadata: dict[str, Any]) -> list[str]:
        out = CollectingOutputChannel()
        message = UserMessage(
            text,
            out,
            self.sender,
            input_channel="web",
            metadata=metadata,
            message_id=uuid.uuid4().hex,
        )
        await self.bot.agent.handle_message(message)
        different, self.bot.store.differences = self.bot.store.differences, []
        assert not different, different
        self.buttons = [b for reply in out.messages for b in reply.get("buttons") or []]
        return [reply.get("text") or json.dumps(reply) for reply in out.messages]

    async def tracker(self) -> DialogueStateTracker:
        """The conversation as Rasa has it."""
        tracker = await self.bot.agent.tracker_store.retrieve(self.sender)
        assert tracker is not None
        return tracker


@contextlib.contextmanager
def installation(
    model: Path,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    shop: Mapping[str, str] | None = None,
) -> Iterator[Installation]:
    """Starts shop and action server in `folder` and loads the model.

    Args:
        model: path of a trained model.
        folder: an empty folder for databases and logs.
        settings: further FRONTDESK_* settings of the action server.
        shop: further FRONTDESK_* settings of the shop.
    """
    with running_shop(folder, **(shop or {})) as running_one:
        actions_port = free_port()
        environ = {
            "FRONTDESK_HOST": "127.0.0.1",
            "FRONTDESK_SHOP_URL": running_one.url,
            "FRONTDESK_SHOP_TOKEN": running_one.token,
            "FRONTDESK_ACTIONS_PORT": str(actions_port),
            "FRONTDESK_OUTBOX_DB": str(folder / "outbox.db"),
            "FRONTDESK_KNOWLEDGE_DB": f"sqlite:///{folder}/knowledge.db",
            "FRONTDESK_SEAL_SECRET": SEAL_SECRET,
            "FRONTDESK_BACKEND_TIMEOUT": "8",
            **(settings or {}),
        }
        url = f"http://127.0.0.1:{actions_port}"
        actions = Server("actions", f"{url}/health", environ, folder / "actions.log")
        speed_up()  # as `make run` does
        # few turns, so that the dialogues of the tests outgrow the store's window
        store = TwinStore(Domain.empty(), folder / "tracker.db", turns=4)
        endpoint = EndpointConfig(f"{url}/webhook", enable_selective_domain=True)
        agent = Agent.load(str(model), action_endpoint=endpoint, tracker_store=store)
        with running(actions):
            yield Installation(agent, running_one, actions, store)
