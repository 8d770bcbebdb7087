"""Takes stored parts to the provider: in order, again where that is safe, and never twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone

from channels.addresses import Addresses
from channels.exclusive import SharedWork
from channels.metrics import count, count_part
from channels.outgoing import FAILED, UNCERTAIN, Outgoing, OutgoingPart
from channels.provider import CannotTell, Provider, Retry, Uncertain, Undeliverable
from channels.workers import Workers, describe

logger = logging.getLogger(__name__)

# Is told of a message that did not arrive: the conversation, the message's key, why.
Undelivered = Callable[[str, str, str], None]

_WAITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # s between tries; the last one repeats
_AT_ONCE = 20  # provider calls at the same time
_QUESTIONS = 5  # times a provider is asked whether something arrived, before we stop asking


class _Stopped(Exception):
    """The server stops, and there would be a wait."""


class Courier:
    """Sends one channel's outgoing parts."""

    def __init__(
        self,
        provider: Provider,
        outgoing: Outgoing,
        addresses: Addresses,
        send_timeout: float,
        patience: timedelta,
        undelivered: Undelivered,
        shared: SharedWork,
    ):
        """Bind the parts; nothing is sent yet.

        Args:
            provider: sends them.
            outgoing: where they are stored.
            addresses: where it is noted who cannot be reached.
            send_timeout: seconds one provider call may take.
            patience: how long after it was stored a part may still be tried.
            undelivered: is told of each part that did not arrive, or may not have.
            shared: keeps two processes from one conversation.
        """
        self._undelivered = undelivered
        self._provider = provider
        self._outgoing = outgoing
        self._addresses = addresses
        self._send_timeout = send_timeout
        self._patience = patience
        self._workers = Workers(f"{provider.name}: the outgoing queue", self._work, shared)
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._stopping = asyncio.Event()
        self._postponed: set[str] = set()  # conversations whose next try comes after the start

    def wake(self, conversation_id: str) -> None:
        """Have a conversation's parts sent; returns at once.

        Args:
            conversation_id: whose conversation.
        """
        self._workers.wake(conversation_id)

    async def recover(self) -> int:
        """Take up what an earlier process did not send.

        Returns:
            Conversations with such parts.
        """
        return await self._workers.recover(self._outgoing.waiting_conversations)

    async def drain(self, timeout: float) -> int:
        """Send what can be sent now; what would have to wait stays stored for the next start.

        Args:
            timeout: seconds to wait.

        Returns:
            Conversations with parts left.
        """
        self._stopping.set()
        await self._workers.drain(timeout)
        return len(await self._outgoing.waiting_conversations())

    async def _work(self, conversation_id: str) -> None:
        if conversation_id in self._postponed:  # woken once more before the stop
            return
        try:
            while (part := await self._outgoing.next(conversation_id)) is not None:
                await self._settle(part)
        except _Stopped:  # the rest is sent after the next start
            self._postponed.add(conversation_id)

    async def _settle(self, part: OutgoingPart) -> None:
        """Send one part, or give it up."""
        if part.begun and await self._ask(part):
            return
        tries = 0
        while (wait := await self._try(part, tries)) is not None:
            await self._pause(wait)
            tries += 1

    async def _try(self, part: OutgoingPart, tries: int) -> float | None:
        """Send; return the seconds to wait before the next try, or None when it is settled."""
        await self._outgoing.begin(part)
        try:
            async with self._gate:
                provider_id = await asyncio.wait_for(
                    self._provider.deliver(part.address, part.content, part.key), self._send_timeout
                )
        except Retry as problem:
            return await self._later(part, problem, tries)
        except Undeliverable as problem:
            if problem.unreachable:
                await self._addresses.mark_unreachable(part.conversation_id, str(problem))
            await self._give_up(part, FAILED, str(problem))
        except Exception as problem:
            reason = str(problem) if isinstance(problem, Uncertain) else type(problem).__name__
            logger.warning(
                "%s: no clear answer while sending (%s); asking whether it arrived.\n%s",
                self._provider.name,
                reason,
                describe(problem),
            )
            if not await self._ask(part):
                return await self._later(part, Retry("it did not arrive"), tries)
        else:
            await self._outgoing.sent(part, provider_id)
            count_part(self._provider.name, "sent")
        return None

    async def _later(self, part: OutgoingPart, problem: Retry, tries: int) -> float | None:
        await self._outgoing.put_back(part, str(problem))
        if datetime.now(timezone.utc) - part.stored_at > self._patience:
            await self._give_up(part, FAILED, f"tried until now: {problem}")
            return None
        count_part(self._provider.name, "retried")
        wait = _WAITS[min(tries, len(_WAITS) - 1)] if problem.after is None else problem.after
        logger.warning(
            "%s: nothing was sent (%s); trying again in %.0f s.",
            self._provider.name,
            problem,
            wait,
        )
        return wait

    async def _ask(self, part: OutgoingPart) -> bool:
        """Ask whether a part arrived; False when it did not, so that it may be sent again."""
        since = (
            part.begun_at
            if part.begun
            else datetime.now(timezone.utc) - timedelta(seconds=self._send_timeout + 5)
        )
        for number in range(_QUESTIONS):
            try:
                found = await asyncio.wait_for(
                    self._provider.find(part.address, part.content, part.key, since),
                    self._send_timeout,
                )
            except CannotTell:
                break
            except Exception as problem:
                logger.warning(
                    "%s: it cannot be found out whether a message arrived.\n%s",
                    self._provider.name,
                    describe(problem),
                )
                # Stopped meanwhile, it stays marked as being sent: asked again after the start.
                await self._pause(_WAITS[min(number, len(_WAITS) - 1)])
                continue
            if found is None:
                return False
            await self._outgoing.sent(part, found)
            count_part(self._provider.name, "sent")
            return True
        await self._give_up(part, UNCERTAIN, "the provider cannot tell whether it arrived")
        return True

    async def _give_up(self, part: OutgoingPart, state: str, reason: str) -> None:
        await self._outgoing.give_up(part, state, reason)
        count_part(self._provider.name, "uncertain" if state == UNCERTAIN else "failed")
        count(self._provider.name, "failed")
        doubt = "it is not known whether it arrived: " if state == UNCERTAIN else ""
        self._undelivered(part.conversation_id, part.key, f"{doubt}{reason}")
        logger.error(
            "%s: message %d of conversation %s %s: %s. It is kept as %s and not sent again.",
            self._provider.name,
            part.number,
            part.conversation_id,
            "may not have arrived" if state == UNCERTAIN else "was not sent",
            reason,
            state,
        )

    async def _pause(self, seconds: float) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
            raise _Stopped
