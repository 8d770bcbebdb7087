"""What happens with a message that came in: a keyword, a number of a menu, media, or words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.incoming import Event, Incoming, Picked, Words, unsupported
from channels.metrics import count
from channels.optouts import OptOuts
from channels.reply import Reply
from channels.sms.inbound import Arrived
from channels.sms.keywords import Keyword, keyword, picked
from channels.sms.render import render
from channels.sms.settings import SmsSettings

if TYPE_CHECKING:
    from channels.service import Door

# Of the words that opt out, those that a customer may well mean otherwise.
_AMBIGUOUS = frozenset(["CANCEL", "END", "QUIT"])
_HANDLED: dict[str, Keyword] = {"STOP": "stop", "START": "start", "HELP": "help"}
_MEANT_OTHERWISE = " If you meant something else, reply START and say it in more words."


class Reception:
    """Takes verified messages of one channel."""

    def __init__(self, settings: SmsSettings, door: Door, optouts: OptOuts):
        """Bind the parts.

        Args:
            settings: the channel's.
            door: where messages for the assistant go in.
            optouts: who wants no messages.
        """
        self._settings = settings
        self._door = door
        self._optouts = optouts

    async def take(self, arrived: Arrived) -> None:
        """Take a message; it is stored when this returns.

        Args:
            arrived: a genuine one.

        Raises:
            SQLAlchemyError: it could not be stored, and has to be delivered again.
        """
        if not await self._obeyed(arrived):
            await self._hand_on(arrived)

    async def _obeyed(self, arrived: Arrived) -> bool:
        """Obey a keyword, by its own rules; False when the message is not one."""
        word = keyword(arrived.text, self._settings.stop_words, whatsapp=arrived.whatsapp)
        if arrived.handled:
            word = _HANDLED[arrived.handled]
        sid, customer = arrived.message_sid, arrived.customer
        if word is None or arrived.media:
            return False
        repeated = await self._optouts.handled(sid)
        if word == "yes" and not repeated and not (await self._optouts.state(customer)).stopped:
            return False  # an answer, not an opt-in
        if word == "more":
            if repeated:
                self._count(repeated)
            return repeated or await self._more(arrived)
        # Noted before it is answered: from then on nothing else goes out. If the process dies in
        # between, the repeated delivery is answered; the same answer is never stored twice.
        if word == "help":
            await self._optouts.note(sid)
            await self._answer(arrived, self._settings.help_text)
        elif word == "stop":
            farewell = self._farewell(arrived) if self._answers(arrived) else None
            await self._optouts.change(customer, sid, stopped=True, farewell=farewell)
            await self._answer(arrived, farewell or "")
        else:
            await self._optouts.change(customer, sid, stopped=False)
            await self._answer(arrived, self._settings.start_text)
        self._count(repeated)
        return True

    def _count(self, repeated: bool) -> None:
        if repeated:
            count(self._door.name, "duplicate")
        else:
            count(self._door.name, "received")
            count(self._door.name, "answered")

    def _answers(self, arrived: Arrived) -> bool:
        """Whether a keyword is answered here: not if Twilio itself has done so."""
        return self._settings.answers_keywords and not arrived.handled

    def _farewell(self, arrived: Arrived) -> str:
        """The confirmation of an opt-out, as it is sent."""
        said = arrived.text.strip().upper()
        text = self._settings.stop_text + (_MEANT_OTHERWISE if said in _AMBIGUOUS else "")
        parts = render(Reply(text), segments=10, whatsapp=arrived.whatsapp).parts
        return str(parts[0]["body"])

    async def _answer(self, arrived: Arrived, text: str) -> None:
        if text and self._answers(arrived):
            conversation_id = await self._door.begin(arrived.key, arrived.address)
            cause = f"keyword:{arrived.message_sid}"
            await self._door.send(conversation_id, Reply(text, sender="system"), cause)

    async def _more(self, arrived: Arrived) -> bool:
        """Send the next page of a long answer; False when there is none."""
        conversation_id = await self._door.conversation(arrived.key)
        if conversation_id is None or not await self._door.more(conversation_id):
            return False
        await self._optouts.note(arrived.message_sid)
        self._count(repeated=False)
        return True

    async def _hand_on(self, arrived: Arrived) -> None:
        """Hand a message to the assistant: what came with it, then its words."""
        sid = arrived.message_sid
        if arrived.media:
            await self._accept(arrived, f"{sid}.media", unsupported(arrived.media))
        if arrived.text.strip():
            await self._accept(arrived, sid, await self._words(arrived))

    async def _words(self, arrived: Arrived) -> Words | Picked:
        """The words, or the number of the menu that they name."""
        text = arrived.text
        conversation_id = await self._door.conversation(arrived.key)
        if conversation_id is not None and not arrived.media:
            menu = await self._door.menu(conversation_id)
            said = " ".join(text.casefold().split())
            titles = [" ".join(choice.title.casefold().split()) for choice in menu]
            # A title as it stands, before its place: where the choices are numbers themselves,
            # "2" is the choice of that name.
            if titles.count(said) == 1:
                return Picked(titles.index(said) + 1, text)
            if (number := picked(text)) is not None:
                return Picked(number, text)
        return Words(text)

    async def _accept(
        self, arrived: Arrived, message_id: str, said: Words | Picked | Event
    ) -> None:
        await self._door.accept(Incoming(arrived.key, arrived.address, message_id, said))
