"""Replies of the assistant, of people and of the channel itself, on their way to a provider."""

from __future__ import annotations

import hashlib
import logging
import uuid
from datetime import timedelta

from channels.choices import draw_tokens
from channels.courier import Courier, Undelivered
from channels.exclusive import SharedWork
from channels.metrics import count, count_part
from channels.outgoing import Cause
from channels.output import NeutralOutput
from channels.provider import Address, Provider, Undeliverable
from channels.reply import Reply
from channels.sender import OrderedSender
from channels.settings import ProviderSettings
from channels.store import Store
from channels.workers import describe

logger = logging.getLogger(__name__)

_STORE_DRAIN = 5.0  # s at the stop for replies that could not be stored yet
_SEND_DRAIN = 10.0  # s at the stop for parts that are on their way


_Item = tuple[Cause, Reply, Address | None]


class Replies:
    """The way out of one channel. A reply is stored first, then rendered parts are sent."""

    def __init__(
        self,
        provider: Provider,
        store: Store,
        settings: ProviderSettings,
        undelivered: Undelivered,
        shared: SharedWork,
    ):
        """Bind the parts; nothing is sent before `start`.

        Args:
            provider: renders and sends.
            store: where replies are kept.
            settings: the channel's.
            undelivered: is told of what did not reach a customer.
            shared: keeps two processes from one conversation.
        """
        self._undelivered = undelivered
        self._provider = provider
        self._store = store
        self._sender: OrderedSender[_Item] = OrderedSender(provider.name, self._keep)
        self._courier = Courier(
            provider,
            store.outgoing,
            store.addresses,
            settings.send_timeout,
            timedelta(hours=settings.patience_hours),
            undelivered,
            shared,
        )

    async def start(self) -> None:
        """Take up what an earlier process did not send."""
        left = await self._courier.recover()
        if left:
            logger.warning(
                "%s: going on with replies to %d conversations.", self._provider.name, left
            )

    async def stop(self) -> None:
        """Send what can be sent now; the rest stays stored for the next start."""
        name = self._provider.name
        lost = await self._sender.drain(_STORE_DRAIN)
        if lost:
            logger.error("%s: %d replies could not be stored and are lost.", name, lost)
        left = await self._courier.drain(_SEND_DRAIN)
        if left:
            logger.warning(
                "%s: replies to %d conversations are unsent; they go out after the next start.",
                name,
                left,
            )

    async def send(
        self,
        conversation_id: str,
        reply: Reply,
        cause: Cause | None = None,
        address: Address | None = None,
    ) -> None:
        """Store a reply and have it sent. Never raises.

        Args:
            conversation_id: to whom.
            reply: what.
            cause: why; a reply with the same cause is sent only once.
            address: where; None: where the customer last wrote.
        """
        await self._sender.send(conversation_id, (cause or Cause(uuid.uuid4().hex), reply, address))

    async def more(self, conversation_id: str) -> bool:
        """Send the next part of a long reply that was held back.

        Args:
            conversation_id: whose customer asked for more.

        Returns:
            False when there is no more.
        """
        released = await self._store.outgoing.release(conversation_id)
        if released:
            self._courier.wake(conversation_id)
        return released

    async def receipt(self, provider_id: str, status: str, *, failed: bool = False) -> bool:
        """Record what the provider says became of a message that we sent.

        Args:
            provider_id: its id of the message.
            status: its word for it, such as `delivered`; no customer's words.
            failed: it did not arrive.

        Returns:
            False when we never sent such a message.
        """
        conversation_id = await self._store.outgoing.receipt(provider_id, status)
        if conversation_id is not None and failed:
            count_part(self._provider.name, "failed")
            self._undelivered(conversation_id, provider_id, status)
            logger.error(
                "%s: a message to conversation %s did not arrive (%s).",
                self._provider.name,
                conversation_id,
                status,
            )
        return conversation_id is not None

    async def _keep(self, conversation_id: str, item: _Item) -> None:
        cause, reply, address = item
        if address is None:
            address = await self._store.addresses.address(conversation_id)
        if address is None:
            raise Undeliverable(f"the {self._provider.name} channel has no such conversation")
        tokens = draw_tokens(reply.choices)
        try:
            rendering = self._provider.render(address, reply, tokens.__getitem__)
        except Exception as problem:
            count(self._provider.name, "failed")
            logger.error(
                "%s: a reply could not be rendered.\n%s", self._provider.name, describe(problem)
            )
            raise Undeliverable("it could not be rendered") from problem
        if not rendering.parts:
            logger.warning(
                "%s: a reply holds nothing that can be shown there.", self._provider.name
            )
            return
        stored = await self._store.outgoing.put(
            conversation_id,
            address,
            cause,
            rendering,
            lambda c: self._store.choices.add(c, conversation_id, tokens),
        )
        if not stored:
            logger.warning("%s: a repeated turn's reply is not sent again.", self._provider.name)
        self._courier.wake(conversation_id)


class Output(NeutralOutput):
    """Rasa's way to one channel's customers."""

    def __init__(
        self,
        channel: str,
        replies: Replies,
        cause: str | None = None,
        address: Address | None = None,
    ):
        """Bind the parts.

        Args:
            channel: the channel's name.
            replies: the way out.
            cause: the id of the message that is answered; None outside a turn.
            address: where that message wants its answer; None: where the customer last wrote.
        """
        self._channel = channel
        self._replies = replies
        self._cause = cause
        self._address = address
        self._ordinal = 0

    def name(self) -> str:
        """Return the channel's name, by which Rasa chooses among a response's variations."""
        return self._channel

    async def deliver(self, conversation_id: str, reply: Reply) -> None:
        """Have a reply stored and sent.

        Args:
            conversation_id: to whom.
            reply: what is said.
        """
        if reply.key:
            cause = Cause(hashlib.sha256(reply.key.encode()).hexdigest())
        elif self._cause is not None:
            cause = Cause(self._cause, self._ordinal)
            self._ordinal += 1
        else:
            cause = None
        await self._replies.send(conversation_id, reply, cause, self._address)
