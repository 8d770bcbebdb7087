"""Where a message may be cut into wishes, and what sounds like a request."""

import pytest

from components.clauses import clauses, is_request


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("cancel 10023 and where is 10031?", ["cancel 10023", "where is 10031"]),
        ("track 10023, cancel 10031", ["track 10023", "cancel 10031"]),
        ("where is 10023? also I forgot my password", ["where is 10023", "I forgot my password"]),
        (
            "Please cancel 10023. Also, I need an invoice",
            ["Please cancel 10023", "I need an invoice"],
        ),
        ("reset it\nthen track my order", ["reset it", "then track my order"]),
    ],
)
def test_a_message_is_cut(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "where is my order",
        "salt and pepper mugs",
        "it cost 12.50 in total",
        "write to anna.berg@example.com please",
        "thanks!",
        "one two. three four. five six. seven eight. nine ten.",
        "a story and more of it " * 40,
        "?!?!?!",
        "\u0000 \u0000",
    ],
)
def test_a_message_is_left_whole(text: str) -> None:
    assert clauses(text) == []


@pytest.mark.parametrize("text", ["where is 10031", "I'd like a refund", "and can you track it"])
def test_a_request(text: str) -> None:
    assert is_request(text)


@pytest.mark.parametrize("text", ["it arrived broken", "the lamp is blue", "my dog ate it"])
def test_the_story_around_it(text: str) -> None:
    assert not is_request(text)
