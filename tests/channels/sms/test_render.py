"""Replies as text messages: whatever is said, it fits, nothing is missing and numbers count."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.reply import Button, Card, Reply
from channels.sms.render import MORE, render, show
from channels.sms.segments import count_segments, plain

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=1500)
TITLES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=90
)
BUTTONS = st.lists(
    st.one_of(
        st.builds(Button, TITLES, payload=st.just("/x")),
        st.builds(Button, TITLES, url=st.just("https://shop.example/x")),
    ),
    max_size=12,
).map(tuple)
REPLIES = st.builds(
    Reply,
    text=WORDS,
    buttons=BUTTONS,
    image=st.sampled_from(["", "https://shop.example/a.png"]),
    link=st.sampled_from(["", "https://shop.example/label.pdf"]),
    cards=st.lists(st.builds(Card, TITLES, buttons=BUTTONS), max_size=3).map(tuple),
)
SEGMENTS = st.integers(1, 5)
MENU = (
    Button("Track an order", "/track_order"),
    Button("Our shop", url="https://shop.example"),
    Button("Talk to a person", "/talk_to_person"),
)


def bodies(reply: Reply, **options: object) -> list[str]:
    rendering = render(reply, **options)  # type: ignore[arg-type]
    return [part["body"] for part in (*rendering.parts, *rendering.held)]


def test_a_menu_is_numbered_and_links_are_not() -> None:
    (body,) = bodies(Reply("What is it about?", MENU))
    assert body == (
        "What is it about?\nOur shop: https://shop.example\n"
        "Reply with a number:\n1 Track an order\n2 Talk to a person"
    )


def test_a_single_choice_takes_one_line() -> None:
    assert bodies(Reply("Sorry.", (Button("Talk to a person", "/p"),))) == [
        "Sorry.\nReply 1 Talk to a person"
    ]


def test_cards_become_lines_and_their_choices_say_what_they_are_about() -> None:
    card = Card("Blue mug", "2 for 18.00", link="https://shop.example/mug")
    cards = (
        Card(**{**card.__dict__, "buttons": (Button("Return it", "/r1"),)}),
        Card("Red mug", buttons=(Button("Return it", "/r2"), Button("See", url="https://a.bc"))),
    )
    reply = Reply("Your order:", cards=cards)
    assert bodies(reply) == [
        "Your order:\nBlue mug\n2 for 18.00\nhttps://shop.example/mug\nRed mug\nSee: https://a.bc\n"
        "Reply with a number:\n1 Return it (Blue mug)\n2 Return it (Red mug)"
    ]
    assert [button.payload for button in reply.choices] == ["/r1", "/r2"]


def test_a_person_is_named() -> None:
    assert bodies(Reply("Hello!", sender="agent", sender_name="Ann")) == ["Ann: Hello!"]


def test_an_image_is_an_address_or_a_picture() -> None:
    reply = Reply("Here it is.", image="https://shop.example/a.png")
    assert bodies(reply) == ["Here it is.\nhttps://shop.example/a.png"]
    for options in ({"mms": True}, {"whatsapp": True}):
        (part,) = render(reply, **options).parts
        assert part == {"body": "Here it is.", "media": ["https://shop.example/a.png"]}
        assert show(part) == "[image] https://shop.example/a.png\nHere it is."


def test_an_image_alone_needs_no_words() -> None:
    (part,) = render(Reply(image="https://shop.example/a.png"), mms=True).parts
    assert part["body"] == ""


def test_no_message_holds_more_images_than_it_may() -> None:
    images = [f"https://shop.example/{i}.png" for i in range(12)]
    reply = Reply("These:", cards=tuple(Card("", image=image) for image in images))
    for options, most in (({"mms": True}, 10), ({"whatsapp": True}, 1)):
        rendering = render(reply, **options)
        assert not rendering.held
        assert [image for part in rendering.parts for image in part["media"]] == images
        assert max(len(part["media"]) for part in rendering.parts) == most
        assert [part["body"] for part in rendering.parts if part["body"]] == ["These:"]


def test_a_text_too_long_for_a_caption_follows_the_picture() -> None:
    reply = Reply("word " * 250, image="https://shop.example/a.png")
    picture, text = render(reply, whatsapp=True).parts
    assert picture == {"body": "", "media": ["https://shop.example/a.png"]}
    assert text == {"body": ("word " * 250).strip()}


def test_pictures_go_at_once_and_only_text_waits() -> None:
    reply = Reply("This is a sentence. " * 40, image="https://shop.example/a.png")
    rendering = render(reply, mms=True, segments=2)
    assert [part.get("media") for part in rendering.parts] == [["https://shop.example/a.png"]]
    assert rendering.parts[0]["body"].endswith(MORE)
    assert rendering.held
    assert all("media" not in part for part in rendering.held)


def test_a_long_answer_is_cut_at_a_sentence_and_the_rest_is_held() -> None:
    text = " ".join(f"This is sentence number {n} of the answer." for n in range(1, 21))
    rendering = render(Reply(text, MENU), segments=2)
    first, *later = [part["body"] for part in (*rendering.parts, *rendering.held)]
    assert len(rendering.parts) == 1
    assert first.endswith(f"{MORE}\nReply with a number:\n1 Track an order\n2 Talk to a person")
    assert all(body.endswith("answer.\n" + MORE) for body in later[:-1])
    assert later[-1].endswith("Our shop: https://shop.example")
    assert re.findall(r"number (\d+)", " ".join([first, *later])) == [str(n) for n in range(1, 21)]
    assert any("MORE" in cut for cut in rendering.cut)


def test_whatsapp_sends_all_at_once_and_without_a_footer() -> None:
    text = " ".join(f"This is sentence number {n} of the answer." for n in range(1, 81))
    rendering = render(Reply(text, MENU), whatsapp=True)
    assert not rendering.held
    assert len(rendering.parts) == 3
    assert all(len(part["body"]) <= 1600 and MORE not in part["body"] for part in rendering.parts)
    assert rendering.cost == "3 WhatsApp messages"


def test_a_menu_that_leaves_no_room_follows_the_text() -> None:
    many = tuple(Button(f"Order {n}, a thing with a rather long name", "/x") for n in range(1, 16))
    pages = bodies(Reply("Which order do you mean?", many), segments=2)
    numbers = [int(n) for page in pages for n in re.findall(r"^(\d+) Order", page, re.M)]
    assert numbers == list(range(1, 16))


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("Hello!", "1 segment (GSM-7)"),
        ("x" * 161, "2 segments (GSM-7)"),
        ("Привет", "1 segment (UCS-2)"),
        ("Hello there. " * 40, "4 segments (GSM-7), of which 3 at once"),
    ],
)
def test_what_it_costs(text: str, cost: str) -> None:
    assert render(Reply(text)).cost == cost


def test_custom_parts_are_named_as_left_out() -> None:
    rendering = render(Reply(custom={"kind": "survey"}))
    assert (rendering.parts, rendering.cut) == ((), ("custom parts are not shown",))


@settings(deadline=None)  # the machine may be busy
@given(REPLIES, SEGMENTS, st.booleans())
def test_every_message_is_within_the_limits(reply: Reply, segments: int, mms: bool) -> None:
    for body in bodies(reply, segments=segments, mms=mms):
        assert len(body.encode("utf-16-le")) // 2 <= 1600
        assert count_segments(body).count <= segments


@settings(deadline=None)  # the machine may be busy
@given(REPLIES)
def test_every_whatsapp_message_is_within_the_limit(reply: Reply) -> None:
    for body in bodies(reply, whatsapp=True):
        assert len(body.encode("utf-16-le")) // 2 <= 1600


@settings(deadline=None)  # the machine may be busy
@given(REPLIES, SEGMENTS)
def test_every_word_arrives(reply: Reply, segments: int) -> None:
    pages = "".join(bodies(reply, segments=segments)).replace(MORE, "")
    assert without_spaces(plain(reply.text)) in without_spaces(plain(pages)) or not reply.text


SIMPLE = st.text("abcdef ", min_size=1, max_size=40).map(lambda t: " ".join(t.split()) or "a")
CHOICES = st.lists(
    st.builds(Button, SIMPLE, payload=st.sampled_from(["/x", "/y"]))
    | st.builds(Button, SIMPLE, url=st.just("https://shop.example/x")),
    max_size=12,
).map(tuple)


@settings(deadline=None)  # the machine may be busy
@given(CHOICES, CHOICES, CHOICES, SEGMENTS, st.booleans())
def test_every_number_is_that_of_its_choice(
    below: tuple[Button, ...],
    first: tuple[Button, ...],
    second: tuple[Button, ...],
    segments: int,
    whatsapp: bool,
) -> None:
    """The customer's "3" is read as the third of `Reply.choices`."""
    reply = Reply("Well?", below, cards=(Card("", buttons=first), Card("", buttons=second)))
    lines = "\n".join(bodies(reply, segments=segments, whatsapp=whatsapp)).split("\n")
    shown = [line.removeprefix("Reply ") for line in lines]
    for number, button in enumerate(reply.choices, 1):
        assert f"{number} {button.title}" in shown


def test_equal_choices_are_one() -> None:
    same = Button("Talk to a person", "/talk_to_person")
    cards = (Card("Blue mug", buttons=(same,)), Card("Red mug", buttons=(same,)))
    reply = Reply("Hm.", (same, Button("Go on", "/affirm")), cards=cards)
    assert bodies(reply)[0].endswith("Reply with a number:\n1 Talk to a person\n2 Go on")
    assert len(reply.choices) == 2


def without_spaces(text: str) -> str:
    return "".join(text.split())
