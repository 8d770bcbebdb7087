"""Who is listening: wakes the event streams of a conversation when there is something new.

Nothing that matters passes through here. A stream reads messages from the log; the hub only says
when to look, and holds who is typing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict


class TooManyStreams(Exception):
    """The conversation has as many open streams as it may have."""


class Subscription:
    """One open stream's view of its conversation.

    Attributes:
        typing: who is writing an answer: the name of a person, "" for the assistant, None for
            nobody.
        closed: the server stops; the stream should end.
    """

    def __init__(self, typing: str | None):
        self.typing = typing
        self.closed = False
        self._news = asyncio.Event()

    def notify(self) -> None:
        """Wake the stream."""
        self._news.set()

    async def wait(self, timeout: float) -> bool:
        """Wait for news since the last `wait` that returned True.

        Args:
            timeout: seconds.

        Returns:
            False when the time passed without news.
        """
        try:
            await asyncio.wait_for(self._news.wait(), timeout)
        except asyncio.TimeoutError:
            return False
        self._news.clear()
        return True


class Hub:
    """The open streams of this process, by conversation."""

    def __init__(self, max_streams: int):
        """Start with no stream.

        Args:
            max_streams: open streams that one conversation may have.
        """
        self._max_streams = max_streams
        self._streams: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._typing: set[str] = set()
        self._people: dict[str, tuple[str, asyncio.TimerHandle]] = {}
        self._empty = asyncio.Event()
        self._closed = False

    def subscribe(self, conversation_id: str) -> Subscription:
        """Add a stream.

        Args:
            conversation_id: what it follows.

        Returns:
            Its subscription, to be given back with `unsubscribe`.

        Raises:
            TooManyStreams: the conversation has its fill.
        """
        streams = self._streams[conversation_id]
        if len(streams) >= self._max_streams:
            raise TooManyStreams
        subscription = Subscription(self._who_types(conversation_id))
        subscription.closed = self._closed
        streams.add(subscription)
        return subscription

    def unsubscribe(self, conversation_id: str, subscription: Subscription) -> None:
        """Remove a stream.

        Args:
            conversation_id: what it followed.
            subscription: from `subscribe`.
        """
        streams = self._streams[conversation_id]
        streams.discard(subscription)
        if not streams:
            del self._streams[conversation_id]
        if not self._streams:
            self._empty.set()

    def notify(self, conversation_id: str) -> None:
        """Say that a conversation's log has grown.

        Args:
            conversation_id: which one.
        """
        for subscription in self._streams.get(conversation_id, ()):
            subscription.notify()

    def notify_all(self) -> None:
        """Say that any conversation's log may have grown."""
        for conversation_id in list(self._streams):
            self.notify(conversation_id)

    def set_typing(self, conversation_id: str, typing: bool) -> None:
        """Say whether the assistant is working on an answer.

        Args:
            conversation_id: for whom.
            typing: whether it is.
        """
        (self._typing.add if typing else self._typing.discard)(conversation_id)
        self._tell_typing(conversation_id)

    def person_types(self, conversation_id: str, name: str, seconds: float) -> None:
        """Say that a person is writing an answer.

        Args:
            conversation_id: for whom.
            name: the person's, as the customer sees it.
            seconds: how long it is shown unless it is said again.
        """
        self.person_rests(conversation_id)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds, self.person_rests, conversation_id)
        self._people[conversation_id] = (name, timer)
        self._tell_typing(conversation_id)

    def person_rests(self, conversation_id: str) -> None:
        """Say that no person is writing any more.

        Args:
            conversation_id: in which conversation.
        """
        _name, timer = self._people.pop(conversation_id, (None, None))
        if timer is not None:
            timer.cancel()
            self._tell_typing(conversation_id)

    def _who_types(self, conversation_id: str) -> str | None:
        name, _timer = self._people.get(conversation_id, (None, None))
        return name or ("" if conversation_id in self._typing else None)

    def _tell_typing(self, conversation_id: str) -> None:
        typing = self._who_types(conversation_id)
        for subscription in self._streams.get(conversation_id, ()):
            subscription.typing = typing
            subscription.notify()

    async def start(self) -> None:
        """Begin; here there is nothing to begin."""

    async def close(self, timeout: float) -> None:
        """End all streams, now and from now on.

        Args:
            timeout: seconds to wait until they have ended.
        """
        self._closed = True
        self._empty.clear()
        for streams in self._streams.values():
            for subscription in streams:
                subscription.closed = True
                subscription.notify()
        if self._streams:
            try:
                await asyncio.wait_for(self._empty.wait(), timeout)
            except asyncio.TimeoutError:
                return  # readers that do not read: the server drops their connections
