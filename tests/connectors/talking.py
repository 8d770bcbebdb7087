"""A customer who talks to the assistant of a shop at some shop software."""

from __future__ import annotations

from tests.channels.doubles import until
from tests.providers.smtp_server import SmtpServer
from tests.support.bot import Conversation, Installation
from tests.support.connector import codes_to


class Talk:
    """One conversation; what is said is kept, to be shown when a test fails."""

    def __init__(self, bot: Installation, mail: SmtpServer) -> None:
        self._conversation, self._mail = Conversation(bot), mail
        self.said: list[str] = []

    async def say(self, text: str, *expected: str) -> str:
        """Say something; the reply must hold these words, in any case of letters."""
        self.said.append(f"> {text}")
        button = text.startswith("[")
        send = self._conversation.press if button else self._conversation.say
        reply = " | ".join(await send(text.strip("[]")))
        self.said.append(f"< {reply}")
        for words in expected:
            assert words.lower() in reply.lower(), "\n".join([f"no {words!r}", *self.said])
        return reply

    async def prove(self, address: str, *expected: str) -> str:
        """Give the address that was asked for, and the code that is mailed to it."""
        before = len(codes_to(self._mail, address))
        await self.say(address)
        await until(lambda: len(codes_to(self._mail, address)) > before)
        return await self.say(codes_to(self._mail, address)[-1], *expected)

    async def slot(self, name: str) -> object:
        """What the assistant remembers."""
        return (await self._conversation.tracker()).get_slot(name)
