"""One conversation that every channel has to manage, whatever the provider makes of it."""

from __future__ import annotations

import asyncio
from typing import Protocol

from tests.providers.shown import ShownReply
from tests.support.frontdesk import Frontdesk

ANNA = "anna.berg@example.com"


class Person(Protocol):
    """Somebody at the other end of a channel: each has a small driver of its own."""

    async def say(self, text: str) -> object:
        """Write something."""

    async def press(self, title: str) -> object:
        """Make the choice of that title."""

    async def replies(self, count: int = 1, timeout: float = 120.0) -> list[ShownReply]:
        """Wait for so many replies since the last call; give all that came, in order."""


class Reader:
    """Reads what somebody is answered, one reply after another.

    Attributes:
        seen: all that came until now.
    """

    def __init__(self, person: Person) -> None:
        self._person = person
        self.seen: list[ShownReply] = []
        self._unread: list[ShownReply] = []

    async def heard(self, *words: str) -> ShownReply:
        """Read until one reply holds all these words, in any case; give it.

        It is read again by the next call: one reply may hold the words of two steps.
        """
        said: list[ShownReply] = []
        while True:
            while self._unread:
                reply = self._unread[0]
                if all(word.lower() in reply.text.lower() for word in words):
                    return reply
                said.append(self._unread.pop(0))
            try:
                self._unread = await self._person.replies()
                self.seen += self._unread
            except asyncio.TimeoutError as problem:
                raise AssertionError(f"{words} was never said; said was {said}") from problem


async def track_prove_fail_and_hand_over(person: Person, frontdesk: Frontdesk) -> None:
    """Track an order with a choice among orders, prove who it is, fail a turn, ask for a person."""
    heard = Reader(person).heard
    await person.say("track my order")
    await heard("automated assistant")
    await heard("order number")
    await person.say("I don't have it here")
    await heard("which e-mail address")
    await person.say(ANNA)
    await heard("six-digit code")
    await person.say(await asyncio.to_thread(frontdesk.shop.latest_code, ANNA))
    menu = await heard("which order do you mean")
    offered = [title for title in menu.buttons if "100" in title]
    assert len(offered) > 1, menu
    [order] = [title for title in offered if "10031" in title]
    await person.press(order)
    await heard("10031", "is delayed")
    await person.say("florp the wibble")
    suggestions = await heard("Sorry, I")
    assert len(suggestions.buttons) > 1, suggestions
    await person.press("Talk to a person")
    # No desk is running, so that a ticket is opened: for the address that was proved above.
    await heard("ticket T-")
    tickets = await asyncio.to_thread(frontdesk.shop.tickets)
    assert "florp the wibble" in str(tickets[-1])
