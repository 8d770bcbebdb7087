"""Replies become Telegram messages within Telegram's limits, and nothing in them is lost."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Message

from channels.provider import Part
from channels.reply import Button, Card, Reply
from channels.telegram.client import _markup as markup
from channels.telegram.markup import plain, units
from channels.telegram.presses import retired
from channels.telegram.render import MAX_TEXT, render, show, without_image
from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_text import MAX_CAPTION, check_keyboard, read_text


def token(button: Button) -> str:
    """A token as short as the store's, and the same for the same button."""
    return hashlib.sha256(f"{button.title}\0{button.payload}".encode()).hexdigest()[:22]


def buttons_of(part: Part) -> list[dict[str, Any]]:
    return [button for row in part["keyboard"] for button in row]


def sent(part: Part) -> dict[str, Any]:
    """A part as Telegram gives it back; fails where Telegram would refuse it."""
    text, entities = read_text(part["text"], "HTML", MAX_CAPTION if part["image"] else MAX_TEXT)
    assert text or part["image"]
    keyboard = markup(part)
    shape = keyboard.to_dict() if keyboard else {}
    check_keyboard(shape)
    words, marks = ("caption", "caption_entities") if part["image"] else ("text", "entities")
    content: dict[str, Any] = {words: text, marks: entities}
    if part["image"]:
        content["photo"] = shapes.photo()["message"]["photo"]
    if shape:
        content["reply_markup"] = shape
    return shapes.content(shapes.BOT, shapes.private(), **content)


def words_of(parts: tuple[Part, ...]) -> str:
    """Everything shown, without white space, which is dropped at cuts."""
    return "".join("".join(show(part) for part in parts).split())


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=120).filter(
    lambda text: text == text.strip() and text.strip() != ""
)
CHOICES = st.builds(Button, title=WORDS, payload=WORDS)
LINKS = st.builds(
    Button,
    title=WORDS,
    url=st.sampled_from(
        ["https://shop.example/1?a=1&b=2", "mailto:help@shop.example", "http://localhost/x"]
    )
    | st.integers(2_000, 2_100).map(lambda length: "https://s.example/" + "x" * length),
)
BUTTONS = (
    st.lists(CHOICES | LINKS, max_size=12) | st.lists(st.just(Button("A", "/a")), max_size=230)
).map(tuple)
IMAGES = st.sampled_from(["", "https://shop.example/a.png", "https://s.example/" + "x" * 3_000])
CARDS = st.builds(
    Card,
    title=WORDS | st.just("<x> " * 1_200),
    subtitle=WORDS | st.just(""),
    image=IMAGES,
    link=st.sampled_from(["", "https://shop.example/item"]),
    buttons=st.lists(CHOICES | LINKS, max_size=4).map(tuple),
)
REPLIES = st.builds(
    Reply,
    text=st.just("")
    | WORDS
    | st.integers(800, 9_000).map(lambda n: "word & < 😀 " * (n // 10))
    | st.just("😀" * 4_000),
    buttons=BUTTONS,
    image=IMAGES,
    link=st.sampled_from(["", "https://shop.example/terms.pdf"]),
    cards=st.lists(CARDS, max_size=4).map(tuple),
    sender_name=st.just("") | WORDS,
)


@given(REPLIES)
@settings(max_examples=80, deadline=None)
def test_telegram_takes_every_rendering_and_every_choice_comes_back(reply: Reply) -> None:
    rendering = render(reply, token)
    pressed = []
    for part in rendering.parts:
        sent(part)
        if part["image"]:
            sent(without_image(part))
        pressed += [button["data"] for button in buttons_of(part) if "data" in button]
    assert pressed == [token(button) for button in reply.all_buttons if not button.url]
    shown = words_of(rendering.parts)
    for text in (reply.text, reply.link, *(card.title for card in reply.cards)):
        assert "".join(text.split()) in shown


@given(REPLIES)
@settings(max_examples=40, deadline=None)
def test_what_was_chosen_is_shown_and_cannot_be_chosen_again(reply: Reply) -> None:
    for part in render(reply, token).parts:
        for choice in [button for button in buttons_of(part) if "data" in button][:1]:
            message = Message.de_json(sent(part), None)
            after = retired(message, choice["text"])
            sent(after)
            links = [button["url"] for button in buttons_of(part) if "url" in button]
            assert [button["url"] for button in buttons_of(after)] == links
            assert plain(after["text"]).endswith(f"\u2713 {choice['text']}")


def test_words_are_shown_as_they_are_written() -> None:
    [part] = render(Reply(text='*a* <b>b</b> & "c"'), token).parts
    assert part == {"text": '*a* &lt;b&gt;b&lt;/b&gt; &amp; "c"', "image": "", "keyboard": []}
    assert show(part) == '*a* <b>b</b> & "c"'


def test_a_message_of_the_largest_size_is_not_cut() -> None:
    [part] = render(Reply(text="x" * 4096), token).parts
    assert units(part["text"]) == 4096
    parts = render(Reply(text="😀" * 2049), token).parts
    assert [units(part["text"]) for part in parts] == [4096, 2]


def test_a_long_answer_is_cut_at_sentences_and_buttons_come_last() -> None:
    text = "This is one sentence of the answer. " * 300
    parts = render(Reply(text=text, buttons=(Button("Good", "/good"),)), token).parts
    assert len(parts) == 3
    assert all(part["text"].endswith(".") for part in parts)
    assert [bool(part["keyboard"]) for part in parts] == [False, False, True]


def test_short_titles_stand_side_by_side_and_long_ones_below_each_other() -> None:
    titles = ["Yes", "No", "Track an order", "Reset my password", "1", "2", "3", "4"]
    reply = Reply(text="?", buttons=tuple(Button(title, f"/{title}") for title in titles))
    [part] = render(reply, token).parts
    assert [[button["text"] for button in row] for row in part["keyboard"]] == [
        ["Yes", "No", "Track an order"],
        ["Reset my password", "1", "2"],
        ["3", "4"],
    ]


def test_a_long_title_is_cut_and_reported() -> None:
    rendering = render(Reply(text="?", buttons=(Button("x" * 100, "/x"),)), token)
    [button] = buttons_of(rendering.parts[0])
    assert button["text"] == "x" * 63 + "\u2026"
    assert "cut after 64" in rendering.cut[0]


def test_buttons_alone_get_something_to_stand_below() -> None:
    [part] = render(Reply(buttons=(Button("Yes", "/yes"),)), token).parts
    assert part["text"] == "\u2193"
    message = Message.de_json(sent(part), None)
    assert retired(message, "Yes")["text"] == "\u2713 Yes"


def test_addresses_that_no_button_can_open_are_written() -> None:
    links = (
        Button("Terms", url="https://shop.example"),
        Button("Mail", url="mailto:a@b.example"),
        Button("Here", url="http://localhost:8090/x"),
    )
    [part] = render(Reply(text="Read:", buttons=links), token).parts
    assert [button["url"] for button in buttons_of(part)] == ["https://shop.example"]
    assert plain(part["text"]) == "Read:\nMail: mailto:a@b.example\nHere: http://localhost:8090/x"


def test_a_picture_has_its_words_below_it_if_they_fit() -> None:
    image = "https://shop.example/a.png"
    [part] = render(Reply(text="Look", image=image), token).parts
    assert (part["text"], part["image"]) == ("Look", image)
    words, picture = render(Reply(text="Look " * 300, image=image), token).parts
    assert (words["image"], picture["text"]) == ("", "")
    assert without_image(part) == {**part, "text": f"Look\n{image}", "image": ""}


@pytest.mark.parametrize("custom", [{"survey": 5}, [1]])
def test_custom_parts_are_reported_as_not_shown(custom: object) -> None:
    rendering = render(Reply(custom=custom), token)
    assert rendering.parts == ()
    assert "custom" in rendering.cut[0]


def test_a_card_has_a_bold_title_and_its_own_buttons() -> None:
    card = Card("Kettle & lid", "1 l", buttons=(Button("Return", "/return"),))
    [part] = render(Reply(cards=(card,)), token).parts
    assert part["text"] == "<b>Kettle &amp; lid</b>\n1 l"
    assert [button["text"] for button in buttons_of(part)] == ["Return"]


def test_a_person_speaks_under_their_name() -> None:
    [part] = render(Reply(text="Hi", sender="agent", sender_name="Maya <b>"), token).parts
    assert part["text"] == "<b>Maya &lt;b&gt;:</b>\nHi"
