"""The neutral reply: Rasa's messages are read, stored and read again."""

import pytest

from channels.output import NeutralOutput
from channels.reply import Button, Card, Reply

EVERYTHING = {
    "text": "  All at once ",
    "buttons": [{"title": "A", "payload": "/a"}, {"title": "Only a title"}],
    "quick_replies": [{"title": "B", "payload": "/b"}],
    "image": "https://shop.example/a.png",
    "attachment": {"type": "file", "payload": {"src": "https://shop.example/a.pdf"}},
    "custom": {"stars": 5},
    "elements": [
        {
            "title": "Card",
            "subtitle": "small",
            "image_url": "https://shop.example/c.png",
            "default_action": {"type": "web_url", "url": "https://shop.example/c"},
            "buttons": [{"title": "C", "payload": "/c"}],
        }
    ],
    "from": "agent",
    "name": "Ann",
    "utter_action": "utter_all",
}
REPLY = Reply(
    text="All at once",
    buttons=(Button("A", "/a"), Button("Only a title", "Only a title"), Button("B", "/b")),
    image="https://shop.example/a.png",
    link="https://shop.example/a.pdf",
    cards=(
        Card(
            "Card",
            "small",
            "https://shop.example/c.png",
            "https://shop.example/c",
            (Button("C", "/c"),),
        ),
    ),
    custom={"stars": 5},
    sender="agent",
    sender_name="Ann",
)


def test_every_part_of_a_message_is_read() -> None:
    assert Reply.from_rasa(EVERYTHING) == REPLY
    assert [button.title for button in REPLY.all_buttons] == ["A", "Only a title", "B", "C"]


def test_a_stored_reply_comes_back_equal() -> None:
    assert Reply.from_json(REPLY.to_json()) == REPLY
    assert Reply.from_json(Reply("Hi").to_json()) == Reply("Hi")


def test_a_button_is_a_link_or_a_choice() -> None:
    reply = Reply.from_rasa(
        {
            "buttons": [
                {"title": "Shop", "url": "https://shop.example"},
                {"url": "https://shop.example"},
                {"title": "Odd", "url": "javascript:alert(1)", "payload": "/odd"},
                {"payload": "/nothing_to_see"},
            ]
        }
    )
    assert reply.buttons == (
        Button("Shop", url="https://shop.example"),
        Button("https://shop.example", url="https://shop.example"),
        Button("Odd", payload="/odd"),
    )


def test_an_attachment_that_is_no_address_is_said() -> None:
    assert Reply.from_rasa({"text": "See", "attachment": "page 4"}) == Reply("See\npage 4")


def test_an_attachment_that_repeats_the_image_is_left_out() -> None:
    image = "https://shop.example/a.png"
    assert Reply.from_rasa({"image": image, "attachment": image}) == Reply(image=image)


@pytest.mark.parametrize("nothing", [{}, {"text": " "}, {"custom": {}}, {"from": "agent"}])
def test_nothing_is_empty(nothing: dict) -> None:
    assert Reply.from_rasa(nothing).is_empty


async def test_every_way_of_rasa_to_send_ends_in_deliver() -> None:
    class Output(NeutralOutput):
        def __init__(self) -> None:
            self.got: list[tuple[str, Reply]] = []

        async def deliver(self, conversation_id: str, reply: Reply) -> None:
            self.got.append((conversation_id, reply))

    output = Output()
    await output.send_response("c", dict(EVERYTHING))
    await output.send_text_message("c", "words")
    await output.send_text_with_buttons("c", "words", [{"title": "A", "payload": "/a"}])
    await output.send_quick_replies("c", "words", [{"title": "A", "payload": "/a"}])
    await output.send_image_url("c", "https://shop.example/a.png")
    await output.send_attachment("c", "https://shop.example/a.pdf")
    await output.send_elements("c", [{"title": "Card"}])
    await output.send_custom_json("c", {"a": 1})
    await output.send_response("c", {})
    with_button = Reply("words", (Button("A", "/a"),))
    assert output.got == [
        ("c", reply)
        for reply in (
            REPLY,
            Reply("words"),
            with_button,
            with_button,
            Reply(image="https://shop.example/a.png"),
            Reply(link="https://shop.example/a.pdf"),
            Reply(cards=(Card("Card"),)),
            Reply(custom={"a": 1}),
        )
    ]


async def test_a_delivery_that_raises_does_not_reach_rasa(caplog) -> None:
    class Broken(NeutralOutput):
        async def deliver(self, conversation_id: str, reply: Reply) -> None:
            raise RuntimeError(" ".join(["private", "words"]))

    await Broken().send_text_message("c", "hello")
    assert "could not be rendered" in caplog.text
    assert "private words" not in caplog.text
