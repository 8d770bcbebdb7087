"""Replies of the assistant, and of people through Rasa's API, as events of the web channel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from channels.choices import Choice
from channels.output import NeutralOutput
from channels.reply import Button, Card, Reply
from channels.sender import OrderedSender
from channels.web.choices import ChoiceSealer
from channels.web.log import Draft

NAME = "web"


class WebOutput(NeutralOutput):
    """Turns each reply into one event."""

    def __init__(self, sender: OrderedSender[Draft], choices: ChoiceSealer):
        """Bind the parts.

        Args:
            sender: logs events in order and wakes the streams.
            choices: seals what buttons stand for.
        """
        self._sender = sender
        self._choices = choices

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, by which Rasa finds it."""
        return NAME

    async def deliver(self, conversation_id: str, reply: Reply) -> None:
        """Log a reply as one event.

        Args:
            conversation_id: whose conversation.
            reply: what is said.
        """
        await self._sender.send(conversation_id, self._draft(conversation_id, reply))

    def _draft(self, conversation_id: str, reply: Reply) -> Draft:
        buttons = self._buttons(conversation_id, reply.buttons)
        content: dict[str, Any] = {"text": reply.text, "buttons": buttons}
        custom = reply.custom
        if reply.cards:
            cards = [self._card(conversation_id, card) for card in reply.cards]
            custom = {**(custom or {}), "cards": cards}
        parts = {"image": reply.image, "link": reply.link, "custom": custom}
        content |= {name: part for name, part in parts.items() if part}
        if reply.sender_name:
            content["name"] = reply.sender_name
        return Draft(reply.sender, content)

    def _buttons(self, conversation_id: str, buttons: Iterable[Button]) -> list[dict[str, str]]:
        return [
            {"title": button.title, "link": button.url}
            if button.url
            else {
                "title": button.title,
                "choice": self._choices.seal(conversation_id, Choice(button.title, button.payload)),
            }
            for button in buttons
        ]

    def _card(self, conversation_id: str, card: Card) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "title": card.title,
            "subtitle": card.subtitle,
            "buttons": self._buttons(conversation_id, card.buttons),
        }
        if card.image:
            shown["image"] = card.image
        if card.link:
            shown["link"] = card.link
        return shown
