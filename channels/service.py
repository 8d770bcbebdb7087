"""One provider's channel, apart from the provider: messages in, turns, replies out, start, stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from rasa.core.channels.channel import OutputChannel
from sanic import Sanic
from sqlalchemy.exc import IntegrityError

from channels.choices import Choice
from channels.database import DatabaseProblem
from channels.desk_line import DeskLine
from channels.entry import Accepted, Entry
from channels.exclusive import SharedWork
from channels.inbox import InboxMessage
from channels.incoming import Incoming
from channels.metrics import count
from channels.outgoing import Cause
from channels.provider import Address, Provider
from channels.rate import RateLimit
from channels.replies import Output, Replies
from channels.reply import Reply
from channels.settings import ChannelSettingsError, ProviderSettings, database_setting
from channels.store import Store, Tables
from channels.turns import OnNewMessage, Turns
from channels.workers import describe

logger = logging.getLogger(__name__)

# Before that most answers are there, and a call to the provider for each would be for nothing.
_TYPING_AFTER = 0.4  # s
_TYPING_EVERY = 4.0  # s; Telegram shows it for 5
_BUSY_NOTICE = "1/minute"  # how often a customer who writes too fast is told so


class Door:
    """Where a provider hands verified messages in, and where replies leave."""

    def __init__(self, provider: Provider, settings: ProviderSettings, tables: Tables | None):
        """Make the parts; nothing is opened before `start`.

        Args:
            provider: sends and renders.
            settings: the channel's.
            tables: declares the provider's own tables in the channel's database, given the
                metadata and a prefix for their names.
        """
        self.name = provider.name
        self.provider = provider
        self.settings = settings
        self.stopping = False
        self.shared = SharedWork(settings.redis_url, provider.name)
        self._store = Store(provider.name, settings, tables)
        self.database = self._store.database
        self._entry = Entry(provider.name, self._store, settings)
        self._desk_line = DeskLine(settings.desk_url, settings.desk_token)
        self._replies = Replies(
            provider, self._store, settings, self._desk_line.undelivered, self.shared
        )
        self._turns = Turns(
            provider.name,
            self._store.inbox,
            settings,
            lambda message: Output(self.name, self._replies, message.message_id, message.address),
            self._apologise,
            self._typing,
            self.shared,
        )
        self._notices = RateLimit(_BUSY_NOTICE, settings.redis_url, f"{provider.name}:notice")

    # Start and stop

    async def start(self, app: Sanic, on_new_message: OnNewMessage) -> None:
        """Open the database and the provider, and take up what an earlier process left.

        Args:
            app: Rasa's server.
            on_new_message: has the assistant handle a message.

        Raises:
            ChannelSettingsError: the database cannot be opened.
        """
        try:
            await self.database.open()
        except DatabaseProblem as problem:
            raise ChannelSettingsError(f"{database_setting(self.name)}: {problem}") from problem
        await self.provider.open(self)
        await self._replies.start()
        await self._turns.start(app, on_new_message)

    async def stop(self) -> None:
        """Accept nothing more, finish what was accepted, send what can be sent."""
        self.stopping = True
        await self.provider.quiet()
        await self._turns.stop()
        await self._replies.stop()

    async def close(self) -> None:
        """Close provider and database, after the last request."""
        await self.provider.close()
        await self._desk_line.close()
        await self.shared.close()
        await self.database.close()

    @property
    def ready(self) -> bool:
        """Whether messages can be accepted now. They wait for the model where it still loads."""
        return self.database.is_open and not self.stopping

    # In

    def verified(self) -> None:
        """Count a genuine delivery."""
        count(self.name, "verified")

    def refused(self) -> None:
        """Count a delivery that was refused."""
        count(self.name, "refused")

    async def accept(self, incoming: Incoming) -> Accepted:
        """Take a verified message. It is stored when this returns, and may be acknowledged.

        Args:
            incoming: the message.

        Returns:
            How it was taken.

        Raises:
            SQLAlchemyError: it could not be stored; the provider has to deliver it again.
        """
        return await self._turns.unbroken(self._accept(incoming))

    async def _accept(self, incoming: Incoming) -> Accepted:
        accepted = await self._entry.take(incoming)
        if accepted.limited:
            if not self._notices.hit(accepted.conversation_id):
                notice = Reply(self.settings.busy_text, sender="system")
                await self.send(accepted.conversation_id, notice)
        elif accepted.conversation_id and not accepted.duplicate:
            self._turns.wake(accepted.conversation_id)
        return accepted

    # Out

    def output(self) -> OutputChannel:
        """Return Rasa's way to this channel's customers outside a turn."""
        return Output(self.name, self._replies)

    async def send(self, conversation_id: str, reply: Reply, cause: str = "") -> None:
        """Send a reply of the channel itself. Never raises.

        Args:
            conversation_id: to whom.
            reply: what.
            cause: names why; a reply with the same cause is sent only once.
        """
        await self._replies.send(conversation_id, reply, Cause(cause) if cause else None)

    async def more(self, conversation_id: str) -> bool:
        """Send the next part of a long reply that was held back.

        Args:
            conversation_id: whose customer asked for more.

        Returns:
            False when there is no more.
        """
        return await self._replies.more(conversation_id)

    async def receipt(self, provider_id: str, status: str, *, failed: bool = False) -> bool:
        """Record what the provider says became of a message that we sent.

        Args:
            provider_id: its id of the message.
            status: its word for it, such as `delivered`; no customer's words.
            failed: it did not arrive.

        Returns:
            False when we never sent such a message.
        """
        return await self._replies.receipt(provider_id, status, failed=failed)

    async def knows(self, provider_id: str) -> bool:
        """Tell whether an id is that of a message we know to be sent.

        Args:
            provider_id: the provider's id of a message.
        """
        return await self._store.outgoing.knows(provider_id)

    # Conversations

    async def begin(self, key: str, address: Address) -> str:
        """Find a conversation or begin it, for what the channel itself has to say there.

        The assistant says what it is when the customer first says something to it.

        Args:
            key: the provider's name of it.
            address: where replies go from now on.

        Returns:
            Its id.
        """
        write = self.database.write
        try:
            entered = await write(lambda c: self._store.addresses.enter(c, key, address))
        except IntegrityError:  # another process began it this very moment
            entered = await write(lambda c: self._store.addresses.enter(c, key, address))
        return entered.conversation_id

    async def menu(self, conversation_id: str) -> list[Choice]:
        """Return the choices that a number would pick from now.

        Args:
            conversation_id: whose conversation.
        """
        heard_at = await self._store.addresses.heard_at(conversation_id)
        return await self.database.read(
            lambda c: self._store.choices.menu(c, conversation_id, heard_at)
        )

    async def conversation(self, key: str) -> str | None:
        """Return the id of a conversation, or None.

        Args:
            key: the provider's name of it.
        """
        return await self._store.addresses.conversation(key)

    async def address(self, conversation_id: str) -> Address | None:
        """Return where a conversation's replies go, or None.

        Args:
            conversation_id: which one.
        """
        return await self._store.addresses.address(conversation_id)

    async def unreachable(self, conversation_id: str) -> str | None:
        """Return why a customer cannot be reached; None: nothing says so.

        Args:
            conversation_id: whose conversation.
        """
        return await self._store.addresses.unreachable(conversation_id)

    # The dialogue

    async def _apologise(self, message: InboxMessage) -> None:
        reply = Reply(self.settings.failure_text, sender="system")
        cause = Cause(f"sorry:{message.number}")
        await self._replies.send(message.conversation_id, reply, cause, message.address)

    @asynccontextmanager
    async def _typing(self, conversation_id: str) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep_typing(conversation_id))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def show_typing(self, conversation_id: str) -> None:
        """Show once, as long as the provider does, that somebody is writing. Never raises.

        Args:
            conversation_id: to whom.
        """
        try:
            address = await self.address(conversation_id)
            if address is not None:
                await self.provider.typing(address)
        except Exception as problem:
            logger.debug("%s: typing could not be shown.\n%s", self.name, describe(problem))

    async def _keep_typing(self, conversation_id: str) -> None:
        try:
            await asyncio.sleep(_TYPING_AFTER)
            address = await self.address(conversation_id)
            while address is not None:
                await self.provider.typing(address)
                await asyncio.sleep(_TYPING_EVERY)
        except Exception as problem:  # a nicety: the answer itself is what counts
            logger.debug("%s: typing could not be shown.\n%s", self.name, describe(problem))
