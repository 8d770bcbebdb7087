"""Reading numbers, addresses and codes out of what people type."""

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions import reading
from actions.reading import Message
from privacy import mask_secrets

SECRET = "a-seal-secret-for-tests-only-0123456789"


def message(text: str, **entities: str) -> Message:
    return Message(text, "", {name: [value] for name, value in entities.items()}, {})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10023", "10023"),
        ("#10023", "10023"),
        ("order no 10023", "10023"),
        ("10,023", "10023"),
        ("10 023", "10023"),
        ("1 0 0 2 3", "10023"),
        ("my order is 10023.", "10023"),
        ("FD-10023", "10023"),
        ("where's 10023, please", "10023"),
        ("not 10023 but 10031", "10031"),
        ("12345678", "12345678"),
        ("", None),
        ("no number here", None),
        ("1002", None),
        ("123456789", None),
        ("call me on +44 20 7946 0000", None),
        ("anna10023@example.com", None),
        ("9 or 10 days", None),
        ("\u0000 💥 <b>", None),
    ],
)
def test_order_number(text: str, number: str | None) -> None:
    assert reading.order_number(message(text)) == number


def test_an_entity_wins_over_the_text() -> None:
    assert reading.order_number(message("that one", order_number="10 031")) == "10031"
    assert reading.order_number(message("10023", order_number="12")) == "10023"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Anna.Berg@Example.com", "anna.berg@example.com"),
        ("it's anna@example.com.", "anna@example.com"),
        ("old@example.com, no: new@example.com", "new@example.com"),
        ("mail me at a+b@mail.example.co.uk thanks", "a+b@mail.example.co.uk"),
        ("anna.berg at example dot com", "anna.berg@example.com"),
        ("it is anna (at) example (dot) co (dot) uk", "anna@example.co.uk"),
        ("anna @ example.com", "anna@example.com"),
        ("look at that over there", None),
        ("I am at home", None),
        ("anna at example", None),
        ("anna@example", None),
        ("@example.com", None),
        ("", None),
    ],
)
def test_email(text: str, address: str | None) -> None:
    assert reading.email(message(text)) == address


@pytest.mark.parametrize(
    ("text", "asked", "code"),
    [
        ("SW1A 1AA", True, "SW1A 1AA"),
        ("my postcode is sw1a 1aa", True, "SW1A 1AA"),
        ("94110", True, "94110"),
        ("zip: 94110", True, "94110"),
        ("1234 AB", True, "1234 AB"),
        ("K1A-0B1", True, "K1A-0B1"),
        ("94110-1234", True, "94110-1234"),
        ("and 10031", True, None),
        ("order 10031", True, None),
        ("94110", False, None),
        ("I don't know it", True, None),
        ("hello", True, None),
        ("", True, None),
    ],
)
def test_postcode(text: str, asked: bool, code: str | None) -> None:
    assert reading.postcode(message(text), asked=asked) == code


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("anna@example.com", "anna@example.com"),
        ("+44 20 7946 0018", "+44 20 7946 0018"),
        ("you can call (415) 555-2671", "+1 415-555-2671"),
        ("my phone is 0171-2345678", "0171-2345678"),
        ("no", None),
        ("12", None),
        ("tomorrow at 9", None),
    ],
)
def test_contact(text: str, contact: str | None) -> None:
    assert reading.contact(message(text)) == contact


@pytest.mark.parametrize(
    ("text", "correction"),
    [("no, 10032 I meant", True), ("order 10031", True), ("#10031", True), ("94110", False)],
)
def test_correction(text: str, correction: bool) -> None:
    assert reading.is_correction(message(text)) is correction


def sealed(text: str, secret: str = SECRET) -> Message:
    masked = mask_secrets(text, secret)
    return Message(masked.text, "", {}, {"sealed_code": masked.sealed_code})


def test_a_sealed_code_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_SEAL_SECRET", SECRET)
    assert reading.one_time_code(sealed("123 456")) == "123456"
    # six digits alone may be an order number of another shop
    assert reading.order_number(sealed("123456"), asked=True) == "123456"
    assert reading.order_number(sealed("123456")) is None
    assert reading.postcode(sealed("110001"), asked=True) == "110001"


@pytest.mark.parametrize("other", ["another-seal-secret-that-is-long-enough", "", None])
def test_a_code_that_cannot_be_opened_is_none(
    other: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if other is None:
        monkeypatch.delenv("FRONTDESK_SEAL_SECRET", raising=False)
    else:
        monkeypatch.setenv("FRONTDESK_SEAL_SECRET", other)
    assert reading.one_time_code(sealed("123456")) is None
    assert reading.one_time_code(Message("", "", {}, {"sealed_code": "garbage"})) is None
    assert reading.one_time_code(message("123456")) is None


def tracker(latest: dict[str, Any] | None) -> Tracker:
    return Tracker("c", {}, latest, [], False, None, {}, "action_listen")


@pytest.mark.parametrize(
    "latest",
    [None, {}, {"text": None, "intent": None, "entities": None, "metadata": None}],
)
def test_an_empty_message_is_read_as_nothing(latest: dict[str, Any] | None) -> None:
    assert Message.latest(tracker(latest)) == Message("", "", {}, {})


def test_entities_are_in_the_order_of_the_text() -> None:
    latest = {
        "text": " 10023 or 10031 ",
        "intent": {"name": "inform"},
        "entities": [
            {"entity": "order_number", "value": "10031", "start": 9},
            {"entity": "order_number", "value": "10023", "start": 0},
        ],
    }
    read = Message.latest(tracker(latest))
    assert read.text == "10023 or 10031"
    assert read.entities == {"order_number": ["10023", "10031"]}
    assert reading.order_number(read) == "10031"


@pytest.mark.parametrize(("entity", "number"), [("money", None), ("colour", "10023")])
def test_a_number_that_is_known_to_be_something_else_is_no_order_number(
    entity: str, number: str | None
) -> None:
    text = "it was 10023"
    found = {"entity": entity, "value": "x", "start": 7, "end": 12}
    latest = {"text": text, "intent": {}, "entities": [found], "metadata": {}}
    tracker = Tracker("c", {}, latest, [], False, None, {}, "action_listen")
    assert reading.order_number(Message.latest(tracker)) == number


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("wheres my stuff, i dont have the number", True),
        ("I can't find my order number", True),
        ("I lost the order no.", True),
        ("track my parcel without an order number", True),
        ("no number here", True),
        ("no, number 10023", False),
        ("don't have no 10023 arrived yet", False),
        ("where is order number 10023", False),
    ],
)
def test_customers_who_have_no_number(text: str, lacks: bool) -> None:
    assert reading.lacks_number(message(text)) is lacks
