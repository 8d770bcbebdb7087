"""Replies become Slack messages within Slack's limits, and nothing in them is lost."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.provider import Part
from channels.reply import Button, Card, Reply
from channels.slack.mrkdwn import unescape
from channels.slack.render import MAX_TEXT, named, render, retired, show, without_images
from tests.providers.slack_blocks import MAX_TEXT as SLACK_MAX_TEXT
from tests.providers.slack_blocks import problem_with


def token(button: Button) -> str:
    """A token as short as the store's, and the same for the same button."""
    return hashlib.sha256(f"{button.title}\0{button.payload}".encode()).hexdigest()[:22]


def buttons_of(part: Part) -> list[dict[str, Any]]:
    blocks = [block for block in part.get("blocks", ()) if block["type"] == "actions"]
    return [element for block in blocks for element in block["elements"]]


def words_of(parts: tuple[Part, ...]) -> str:
    """Everything shown, without white space (dropped at cuts) and the name before each part."""
    nameless = ({**part, "name": ""} for part in parts)
    return "".join("".join(show(part) for part in nameless).split())


def assert_slack_takes(part: Part) -> None:
    assert part["text"]
    assert len(part["text"]) <= SLACK_MAX_TEXT
    assert problem_with(part.get("blocks", ())) is None


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=120).filter(
    lambda text: text == text.strip() and text.strip() != ""
)
CHOICES = st.builds(Button, title=WORDS, payload=WORDS)
LINKS = st.builds(
    Button,
    title=WORDS,
    url=st.sampled_from(["https://shop.example/10023", "mailto:help@shop.example", "tel:+4420"])
    | st.integers(2_950, 3_050).map(lambda length: "https://s.example/" + "x" * length),
)
BUTTONS = st.lists(CHOICES | LINKS, max_size=60).map(tuple)
IMAGES = st.sampled_from(["", "https://shop.example/a.png", "https://s.example/" + "x" * 3_000])
CARDS = st.builds(
    Card,
    title=WORDS | st.just("x " * 2_000),
    subtitle=WORDS | st.just(""),
    image=IMAGES,
    link=st.sampled_from(["", "https://shop.example/item"]),
    buttons=st.lists(CHOICES | LINKS, max_size=4).map(tuple),
)
REPLIES = st.builds(
    Reply,
    text=st.just("") | WORDS | st.integers(2_990, 7_000).map(lambda n: "word and & < " * (n // 13)),
    buttons=BUTTONS,
    image=IMAGES,
    link=st.sampled_from(["", "https://shop.example/terms.pdf"]),
    cards=st.lists(CARDS, max_size=15).map(tuple),
    sender_name=st.just("") | WORDS,
)


@given(REPLIES)
@settings(max_examples=60, deadline=None)
def test_slack_takes_every_rendering_and_every_choice_comes_back(reply: Reply) -> None:
    rendering = render(reply, token)
    pressed = []
    for part in rendering.parts:
        assert_slack_takes(part)
        assert_slack_takes(named({"name": "Maya", **part}))
        pressed += [b["value"] for b in buttons_of(part) if "value" in b]
    choices = [button for button in reply.all_buttons if not button.url]
    assert pressed == [token(button) for button in choices]
    shown = words_of(rendering.parts)
    for text in (reply.text, reply.link, *(card.title for card in reply.cards)):
        assert "".join(text.split()) in shown


@given(REPLIES)
@settings(max_examples=25, deadline=None)
def test_what_was_chosen_is_shown_and_cannot_be_chosen_again(reply: Reply) -> None:
    for part in render(reply, token).parts:
        after = retired(part, "Order 10023", "U0ANNABERG1")
        assert_slack_takes(after)
        assert all("value" not in button for button in buttons_of(after))
        links = [b["url"] for b in buttons_of(part) if "url" in b]
        assert [b["url"] for b in buttons_of(after)] == links
        assert "\u2713 Order 10023" in show(after)


def test_words_only_are_a_plain_message() -> None:
    [part] = render(Reply(text="*Bold* <!channel> & _co_"), token).parts
    assert part == {"text": "*Bold* &lt;!channel&gt; &amp; _co_", "mrkdwn": False}
    assert show(part) == "*Bold* <!channel> & _co_"


def test_words_beside_buttons_are_never_interpreted() -> None:
    reply = Reply(text="*Which* one? <!here>", buttons=(Button("10023", "/a"),))
    [part] = render(reply, token).parts
    said, choice = part["blocks"]
    assert said["type"] == "rich_text"
    [element] = said["elements"][0]["elements"]
    assert element == {"type": "text", "text": "*Which* one? <!here>"}
    assert choice["elements"][0]["action_id"] == "choice:1"
    assert part["text"] == "*Which* one? &lt;!here&gt;"


def test_addresses_beside_buttons_can_be_opened() -> None:
    reply = Reply(text="See https://shop.example/a. Done?", buttons=(Button("Yes", "/yes"),))
    section = render(reply, token).parts[0]["blocks"][0]["elements"][0]
    assert section["elements"] == [
        {"type": "text", "text": "See "},
        {"type": "link", "url": "https://shop.example/a"},
        {"type": "text", "text": ". Done?"},
    ]


def test_a_long_answer_is_cut_at_sentences_and_buttons_come_last() -> None:
    text = "This is one sentence of the answer. " * 200
    reply = Reply(text=text.strip(), buttons=(Button("Good", "/good"),))
    parts = render(reply, token).parts
    assert len(parts) == 3
    assert all(unescape(part["text"]).endswith(".") for part in parts)
    assert all(len(part["text"]) <= MAX_TEXT for part in parts)
    assert [bool(buttons_of(part)) for part in parts] == [False, False, True]


def test_a_title_over_the_limit_is_cut_and_the_designer_told() -> None:
    rendering = render(Reply(text="?", buttons=(Button("x" * 80, "/x"),)), token)
    [button] = buttons_of(rendering.parts[0])
    assert button["text"]["text"] == "x" * 74 + "\u2026"
    assert "75" in rendering.cut[0]


def test_links_are_buttons_and_other_addresses_are_written() -> None:
    web, mail = (
        Button("Terms", url="https://shop.example"),
        Button("Mail", url="mailto:a@b.example"),
    )
    [part] = render(Reply(text="Read:", buttons=(web, mail)), token).parts
    [button] = buttons_of(part)
    assert (button["url"], button["action_id"]) == ("https://shop.example", "link:1")
    assert "value" not in button
    assert "Mail: mailto:a@b.example" in show(part)


def test_an_image_slack_cannot_fetch_is_sent_as_an_address() -> None:
    reply = Reply(text="Look", image="https://shop.example/a.png")
    [part] = render(reply, token).parts
    assert part["blocks"][1]["alt_text"] == "Look"
    plain = without_images(part)
    assert plain is not None
    assert_slack_takes(plain)
    assert "https://shop.example/a.png" in show(plain)
    assert without_images(plain) is None


def test_an_image_that_slack_annotated_can_be_sent_back() -> None:
    [part] = render(
        Reply(image="https://s.example/a.png", buttons=(Button("A", "/a"),)), token
    ).parts
    part["blocks"][0]["image_width"] = 100
    assert_slack_takes(retired(part, "A", None))


@pytest.mark.parametrize("custom", [{"survey": 5}, [1]])
def test_custom_parts_are_reported_as_not_shown(custom: object) -> None:
    rendering = render(Reply(custom=custom), token)
    assert rendering.parts == ()
    assert "custom" in rendering.cut[0]


def test_a_person_speaks_under_their_name() -> None:
    [part] = render(Reply(text="Hi", sender="agent", sender_name="Maya <b>"), token).parts
    assert part["name"] == "Maya <b>"
    assert show(part) == "Maya <b>: Hi"
    assert named(part) == {"text": "Maya &lt;b&gt;: Hi", "mrkdwn": False}
