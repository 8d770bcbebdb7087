"""A server process with channels and a stand-in for the assistant, for the channels' tests.

The channels, Sanic, SQLite and Rasa's tracker store are real; only the dialogue is a stand-in that
does what a message's first word says. Run as `python -m tests.channels.assistant SETTINGS`.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage, register
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import class_from_module_path
from sanic import Sanic
from sanic.response import empty

from ops.light_rasa import import_rasa

DOMAIN = Domain.empty()
RICH = {
    "text": "Which order?",
    "buttons": [
        {"title": "Order 10023", "payload": '/choose{"order": "10023"}'},
        {"title": "Our shop", "url": "https://shop.example/orders"},
        {"title": "Odd", "url": "javascript:alert(1)", "payload": "/odd"},
    ],
    "image": "https://shop.example/box.png",
    "attachment": "https://shop.example/label.pdf",
    "custom": {"kind": "survey"},
}


async def until(path: Path) -> None:
    while not path.exists():
        await asyncio.sleep(0.02)


class Assistant:
    """Says what it is told to, and remembers each message as Rasa would: at the turn's end."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.lock_store = InMemoryLockStore()
        self.tracker_store = SQLTrackerStore(DOMAIN, db=str(folder / "tracker.db"))
        self.domain = DOMAIN
        self.processor = None

    def load_model(self, model: str) -> None:
        """Note which process was given which model."""
        with (self.folder / "models.jsonl").open("a") as file:
            file.write(json.dumps([os.getpid(), model]) + "\n")

    def is_ready(self) -> bool:
        return not (self.folder / "loading").exists()

    async def handle_message(self, message: UserMessage) -> None:
        async with self.lock_store.lock(message.sender_id):
            self.record(message, "begun")
            await self.answer(message)
            tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
            tracker.update(
                UserUttered(
                    message.text,
                    input_channel=message.input_channel,
                    message_id=message.message_id,
                    metadata=message.metadata,
                )
            )
            await self.tracker_store.save(tracker)
            self.record(message, "done")
        if message.text.startswith("die"):  # after the turn, before anyone could note it
            os._exit(9)

    async def answer(self, message: UserMessage) -> None:
        out, to, text = message.output_channel, message.sender_id, message.text
        if text == "/start_conversation":
            await out.send_response(to, {"text": "I am an automated assistant."})
        elif text.startswith("raise"):
            raise RuntimeError(f"cannot handle: {text}")
        elif text.startswith("hang"):
            await asyncio.Event().wait()
        elif text.startswith("crash"):
            os._exit(9)
        elif text.startswith("wait "):
            await until(self.folder / text.split()[1])
            await out.send_response(to, {"text": f"waited: {text}"})
        elif text.startswith("rich"):
            await out.send_response(to, dict(RICH))
        elif text.startswith("many "):
            count, size = map(int, text.split()[1:])
            for number in range(count):
                await out.send_response(to, {"text": f"part {number} " + "x" * size})
        else:
            await out.send_response(to, {"text": f"echo: {text}"})

    def record(self, message: UserMessage, what: str) -> None:
        line = {
            "what": what,
            "conversation": message.sender_id,
            "id": message.message_id,
            "text": message.text,
            "metadata": message.metadata,
            "channel": message.input_channel,
        }
        with (self.folder / "handled.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")


class Processor:
    """The two things Rasa's `tracker/events` endpoint asks of its message processor."""

    def __init__(self, assistant: Assistant):
        from rasa.core.processor import MessageProcessor

        self._assistant = assistant
        self._send = MessageProcessor._send_bot_messages

    async def fetch_tracker_with_initial_session(self, sender_id: str) -> DialogueStateTracker:
        return await self._assistant.tracker_store.get_or_create_tracker(sender_id)

    async def execute_side_effects(self, events: list, tracker: Any, output: Any) -> None:
        await self._send(events, tracker, output)


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(settings["folder"])
    channels = [
        class_from_module_path(path).from_credentials(credentials)
        for path, credentials in settings["channels"].items()
    ]
    assistant = Assistant(folder)
    if settings["whole_rasa"]:
        import_rasa([])  # no component runs here; TensorFlow would take most of the start
        from rasa.core.run import configure_app

        app = configure_app(
            channels, enable_api=True, auth_token=settings["token"], use_uvloop=True
        )
        assistant.processor = Processor(assistant)
    else:
        from sanic_cors import CORS

        app = Sanic("assistant")
        # As Rasa does when started without --cors: it then answers every preflight itself.
        CORS(app, resources={r"/*": {"origins": ""}}, automatic_options=True)
        register(channels, app, route="/webhooks/")
    app.config.ACCESS_LOG = False

    async def load(app: Sanic, _loop: Any) -> None:
        app.ctx.agent = assistant

    async def ready(_request: Any) -> Any:
        return empty(status=200)

    app.register_listener(load, "before_server_start")
    app.add_route(ready, "/ready")
    app.run(host="127.0.0.1", port=settings["port"], workers=settings["workers"], access_log=False)


if __name__ == "__main__":
    main()
