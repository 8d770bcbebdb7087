"""Rasa's output channel, with its many ways to send joined into one: `deliver` a `Reply`."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

from rasa.core.channels.channel import OutputChannel

from channels.metrics import count
from channels.reply import Reply
from channels.workers import describe

logger = logging.getLogger(__name__)


class NeutralOutput(OutputChannel):
    """Reads each of Rasa's messages into one reply. Never raises: Rasa would forget the turn."""

    @abstractmethod
    async def deliver(self, conversation_id: str, reply: Reply) -> None:
        """Take a reply for a customer. Must not raise.

        Args:
            conversation_id: to whom.
            reply: what; never empty.
        """

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send one response, whatever it holds, as one reply.

        Args:
            recipient_id: the conversation.
            message: Rasa's response; `from` (`agent` or `system`) and `name`, which a bot
                event's metadata may hold, say who speaks; with the same `message_key` again, it
                reaches the customer once.
        """
        try:
            reply = Reply.from_rasa(message)
            if not reply.is_empty:
                await self.deliver(recipient_id, reply)
        except Exception as problem:
            count(self.name(), "failed")
            logger.error("%s: a reply could not be rendered.\n%s", self.name(), describe(problem))

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Send a text.

        Args:
            recipient_id: the conversation.
            text: the text, in one piece.
            kwargs: further parts of a response.
        """
        await self.send_response(recipient_id, {**kwargs, "text": text})

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        """Send a text with buttons.

        Args:
            recipient_id: the conversation.
            text: the text.
            buttons: each with `title`, and `payload` or `url`.
            kwargs: further parts of a response.
        """
        await self.send_response(recipient_id, {**kwargs, "text": text, "buttons": buttons})

    async def send_quick_replies(
        self, recipient_id: str, text: str, quick_replies: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        """Send a text with quick replies, which are buttons here.

        Args:
            recipient_id: the conversation.
            text: the text.
            quick_replies: each with `title` and `payload`.
            kwargs: further parts of a response.
        """
        await self.send_text_with_buttons(recipient_id, text, quick_replies, **kwargs)

    async def send_image_url(self, recipient_id: str, image: str, **kwargs: Any) -> None:
        """Send an image.

        Args:
            recipient_id: the conversation.
            image: its http(s) address.
            kwargs: further parts of a response.
        """
        await self.send_response(recipient_id, {**kwargs, "image": image})

    async def send_attachment(self, recipient_id: str, attachment: str, **kwargs: Any) -> None:
        """Send a link.

        Args:
            recipient_id: the conversation.
            attachment: its address.
            kwargs: further parts of a response.
        """
        await self.send_response(recipient_id, {**kwargs, "attachment": attachment})

    async def send_elements(
        self, recipient_id: str, elements: Iterable[dict[str, Any]], **kwargs: Any
    ) -> None:
        """Send cards.

        Args:
            recipient_id: the conversation.
            elements: each with `title`, and any of `subtitle`, `image_url`, `buttons`.
            kwargs: further parts of a response.
        """
        await self.send_response(recipient_id, {**kwargs, "elements": list(elements)})

    async def send_custom_json(
        self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any
    ) -> None:
        """Send a custom part.

        Args:
            recipient_id: the conversation.
            json_message: JSON values that the client understands.
            kwargs: further parts of a response.
        """
        await self.send_response(recipient_id, {**kwargs, "custom": json_message})
