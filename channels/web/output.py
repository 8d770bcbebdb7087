"""Replies of the assistant, and of people through Rasa's API, as events of the web channel."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from rasa.core.channels.channel import OutputChannel

from channels.dispatch import describe
from channels.metrics import count
from channels.sender import OrderedSender
from channels.web.choices import Choice, ChoiceSealer
from channels.web.log import Draft

logger = logging.getLogger(__name__)

NAME = "web"
# What a page may safely link to. `javascript:` and `data:` would run in the shop's own page.
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_IMAGE_SCHEMES = frozenset({"http", "https"})
_SENDERS = frozenset({"assistant", "agent", "system"})


class WebOutput(OutputChannel):
    """Turns each response into one event. Never raises: Rasa would forget the turn."""

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

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send one response, whatever it holds, as one event.

        Args:
            recipient_id: the conversation.
            message: Rasa's response; `from` (`agent` or `system`) and `name`, which a bot
                event's metadata may hold, say who speaks.
        """
        try:
            draft = self._draft(recipient_id, message)
        except Exception as problem:
            count(NAME, "failed")
            logger.error("web: a reply could not be rendered.\n%s", describe(problem))
            return
        if draft is not None:
            await self._sender.send(recipient_id, draft)

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

    def _draft(self, conversation_id: str, message: Mapping[str, Any]) -> Draft | None:
        content: dict[str, Any] = {"text": str(message.get("text") or "").strip()}
        replies = [*(message.get("buttons") or ()), *(message.get("quick_replies") or ())]
        content["buttons"] = self._buttons(conversation_id, replies)
        if image := _address(message.get("image"), _IMAGE_SCHEMES):
            content["image"] = image
        attachment = message.get("attachment")
        if attachment and attachment != message.get("image"):
            if link := _address(attachment, _LINK_SCHEMES):
                content["link"] = link
            else:
                content["text"] = f"{content['text']}\n{attachment}".strip()
        custom = message.get("custom")
        if elements := message.get("elements"):
            cards = [self._card(conversation_id, element) for element in elements]
            custom = {**(custom or {}), "cards": cards}
        if custom:
            content["custom"] = json.loads(json.dumps(custom, default=str))
        if not any(content.values()):
            return None
        said_by = message.get("from")
        if message.get("name"):
            content["name"] = str(message["name"])
        return Draft(said_by if said_by in _SENDERS else "assistant", content)

    def _buttons(
        self, conversation_id: str, buttons: Iterable[Mapping[str, Any]]
    ) -> list[dict[str, str]]:
        shown = []
        for button in buttons:
            title = str(button.get("title") or "").strip()
            payload = str(button.get("payload") or title)
            if link := _address(button.get("url"), _LINK_SCHEMES):
                shown.append({"title": title or link, "link": link})
            elif title:
                choice = self._choices.seal(conversation_id, Choice(title, payload))
                shown.append({"title": title, "choice": choice})
        return shown

    def _card(self, conversation_id: str, element: Mapping[str, Any]) -> dict[str, Any]:
        card: dict[str, Any] = {
            "title": str(element.get("title") or ""),
            "subtitle": str(element.get("subtitle") or ""),
            "buttons": self._buttons(conversation_id, element.get("buttons") or ()),
        }
        if image := _address(element.get("image_url"), _IMAGE_SCHEMES):
            card["image"] = image
        return card


def _address(value: Any, schemes: frozenset[str]) -> str | None:
    """Return an address that a page may use, or None."""
    if isinstance(value, Mapping):  # Rasa's attachments may be {"type": ..., "payload": {...}}
        value = value.get("payload", value).get("src") or value.get("url")
    if not isinstance(value, str):
        return None
    try:
        scheme = urlsplit(value.strip()).scheme.lower()
    except ValueError:
        return None
    return value.strip() if scheme in schemes else None
