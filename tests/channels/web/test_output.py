import json
import logging
from typing import Any

import pytest

from channels.choices import Choice
from channels.sender import OrderedSender
from channels.web.choices import ChoiceSealer
from channels.web.log import Draft
from channels.web.output import WebOutput

SEALER = ChoiceSealer("a secret that is only used in this test file")


@pytest.fixture
def sent() -> list[Draft]:
    return []


@pytest.fixture
def output(sent: list[Draft]) -> WebOutput:
    async def deliver(_conversation: str, draft: Draft) -> None:
        json.dumps(dict(draft.content))
        sent.append(draft)

    return WebOutput(OrderedSender("web", deliver), SEALER)


async def test_a_text_is_one_event_however_long_or_broken_up(output, sent) -> None:
    text = "First part.\n\nSecond part.\n\n" + "word " * 2000
    await output.send_response("c", {"text": text})
    assert sent == [Draft("assistant", {"text": text.strip(), "buttons": []})]


async def test_buttons_carry_sealed_choices(output, sent) -> None:
    buttons = [{"title": "Track", "payload": "/track"}, {"title": "Only a title"}]
    await output.send_text_with_buttons("c", "What next?", buttons)
    await output.send_quick_replies("c", "What next?", buttons)
    for draft in sent:
        shown = draft.content["buttons"]
        assert [set(button) for button in shown] == [{"title", "choice"}] * 2
        assert [SEALER.open("c", button["choice"]) for button in shown] == [
            Choice("Track", "/track"),
            Choice("Only a title", "Only a title"),
        ]
    assert len(sent) == 2


async def test_a_button_may_lead_to_a_page(output, sent) -> None:
    buttons = [{"title": "Shop", "type": "web_url", "url": "https://shop.example"}]
    await output.send_text_with_buttons("c", "Look:", buttons)
    assert sent[0].content["buttons"] == [{"title": "Shop", "link": "https://shop.example"}]


async def test_one_response_with_everything_is_one_event(output, sent) -> None:
    await output.send_response(
        "c",
        {
            "text": "All at once",
            "buttons": [{"title": "A", "payload": "/a"}],
            "quick_replies": [{"title": "B", "payload": "/b"}],
            "image": "https://shop.example/a.png",
            "attachment": "https://shop.example/a.pdf",
            "custom": {"stars": 5},
            "elements": [
                {
                    "title": "Card",
                    "subtitle": "small",
                    "image_url": "https://shop.example/c.png",
                    "buttons": [{"title": "C", "payload": "/c"}],
                }
            ],
            "utter_action": "utter_all",
            "timestamp": 1.5,
        },
    )
    (draft,) = sent
    content = draft.content
    assert [button["title"] for button in content["buttons"]] == ["A", "B"]
    assert content["image"] == "https://shop.example/a.png"
    assert content["link"] == "https://shop.example/a.pdf"
    card = content["custom"]["cards"][0]
    assert content["custom"]["stars"] == 5
    assert (card["title"], card["subtitle"], card["image"]) == (
        "Card",
        "small",
        "https://shop.example/c.png",
    )
    assert SEALER.open("c", card["buttons"][0]["choice"]).payload == "/c"
    assert "utter_action" not in content


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "//shop.example/x",
        "http://[broken",
        {"type": "image"},
        7,
    ],
)
async def test_an_address_that_a_page_must_not_use_is_left_out(output, sent, address) -> None:
    await output.send_response(
        "c",
        {
            "text": "See",
            "image": address,
            "attachment": {"url": address},
            "buttons": [{"title": "Go", "url": address}],
        },
    )
    content = sent[0].content
    assert "image" not in content
    assert "link" not in content
    assert "link" not in content["buttons"][0]


async def test_single_parts_may_be_sent_directly(output, sent) -> None:
    await output.send_text_message("c", "words")
    await output.send_image_url("c", "https://shop.example/a.png")
    await output.send_attachment("c", "https://shop.example/a.pdf")
    await output.send_custom_json("c", {"a": 1})
    await output.send_elements("c", [{"title": "Card"}])
    assert [set(draft.content) - {"buttons", "text"} for draft in sent] == [
        set(),
        {"image"},
        {"link"},
        {"custom"},
        {"custom"},
    ]


async def test_people_and_the_system_may_speak(output, sent) -> None:
    await output.send_response("c", {"text": "Hello", "from": "agent", "name": "Ann"})
    await output.send_response("c", {"text": "Closed", "from": "system"})
    await output.send_response("c", {"text": "I am you", "from": "customer"})
    assert [draft.sender for draft in sent] == ["agent", "system", "assistant"]
    assert sent[0].content["name"] == "Ann"


@pytest.mark.parametrize(
    "nothing", [{}, {"text": ""}, {"text": None}, {"text": " "}, {"custom": {}}]
)
async def test_nothing_to_say_is_no_event(output, sent, nothing) -> None:
    await output.send_response("c", nothing)
    assert sent == []


class Hostile:
    """A value that cannot be turned into text."""

    def __str__(self) -> str:
        raise RuntimeError(" ".join(["private", "words"]))


@pytest.mark.parametrize(
    "message",
    [
        {"text": Hostile()},
        {"text": "x", "buttons": [None]},
        {"text": "x", "buttons": 7},
        {"text": "x", "custom": "not a mapping", "elements": [{"title": "Card"}]},
        {"text": "x", "custom": {"a": Hostile()}},
        {"text": "x", "elements": ["not a card"]},
    ],
)
async def test_what_cannot_be_rendered_is_logged_and_does_not_raise(
    output, sent, caplog, message: dict[str, Any]
) -> None:
    with caplog.at_level(logging.ERROR):
        await output.send_response("c", message)
        await output.send_text_message("c", "still alive")
    assert [draft.content["text"] for draft in sent] == ["still alive"]
    assert "could not be rendered" in caplog.text
    assert "private words" not in caplog.text


async def test_values_json_does_not_know_become_text(output, sent) -> None:
    from datetime import date

    await output.send_custom_json("c", {"day": date(2030, 1, 2)})
    assert sent[0].content["custom"] == {"day": "2030-01-02"}
