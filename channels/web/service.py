"""What the web channel does, apart from HTTP: sessions, messages, turns, start and stop."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sanic import Sanic

from channels.choices import Choice
from channels.database import Database, DatabaseProblem
from channels.desk_line import DeskLine
from channels.exclusive import SharedWork
from channels.inbox import InboxMessage
from channels.incoming import choice_message, opening, words_message
from channels.metrics import count
from channels.provider import Undeliverable
from channels.sender import OrderedSender
from channels.settings import ChannelSettingsError
from channels.turns import OnNewMessage, Turns
from channels.web.choices import ChoiceSealer
from channels.web.hub import Hub
from channels.web.log import METADATA, Accepted, Draft, EventLog, UnknownConversation
from channels.web.output import NAME, WebOutput
from channels.web.settings import WebSettings
from channels.web.shared_hub import SharedHub
from channels.web.tokens import Session, SessionTokens, new_conversation_id

logger = logging.getLogger(__name__)

_SENDER_DRAIN = 5.0  # s at the stop for replies that could not be logged yet
_STREAM_END = 2.0  # s at the stop for streams to end by themselves
_TYPING_SHOWN = 6.0  # s that a person is shown to be typing; the desk says it every few


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
        url = settings.redis_url
        self.hub = SharedHub(settings.max_streams, url) if url else Hub(settings.max_streams)
        self._shared = SharedWork(url, NAME)
        self.tokens = SessionTokens(settings.secret, timedelta(hours=settings.token_hours))
        self.choices = ChoiceSealer(settings.secret)
        self._desk_line = DeskLine(settings.desk_url, settings.desk_token)
        self._sender = OrderedSender(NAME, self._deliver)
        self.output = WebOutput(self._sender, self.choices)
        self.stopping = False
        self._turns = Turns(
            NAME,
            self.log.inbox,
            settings,
            lambda _message: self.output,
            self._apologise,
            self._typing,
            self._shared,
        )

    # Start and stop

    async def start(self, app: Sanic, on_new_message: OnNewMessage) -> None:
        """Open the log and take up messages that an earlier process left.

        Args:
            app: Rasa's server, whose `ctx.agent` is the assistant.
            on_new_message: has the assistant handle a message.

        Raises:
            ChannelSettingsError: the log cannot be opened.
        """
        try:
            await self._database.open()
        except DatabaseProblem as problem:
            raise ChannelSettingsError(f"FRONTDESK_WEB_DB: {problem}") from problem
        await self.hub.start()
        await self._turns.start(app, on_new_message)

    async def stop(self) -> None:
        """Accept nothing more, finish what was accepted, then end the streams."""
        self.stopping = True
        await self._turns.stop()
        lost = await self._sender.drain(_SENDER_DRAIN)
        if lost:
            logger.error("web: %d replies could not be written to the log and are lost.", lost)
        await self.hub.close(_STREAM_END)
        await self._desk_line.close()

    async def close(self) -> None:
        """Close the log, after the last request."""
        await self._shared.close()
        await self._database.close()

    def is_ready(self) -> bool:
        """Tell whether the assistant's model is loaded and the log is open."""
        return self._database.is_open and self._turns.is_ready()

    # Sessions and messages

    async def begin_session(self) -> tuple[str, Session]:
        """Begin a conversation, in which the assistant speaks first.

        Returns:
            The token and its session.
        """
        conversation_id = new_conversation_id()

        async def create() -> None:
            await self.log.create(opening(conversation_id))
            self._turns.wake(conversation_id)

        await self._turns.unbroken(create())
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
        message, shown = words_message(
            conversation_id, message_id, text, self._settings.seal_secret
        )
        draft = Draft("customer", {"text": shown}, message_id)
        return await self._turns.unbroken(self._accept(draft, message))

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
        message = choice_message(conversation_id, message_id, choice)
        return await self._turns.unbroken(self._accept(draft, message))

    async def _accept(self, draft: Draft, message: InboxMessage) -> Accepted:
        accepted = await self.log.accept(draft, message)
        count(NAME, "duplicate" if accepted.duplicate else "received")
        if not accepted.duplicate:
            self.hub.notify(message.conversation_id)
            self._turns.wake(message.conversation_id)
        return accepted

    # People

    def show_typing(self, conversation_id: str, name: str) -> None:
        """Show the customer that a person is writing.

        Args:
            conversation_id: whose conversation.
            name: the person's.
        """
        self.hub.person_types(conversation_id, name, _TYPING_SHOWN)

    def customer_types(self, conversation_id: str) -> None:
        """Tell the desk that the customer is writing.

        Args:
            conversation_id: from the session.
        """
        self._desk_line.customer_types(conversation_id)

    # The dialogue

    @asynccontextmanager
    async def _typing(self, conversation_id: str) -> AsyncIterator[None]:
        self.hub.set_typing(conversation_id, True)
        try:
            yield
        finally:
            self.hub.set_typing(conversation_id, False)

    async def _apologise(self, message: InboxMessage) -> None:
        draft = Draft("system", {"text": self._settings.failure_text})
        await self._sender.send(message.conversation_id, draft)

    async def _deliver(self, conversation_id: str, draft: Draft) -> None:
        try:
            await self.log.append(conversation_id, draft)
        except UnknownConversation as problem:
            raise Undeliverable("the web channel has no such conversation") from problem
        if draft.sender == "agent":
            self.hub.person_rests(conversation_id)
        self.hub.notify(conversation_id)
