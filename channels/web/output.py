"""Replies of the assistant, and of people through Rasa's API, as events of the web channel."""

from __future__ import annotations

from channels.choices import Choice
from channels.output import NeutralOutput
from channels.reply import Reply
from channels.sender import OrderedSender
from channels.web.choices import ChoiceSealer
from channels.web.log import Draft
from channels.web.render import render

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
        rendering = render(
            reply,
            lambda button: self._choices.seal(
                conversation_id, Choice(button.title, button.payload)
            ),
        )
        for content in rendering.parts:
            await self._sender.send(conversation_id, Draft(reply.sender, content, key=reply.key))
