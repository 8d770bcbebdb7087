"""What the web channel does, apart from HTTP: sessions, messages, turns, start and stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from channels.database import Database, DatabaseProblem
from channels.dispatch import Dialogue, Dispatcher
from channels.inbox import InboxMessage
from channels.metrics import count
from channels.normalise import escape_command
from channels.sender import OrderedSender, Undeliverable
from channels.web.choices import Choice, ChoiceSealer
from channels.web.hub import Hub
from channels.web.log import METADATA, Accepted, Draft, EventLog, UnknownConversation
from channels.web.output import NAME, WebOutput
from channels.web.settings import ChannelSettingsError, WebSettings
from channels.web.tokens import Session, SessionTokens, new_conversation_id
from privacy import mask_secrets

logger = logging.getLogger(__name__)

# Rasa's message that opens a conversation; a rule answers it with who is speaking.
OPENING_TEXT = "/start_conversation"
# No client can choose this id: theirs have no colon.
OPENING_ID = "channel:opening"
_SENDER_DRAIN = 5.0  # s at the stop for replies that could not be logged yet
_STREAM_END = 2.0  # s at the stop for streams to end by themselves

T = TypeVar("T")
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class WebService:
    """The parts of one web channel and how they work together."""

    def __init__(self, settings: WebSettings):
        """Make the parts; nothing is opened before `start`.

        Args:
            settings: the channel's settings.
        """
        self._settings = settings
        self._database = Database(settings.database, METADATA)
        self.log = EventLog(self._database)
        self.hub = Hub(settings.max_streams)
        self.tokens = SessionTokens(settings.secret, timedelta(hours=settings.token_hours))
        self.choices = ChoiceSealer(settings.secret)
        self._sender = OrderedSender(NAME, self._deliver)
        self.output = WebOutput(self._sender, self.choices)
        self.stopping = False
        self._app: Sanic | None = None
        self._on_new_message: OnNewMessage | None = None
        self._accepting: set[asyncio.Task[Any]] = set()
        dialogue = Dialogue(self._run, self.is_ready, self._knows, self._apologise)
        self._dispatcher = Dispatcher(NAME, self.log.inbox, dialogue, settings.turn_timeout)

    # Start and stop

    async def start(self, app: Sanic, on_new_message: OnNewMessage) -> None:
        """Open the log and take up messages that an earlier process left.

        Args:
            app: Rasa's server, whose `ctx.agent` is the assistant.
            on_new_message: has the assistant handle a message.

        Raises:
            ChannelSettingsError: the log cannot be opened.
        """
        self._app = app
        self._on_new_message = on_new_message
        try:
            await self._database.open()
        except DatabaseProblem as problem:
            raise ChannelSettingsError(f"FRONTDESK_WEB_DB: {problem}") from problem
        left = await self._dispatcher.recover()
        if left:
            logger.warning("web: going on with %d conversations cut off at the last stop.", left)

    async def stop(self) -> None:
        """Accept nothing more, finish what was accepted, then end the streams."""
        self.stopping = True
        await asyncio.gather(*self._accepting, return_exceptions=True)
        unfinished = await self._dispatcher.drain(self._settings.drain_timeout)
        if unfinished:
            logger.warning(
                "web: %d conversations are unfinished; they go on at the next start.", unfinished
            )
        lost = await self._sender.drain(_SENDER_DRAIN)
        if lost:
            logger.error("web: %d replies could not be written to the log and are lost.", lost)
        await self.hub.close(_STREAM_END)

    async def close(self) -> None:
        """Close the log, after the last request."""
        await self._database.close()

    def is_ready(self) -> bool:
        """Tell whether the assistant's model is loaded and the log is open."""
        agent = getattr(self._app.ctx, "agent", None) if self._app else None
        return self._database.is_open and agent is not None and bool(agent.is_ready())

    # Sessions and messages

    async def begin_session(self) -> tuple[str, Session]:
        """Begin a conversation, in which the assistant speaks first.

        Returns:
            The token and its session.
        """
        conversation_id = new_conversation_id()
        metadata = {"masked": [], "origin": "channel"}
        opening = InboxMessage(conversation_id, OPENING_ID, OPENING_TEXT, metadata)

        async def create() -> None:
            await self.log.create(opening)
            self._dispatcher.wake(conversation_id)

        await self._unbroken(create())
        return self.tokens.issue(conversation_id)

    async def accept_text(self, conversation_id: str, message_id: str, text: str) -> Accepted:
        """Take a customer's words.

        Args:
            conversation_id: from the session.
            message_id: the client's id for the message.
            text: cleaned text.

        Returns:
            How it was taken.

        Raises:
            UnknownConversation: the log has no such conversation.
        """
        masked = mask_secrets(text, self._settings.seal_secret)
        metadata: dict[str, Any] = {"masked": list(masked.kinds)}
        if masked.sealed_code is not None:
            metadata["sealed_code"] = masked.sealed_code
        draft = Draft("customer", {"text": masked.text}, message_id)
        message = InboxMessage(conversation_id, message_id, escape_command(masked.text), metadata)
        return await self._unbroken(self._accept(draft, message))

    async def accept_choice(
        self, conversation_id: str, message_id: str, choice: Choice
    ) -> Accepted:
        """Take a tapped button.

        Args:
            conversation_id: from the session.
            message_id: the client's id for the message.
            choice: opened and found genuine.

        Returns:
            How it was taken.

        Raises:
            UnknownConversation: the log has no such conversation.
        """
        draft = Draft("customer", {"text": choice.title}, message_id)
        metadata = {"masked": [], "choice_title": choice.title}
        message = InboxMessage(conversation_id, message_id, choice.payload, metadata)
        return await self._unbroken(self._accept(draft, message))

    async def _accept(self, draft: Draft, message: InboxMessage) -> Accepted:
        accepted = await self.log.accept(draft, message)
        count(NAME, "duplicate" if accepted.duplicate else "received")
        if not accepted.duplicate:
            self.hub.notify(message.conversation_id)
            self._dispatcher.wake(message.conversation_id)
        return accepted

    async def _unbroken(self, work: Coroutine[Any, Any, T]) -> T:
        """Finish the work also when the client hangs up and its request is cancelled.

        Otherwise a message could be stored and never handed to the dialogue.
        """
        task = asyncio.get_running_loop().create_task(work)
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)
        return await asyncio.shield(task)

    # The dialogue

    async def _run(self, message: InboxMessage) -> None:
        if self._on_new_message is None:
            raise RuntimeError("the web channel was not started")
        user_message = UserMessage(
            text=message.text,
            output_channel=self.output,
            sender_id=message.conversation_id,
            input_channel=NAME,
            message_id=message.message_id,
            metadata=dict(message.metadata),
        )
        self.hub.set_typing(message.conversation_id, True)
        try:
            await self._on_new_message(user_message)
        finally:
            self.hub.set_typing(message.conversation_id, False)

    async def _knows(self, message: InboxMessage) -> bool:
        if self._app is None:
            return False
        store = self._app.ctx.agent.tracker_store
        tracker = await store.retrieve_full_tracker(message.conversation_id)
        return tracker is not None and any(
            getattr(event, "message_id", None) == message.message_id for event in tracker.events
        )

    async def _apologise(self, message: InboxMessage) -> None:
        draft = Draft("system", {"text": self._settings.failure_text})
        await self._sender.send(message.conversation_id, draft)

    async def _deliver(self, conversation_id: str, draft: Draft) -> None:
        try:
            await self.log.append(conversation_id, draft)
        except UnknownConversation as problem:
            raise Undeliverable("the web channel has no such conversation") from problem
        self.hub.notify(conversation_id)
