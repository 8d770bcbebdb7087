"""Names and postcodes as people write them, and what is neither."""

from __future__ import annotations

import pytest

from actions.person_words import Person, lacks_mailbox, named_order, person
from actions.reading import Message
from privacy import mask_secrets

SECRET = "a-seal-secret-for-tests-only-0123456789"
DORA = Person("Dora Lind", "24103")


def said(text: str, intent: str = "inform") -> Message:
    return Message(text, intent, {}, {})


@pytest.mark.parametrize(
    "text",
    [
        "Dora Lind 24103",
        "24103 Dora Lind",
        "Dora Lind, 24103 Kiel",
        "24103 Kiel, Dora Lind",
        "Dora Lind, Gartenstraße 12, 24103 Kiel",
        "my name is Dora Lind and my postcode is 24103",
        "My postcode is 24103 and I'm Dora Lind",
        "I am Dora Lind from 24103 Kiel",
        "name: Dora Lind\nzip: 24103",
        "Hi, it\u2019s Dora Lind. Postcode 24103.",
        "ok, Dora Lind, my postcode: 24103, thanks",
        "order 10041, Dora Lind, 24103",
        "Dora Lind 24103 #10041",
    ],
)
def test_both_in_one_message_in_any_order(text: str) -> None:
    assert person(said(text), asked=True) == DORA


@pytest.mark.parametrize(
    ("text", "name", "postcode"),
    [
        ("Ben Okafor LS1 4AP", "Ben Okafor", "LS1 4AP"),
        ("ben okafor ls14ap", "ben okafor", "LS14AP"),
        ("Juan de la Cruz, 1011 AB Amsterdam", "Juan de la Cruz", "1011 AB"),
        ("Renée O'Neill-Strauß 75001", "Renée O'Neill-Strauß", "75001"),
        ("Evan Brooks 53703-1234", "Evan Brooks", "53703-1234"),
        ("Lind, Dora, 24103", "Lind Dora", "24103"),
        ("Anna Nowak 00-950", "Anna Nowak", "00-950"),
        ("Sam Roy K1A 0B1", "Sam Roy", "K1A 0B1"),
    ],
)
def test_names_and_postcodes_of_the_world(text: str, name: str, postcode: str) -> None:
    assert person(said(text), asked=True) == Person(name, postcode)


@pytest.mark.parametrize(
    ("text", "half"),
    [
        ("Dora Lind", Person("Dora Lind", "")),
        ("I'm Dora Lind", Person("Dora Lind", "")),
        ("24103", Person("", "24103")),
        ("it's LS1 4AP", Person("", "LS1 4AP")),
        ("Dora, 24103 Kiel", Person("", "24103")),
    ],
)
def test_a_half_will_do_where_it_was_asked_for(text: str, half: Person) -> None:
    assert person(said(text), asked=True) == half
    assert person(said(text), asked=False, bare=True) is None


def test_six_digits_alone_are_a_postcode_where_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FRONTDESK_SEAL_SECRET", SECRET)
    masked = mask_secrets("110001", SECRET)
    message = Message(masked.text, "inform", {}, {"sealed_code": masked.sealed_code})
    assert person(message, asked=True) == Person("", "110001")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("where is my order 10023", "track_order"),
        ("what is a postcode", "out_of_scope"),
        ("I don't know", "dont_know"),
        ("talk to a person", "talk_to_person"),
        ("no", "deny"),
        ("are you a bot", "bot_challenge"),
        ('/inform{"order_number": "10023"}', "inform"),
    ],
)
def test_what_is_neither(text: str, intent: str) -> None:
    assert person(said(text, intent), asked=True) is None


@pytest.mark.parametrize(
    ("text", "bare", "taken"),
    [
        ("my name is Dora Lind, postcode 24103", False, True),
        ("Dora Lind 24103", True, True),
        ("Dora Lind 24103", False, False),  # where an order's number is asked for
        ("oak table 10023", False, False),
        ("where is order 10023", True, False),
        ("I want to cancel 10023", True, False),
    ],
)
def test_what_was_not_asked_for_must_be_clear(text: str, bare: bool, taken: bool) -> None:
    assert (person(said(text), asked=False, bare=bare) is not None) is taken


@pytest.mark.parametrize(
    "text",
    [
        "I have no access to my e-mail any more",
        "i can't get into that inbox",
        "I cannot read my email",
        "I no longer have that address",
        "I don\u2019t have this e-mail any more",
        "lost access to my mailbox",
        "can't access it",
    ],
)
def test_who_cannot_read_e_mail(text: str) -> None:
    assert lacks_mailbox(said(text), address_asked=False)


@pytest.mark.parametrize(
    ("text", "where_asked"),
    [
        ("I don't have an email", True),
        ("I can't remember my e-mail", True),
        ("without email please", True),
        ("there is no email with a code", False),
        ("I didn't get the email", False),
        ("I can't find your email", False),
        ("nothing in my inbox, send another one", False),
        ("the email never came", False),
    ],
)
def test_a_code_that_did_not_come_is_no_lost_mailbox(text: str, where_asked: bool) -> None:
    assert not lacks_mailbox(said(text), address_asked=False)
    if where_asked:
        assert lacks_mailbox(said(text), address_asked=True)


def test_a_number_that_is_called_an_orders() -> None:
    assert named_order(said("order no. 10041, Dora Lind, 24103")) == "10041"
    assert named_order(said("Dora Lind 24103")) is None
