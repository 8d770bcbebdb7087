"""Any reply reaches a browser whole, and a pressed button comes back as what it stood for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.choices import Choice
from channels.reply import Button, Card, Reply
from channels.web.choices import ChoiceSealer
from channels.web.log import LoggedEvent
from channels.web.render import render, show
from channels.web.stream import _frame

SEALER = ChoiceSealer("a secret that is only used in this test file")
# Lone surrogates are no text: neither a domain nor Rasa can hold them.
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)
BUTTONS = st.lists(
    st.builds(Button, title=WORDS, payload=WORDS)
    | st.builds(Button, title=WORDS, url=st.sampled_from(["https://shop.example/?a=1&b=2"])),
    max_size=30,
).map(tuple)
IMAGES = st.sampled_from(["", "https://shop.example/a.png"])
CARDS = st.builds(Card, title=WORDS, subtitle=WORDS, image=IMAGES, link=IMAGES, buttons=BUTTONS)
REPLIES = st.builds(
    Reply,
    text=WORDS | st.just("😀\u2028\r\ndata: x\n\n" * 1_000),
    buttons=BUTTONS,
    image=IMAGES,
    link=IMAGES,
    cards=st.lists(CARDS, max_size=4).map(tuple),
    sender_name=WORDS,
)


def streamed(reply: Reply) -> dict[str, Any]:
    """What a browser reads out of the stream of events."""
    (part,) = render(reply, lambda b: SEALER.seal("web-a", Choice(b.title, b.payload))).parts
    kept = json.loads(json.dumps(part))
    event = LoggedEvent(1, "assistant", kept, None, datetime.now(timezone.utc))
    name, data, *rest = _frame("message", event.as_json(), 1).split("\n")[1:]
    assert (name, rest) == ("event: message", ["", ""])
    return json.loads(data.removeprefix("data: "))


def buttons_of(event: dict[str, Any]) -> Iterator[dict[str, str]]:
    yield from event["buttons"]
    for card in event.get("custom", {}).get("cards", []):
        yield from card["buttons"]


@given(REPLIES)
@settings(max_examples=60, deadline=None)
def test_every_word_arrives_and_every_choice_comes_back(reply: Reply) -> None:
    event = streamed(reply)
    assert event["text"] == reply.text
    assert event.get("name", "") == reply.sender_name
    assert (event.get("image", ""), event.get("link", "")) == (reply.image, reply.link)
    cards = event.get("custom", {}).get("cards", [])
    assert [card["title"] for card in cards] == [card.title for card in reply.cards]
    shown = list(buttons_of(event))
    wanted = [*reply.buttons, *(button for card in reply.cards for button in card.buttons)]
    assert [button["title"] for button in shown] == [button.title for button in wanted]
    for button, want in zip(shown, wanted, strict=True):
        if want.url:
            assert button["link"] == want.url
        else:
            assert SEALER.open("web-a", button["choice"]) == Choice(want.title, want.payload)


@given(REPLIES)
@settings(max_examples=30, deadline=None)
def test_a_terminal_shows_every_word(reply: Reply) -> None:
    (part,) = render(reply, lambda _button: "sealed").parts
    shown = show(part)
    for words in (reply.text, reply.link, *(button.title for button in reply.all_buttons)):
        assert words in shown
