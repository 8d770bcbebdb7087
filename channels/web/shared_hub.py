"""The hub of a process among several: a stream may be open at one, the answer made by another."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.fanout import Fanout, News
from channels.web.hub import Hub, Subscription

_SAID = {
    method.__name__: method
    for method in (Hub.notify, Hub.set_typing, Hub.person_types, Hub.person_rests)
}
# A process that dies in the middle of an answer never says that it is done; no turn takes longer.
_TYPING_SHOWN = 60.0  # s


class SharedHub:
    """A `Hub` whose streams learn also of what other processes do."""

    def __init__(self, max_streams: int, url: str):
        """Start with no stream.

        Args:
            max_streams: open streams that one conversation may have at this process.
            url: of Redis.
        """
        self._local = Hub(max_streams)
        self._fanout = Fanout(url, "web", self._hear, self._local.notify_all)
        self._typing: dict[str, asyncio.TimerHandle] = {}

    async def start(self) -> None:
        """Listen to the other processes."""
        await self._fanout.start()

    def subscribe(self, conversation_id: str) -> Subscription:
        """See `Hub`."""
        return self._local.subscribe(conversation_id)

    def unsubscribe(self, conversation_id: str, subscription: Subscription) -> None:
        """See `Hub`."""
        self._local.unsubscribe(conversation_id, subscription)

    def notify(self, conversation_id: str) -> None:
        """See `Hub`."""
        self._everywhere("notify", conversation_id)

    def set_typing(self, conversation_id: str, typing: bool) -> None:
        """See `Hub`."""
        self._everywhere("set_typing", conversation_id, typing)

    def person_types(self, conversation_id: str, name: str, seconds: float) -> None:
        """See `Hub`."""
        self._everywhere("person_types", conversation_id, name, seconds)

    def person_rests(self, conversation_id: str) -> None:
        """See `Hub`."""
        self._everywhere("person_rests", conversation_id)

    async def close(self, timeout: float) -> None:
        """See `Hub`; nothing of other processes is heard any more."""
        await self._local.close(timeout)
        for timer in self._typing.values():
            timer.cancel()
        await self._fanout.stop()

    def _everywhere(self, what: str, conversation_id: str, *further: Any) -> None:
        _SAID[what](self._local, conversation_id, *further)
        self._fanout.tell({"what": what, "conversation_id": conversation_id, "further": further})

    async def _hear(self, news: News) -> None:
        what, conversation_id = news["what"], news["conversation_id"]
        _SAID[what](self._local, conversation_id, *news["further"])
        if what == "set_typing":
            if timer := self._typing.pop(conversation_id, None):
                timer.cancel()
            if news["further"][0]:
                self._typing[conversation_id] = asyncio.get_running_loop().call_later(
                    _TYPING_SHOWN, self._rest, conversation_id
                )

    def _rest(self, conversation_id: str) -> None:
        del self._typing[conversation_id]
        self._local.set_typing(conversation_id, False)
