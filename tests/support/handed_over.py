"""A whole handoff, as it must go on every channel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any, Protocol

from tests.support.agent import desk_agent, let_in
from tests.support.frontdesk import Frontdesk


class Customer(Protocol):
    """Somebody who writes on a channel; the providers' drivers are such."""

    async def say(self, text: str) -> Any:
        """Write something."""

    async def press(self, title: str) -> None:
        """Press or pick what has that title."""


Heard = Callable[[str], Awaitable[Any]]


async def handed_over(frontdesk: Frontdesk, customer: Customer, heard: Heard) -> None:
    """Play it: two failed turns, a person, both ways, resolved, the survey, the assistant again.

    Args:
        frontdesk: the running product; its desk is started here.
        customer: who writes.
        heard: waits until the customer has read certain words.
    """
    with ExitStack() as stack:
        database = await asyncio.to_thread(stack.enter_context, frontdesk.with_desk())
        let_in(database, "anna", "Anna Weiss")
        async with desk_agent(frontdesk.desk_url, "anna") as anna:
            await customer.say("florp the wibble")
            await heard("sorry")
            await customer.say("zzz yyy qqq")
            await heard("Somebody from our team will join you")
            await anna.take("zzz yyy qqq")
            await heard("Anna Weiss has joined")
            await customer.say('my "lamp" & where\'s order 10023?')
            await anna.reads('my "lamp" & where\'s order 10023?')
            await anna.say('It\'s "fine": https://shop.example/lamp?a=1&b=2')
            await heard("https://shop.example/lamp?a=1")
            await anna.resolve()
            await heard("Anna Weiss has closed this conversation")
            await heard("How was it?")
            await customer.press("4")
            await heard("anything you'd like to add")
            await customer.say("Anna was quick")
            await heard("Thank you for telling us")
            await anna.reads("4 of 5: “Anna was quick”")
            await customer.say("where is my order 10023?")
            await heard("e-mail address or postcode")
        await asyncio.to_thread(stack.close)
