"""Stand-ins for what is on either side of a channel: a provider in memory, and an assistant."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from rasa.core.channels.channel import UserMessage

from channels.provider import Address, BaseProvider, CannotTell, Part, Rendering, Token
from channels.reply import Reply
from channels.service import Door
from channels.settings import ProviderSettings
from channels.turns import OnNewMessage

SEAL_SECRET = "a secret for one-time codes, in tests only"
PATIENCE = 30.0  # s a condition may take on a slow machine


async def until(condition: Callable[[], bool]) -> None:
    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(poll(), PATIENCE)


class MemoryProvider(BaseProvider):
    """Takes parts; fails as it is told to. A part is a line of text or a numbered choice."""

    name = "memory"

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []  # address and text
        self.keys: list[str] = []
        self.problems: list[BaseException] = []  # raised by the next deliveries
        self.arrives_anyway = False  # a delivery that raises has arrived
        self.knows = True  # whether `find` has an answer
        self.gate: asyncio.Event | None = None  # deliveries wait for it
        self.calls = 0
        self.typed = 0
        self.held = False  # everything after a reply's first line is held
        self._ids = itertools.count(1)

    def routes(self, blueprint: Any, door: Door) -> None:
        """Have none."""

    def render(self, address: Address, reply: Reply, token: Token) -> Rendering:
        if reply.text == "unrenderable":
            raise ValueError(" ".join(["private", "words"]))
        lines = [{"text": line} for line in reply.text.splitlines()]
        lines += [{"text": f"{b.title}", "token": token(b)} for b in reply.choices]
        return Rendering(tuple(lines[:1]), tuple(lines[1:])) if self.held else Rendering((*lines,))

    async def deliver(self, address: Address, part: Part, key: str) -> str:
        self.calls += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.problems:
            problem = self.problems.pop(0)
            if self.arrives_anyway:
                self._take(address, part, key)
            raise problem
        return self._take(address, part, key)

    def _take(self, address: Address, part: Part, key: str) -> str:
        self.taken.append((str(address["to"]), str(part["text"])))
        self.keys.append(key)
        return f"id-{next(self._ids)}"

    async def find(self, address: Address, part: Part, key: str, since: datetime) -> str | None:
        if not self.knows:
            raise CannotTell
        return f"found-{key}" if key in self.keys else None

    async def typing(self, address: Address) -> None:
        self.typed += 1

    def texts(self, to: str = "anna") -> list[str]:
        return [text for address, text in self.taken if address == to]


class MemoryAssistant:
    """An agent as channels see it: it knows messages it has finished, and answers with `say`."""

    def __init__(self) -> None:
        self.seen: list[UserMessage] = []
        self.known: set[tuple[str, str]] = set()
        self.say: Callable[[UserMessage], Awaitable[None]] = self.echo
        self.tracker_store = self
        self.ctx = SimpleNamespace(agent=self)  # it is its own app too

    def is_ready(self) -> bool:
        return True

    async def retrieve_full_tracker(self, conversation_id: str) -> Any:
        events = [SimpleNamespace(message_id=m) for c, m in self.known if c == conversation_id]
        return SimpleNamespace(events=events)

    async def echo(self, message: UserMessage) -> None:
        text = "I am a bot" if message.text == "/start_conversation" else f"echo: {message.text}"
        await message.output_channel.send_response(message.sender_id, {"text": text})

    async def handle(self, message: UserMessage) -> None:
        self.seen.append(message)
        await self.say(message)
        self.known.add((message.sender_id, message.message_id))

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.seen if message.text != "/start_conversation"]


def settings(database: str, **given: Any) -> ProviderSettings:
    return ProviderSettings(
        seal_secret=SEAL_SECRET, database=database, **{"rate": "1000/minute", **given}
    )


async def started(provider: Any, assistant: MemoryAssistant, database: str, **given: Any) -> Door:
    door = Door(provider, settings(database, **given), None)
    on_new_message: OnNewMessage = assistant.handle
    await door.start(assistant, on_new_message)
    return door
