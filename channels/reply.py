"""The neutral reply: what the assistant says, in words that no provider owns.

Rasa's messages (a domain's responses, what actions utter, a bot event that the desk posts) are
read here once, into a `Reply`; each channel renders it to what it can show. A reply is made of
plain values, so that it can be stored and sent later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast
from urllib.parse import urlsplit

Sender = Literal["assistant", "agent", "system"]

# What a customer's page or client may safely open. `javascript:` and `data:` would run in the
# page that shows them.
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_IMAGE_SCHEMES = frozenset({"http", "https"})
_SENDERS = frozenset({"assistant", "agent", "system"})


@dataclass(frozen=True)
class Button:
    """A choice, or a link.

    Attributes:
        title: what the customer sees.
        payload: what Rasa gets when it is chosen, such as `/track_order{"order_number": "1"}`;
            empty for a link.
        url: where a link leads; empty for a choice.
    """

    title: str
    payload: str = ""
    url: str = ""


@dataclass(frozen=True)
class Card:
    """One of several things to look at, such as an item of an order.

    Attributes:
        title: its heading.
        subtitle: a line below it.
        image: an http(s) address.
        link: where the whole card leads.
        buttons: what can be done with it.
    """

    title: str
    subtitle: str = ""
    image: str = ""
    link: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Reply:
    """One message to a customer. Empty parts are absent.

    Attributes:
        text: the words; may have several paragraphs.
        buttons: choices and links below them.
        image: an http(s) address.
        link: an address of a file or page.
        cards: things to look at.
        custom: JSON values for clients that understand them.
        sender: who speaks: the assistant, a person of the support team, or the system itself.
        sender_name: the person's name.
        key: whoever may say it again because they do not know whether it arrived gives it the same
            one: the customer gets it once. Empty: it is not said again.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    image: str = ""
    link: str = ""
    cards: tuple[Card, ...] = ()
    custom: Any = None
    sender: Sender = "assistant"
    sender_name: str = ""
    key: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (
            self.text or self.buttons or self.image or self.link or self.cards or self.custom
        )

    @property
    def all_buttons(self) -> tuple[Button, ...]:
        """The buttons, then those of the cards, in the order in which they are shown."""
        return self.buttons + tuple(button for card in self.cards for button in card.buttons)

    @property
    def choices(self) -> tuple[Button, ...]:
        """Those of `all_buttons` that are choices, each once: the order of numbered menus."""
        return tuple(dict.fromkeys(button for button in self.all_buttons if not button.url))

    @classmethod
    def from_rasa(cls, message: Mapping[str, Any]) -> Reply:
        """Read a message as Rasa gives it to `OutputChannel.send_response`.

        Args:
            message: `text`, `buttons`, `quick_replies`, `image`, `attachment`, `elements`,
                `custom`, and `from` (`agent` or `system`), `name` and `message_key` of a
                bot event's metadata.
                Addresses that a client must not open are left out.

        Returns:
            The reply; `is_empty` when the message says nothing.

        Raises:
            Exception: a part is not of the kind that Rasa documents.
        """
        text = str(message.get("text") or "").strip()
        attachment, link = message.get("attachment"), ""
        if attachment and attachment != message.get("image"):
            link = _address(attachment, _LINK_SCHEMES)
            if not link:  # a word to the customer, not an address
                text = f"{text}\n{attachment}".strip()
        replies = [*(message.get("buttons") or ()), *(message.get("quick_replies") or ())]
        said_by = message.get("from")
        return cls(
            text=text,
            buttons=_buttons(replies),
            image=_address(message.get("image"), _IMAGE_SCHEMES),
            link=link,
            cards=tuple(_card(element) for element in message.get("elements") or ()),
            custom=json.loads(json.dumps(message.get("custom") or None, default=str)),
            sender=cast(Sender, said_by) if said_by in _SENDERS else "assistant",
            sender_name=str(message.get("name") or "").strip(),
            key=str(message.get("message_key") or ""),
        )

    def to_json(self) -> str:
        """Return the reply as JSON, for storing."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, stored: str) -> Reply:
        """Return the reply that `to_json` wrote.

        Args:
            stored: the JSON.
        """
        values = json.loads(stored)
        values["buttons"] = tuple(Button(**button) for button in values["buttons"])
        values["cards"] = tuple(
            Card(**{**card, "buttons": tuple(Button(**button) for button in card["buttons"])})
            for card in values["cards"]
        )
        return cls(**values)


def _buttons(buttons: Iterable[Mapping[str, Any]]) -> tuple[Button, ...]:
    shown = []
    for button in buttons:
        title = str(button.get("title") or "").strip()
        if link := _address(button.get("url"), _LINK_SCHEMES):
            shown.append(Button(title or link, url=link))
        elif title:
            shown.append(Button(title, payload=str(button.get("payload") or title)))
    return tuple(shown)


def _card(element: Mapping[str, Any]) -> Card:
    action = element.get("default_action")  # where Rasa's elements keep the card's own link
    return Card(
        title=str(element.get("title") or "").strip(),
        subtitle=str(element.get("subtitle") or "").strip(),
        image=_address(element.get("image_url"), _IMAGE_SCHEMES),
        link=_address(action.get("url"), _LINK_SCHEMES) if isinstance(action, Mapping) else "",
        buttons=_buttons(element.get("buttons") or ()),
    )


def _address(value: Any, schemes: frozenset[str]) -> str:
    """Return an address that a client may open, or an empty string."""
    if isinstance(value, Mapping):  # Rasa's attachments may be {"type": ..., "payload": {...}}
        value = value.get("payload", value).get("src") or value.get("url")
    if not isinstance(value, str):
        return ""
    try:
        scheme = urlsplit(value.strip()).scheme.lower()
    except ValueError:
        return ""
    return value.strip() if scheme in schemes else ""
