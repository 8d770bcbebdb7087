"""The patterns in data/entities, run as Rasa runs them: what is found, and what is left alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.training_data.message import Message

from components.entity_extractor import PatternEntityExtractor
from components.entity_patterns import read_folder
from components.entity_pipeline import build
from tests.support.timing import takes_at_most

PATTERNS = Path(__file__).parents[2] / "data" / "entities"

Find = Callable[[str], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def parse() -> Callable[[str], list[dict[str, str]]]:
    """The pipeline built from the files, within Rasa's components: text -> entities."""
    model = SpacyModel(build(read_folder(PATTERNS)), "built by the test")
    spacy_nlp = SpacyNLP(model, {"case_sensitive": True})
    extractor = PatternEntityExtractor({})

    def run(text: str) -> list[dict[str, str]]:
        messages = spacy_nlp.process([Message.build(text)], model)
        return extractor.process(messages)[0].get("entities", [])

    return run


@pytest.fixture(scope="module")
def find(parse: Callable[[str], list[dict[str, str]]]) -> Find:
    """Text -> [(entity, the customer's words)]."""
    return lambda text: [(entity["entity"], entity["text"]) for entity in parse(text)]


def only(find: Find, entity: str, text: str) -> list[str]:
    """The words of one entity in the text."""
    return [words for name, words in find(text) if name == entity]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10023", "10023"),
        ("#10023", "10023"),
        ("# 10023", "10023"),
        ("order no. 10023", "10023"),
        ("order no.10023", "10023"),
        ("Nr 10023", "10023"),
        ("where is order number 10023?", "10023"),
        ("it's 10023.", "10023"),
        ("(10023)", "10023"),
        ("order:10023", "10023"),
        ('"10023"', "10023"),
        ("my order is 10,023", "10,023"),
        ("my order is 10.023", "10.023"),
        ("my order is 10 023 thanks", "10 023"),
        ("1 0 0 2 3", "1 0 0 2 3"),
        ("it's 1-0-0-2-3", "1-0-0-2-3"),
        ("FD-10023", "FD-10023"),
        ("fd10023", "fd10023"),
        ("fd 10023 please", "fd 10023"),
        ("100231", "100231"),
        ("100 231", "100 231"),
        ("1,002,311", "1,002,311"),
        ("12 345 678", "12 345 678"),
        ("12345678", "12345678"),
        ("cancel 10023 2 days before it ships", "10023"),
        ("10023, 2 of the mugs", "10023"),
        ("ORDER 10023 NOW", "10023"),
        ("order 10023 costs $45.90", "10023"),
        ("order 10023 of 12/05/2024", "10023"),
        ("order 10023, my phone is 555-010-4477", "10023"),
        ("no, 10032 I meant", "10032"),
        ("10023 postcode SW1A 1AA", "10023"),
        ("10023 and the zip is 90210", "10023"),
    ],
)
def test_order_number_is_found_in_every_form(find: Find, text: str, value: str) -> None:
    assert only(find, "order_number", text) == [value]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("cancel 10023 and where is 10031?", ["10023", "10031"]),
        ("10023, 10031", ["10023", "10031"]),
        ("10023,10031", ["10023", "10031"]),
        ("10023\n10031", ["10023", "10031"]),
        ("not 10023 but #10,032", ["10023", "10,032"]),
    ],
)
def test_several_order_numbers_are_all_found(find: Find, text: str, values: list[str]) -> None:
    assert only(find, "order_number", text) == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1234",
        "123456789",
        "1 0 0 2",
        "1 2 3 4 5 6 7 8 9 0",
        "call me on +44 20 7946 0958",
        "call me on 07700 900123",
        "+31 6 12345678",
        "06-12345678",
        "(555) 010-4477",
        "555 010 4477",
        "555.010.4477",
        "(0161) 4960123",
        "+12345678",
        "my phone is 5550104",
        "my phone number is 5550104",
        "tel. 5550104",
        "98765 43210",
        "4111 1111 1111 1111",
        "123-45-6789",
        "$10023",
        "$ 10,023",
        "€12.500",
        "£10,023.00",
        "10023 dollars",
        "10023€",
        "I paid 10023.50",
        "12/05/2024",
        "2024-05-12",
        "12.05.2024",
        "10023:30",
        "zip code 10023",
        "my zip is 10023",
        "postcode: 10115",
        "10023 is my zip code",
        "10023 zip",
        "90210-1234",
        "D-10115 Berlin",
        "LV-1010",
        "T-100123",
        "dw468461",
        "anna.10023@example.com",
        "10023@example.com",
        "a@10023.example",
        "1Z999AA10123456784",
        "the battery has 10000 mAh",
        "[one-time code]",
    ],
)
def test_what_is_no_order_number_is_left_alone(find: Find, text: str) -> None:
    assert only(find, "order_number", text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("anna.k@example.com", "anna.k@example.com"),
        ("my email is Anna.K@Example.COM.", "Anna.K@Example.COM"),
        ("<bo+shop@mail.example.co.uk>", "bo+shop@mail.example.co.uk"),
        ("write to j_o'neil-2@example.org, please", "j_o'neil-2@example.org"),
        ("10023 anna@example.com", "anna@example.com"),
        ("email:anna@example.com", "anna@example.com"),
        ("jürgen@example.de", "jürgen@example.de"),
    ],
)
def test_email_is_found_without_what_surrounds_it(find: Find, text: str, value: str) -> None:
    assert only(find, "email", text) == [value]


@pytest.mark.parametrize(
    "text", ["anna@", "@example.com", "anna at example dot com", "anna@example", "a@b@c.example"]
)
def test_what_is_no_email_is_left_alone(find: Find, text: str) -> None:
    assert only(find, "email", text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SW1A 1AA", "SW1A 1AA"),
        ("sw1a1aa", "sw1a1aa"),
        ("postcode M1 1AE.", "M1 1AE"),
        ("it's ls6 2ab", "ls6 2ab"),
        ("GIR 0AA", "GIR 0AA"),
        ("K1A 0B1", "K1A 0B1"),
        ("v6b-1a1", "v6b-1a1"),
        ("D02 X285", "D02 X285"),
        ("1234 AB", "1234 AB"),
        ("1017xh", "1017xh"),
        ("90210-1234", "90210-1234"),
        ("D-10115 Berlin", "D-10115"),
        ("LV-1010", "LV-1010"),
        ("zip 90210", "90210"),
        ("my zip code is 02139", "02139"),
        ("zipcode: 60614", "60614"),
        ("90210 is my zip code", "90210"),
        ("90210 zip", "90210"),
        ("pincode 560034", "560034"),
        ("560034 is the pin code", "560034"),
        ("postcode 1050", "1050"),
        ("the postal code is 8001", "8001"),
        ("PLZ 10115", "10115"),
        ("postcode 114 55", "114 55"),
        ("postcode 00-950", "00-950"),
        ("postal code 1000-205", "1000-205"),
        ("10023 SW1A 1AA", "SW1A 1AA"),
        ("order 10023, zip 90210", "90210"),
        ("order 10023 postcode EH8 9YL", "EH8 9YL"),
    ],
)
def test_postcode_is_found(find: Find, text: str, value: str) -> None:
    assert only(find, "postcode", text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "10023",
        "1050",
        "order 10023",
        "since 2023 it never worked",
        "I paid 1500 kg",
        "in 2024 we moved",
        "1000 or 2000",
        "4000 mAh",
        "FD-10023",
        "T-100123",
        "T100123",
        "at 5pm",
        "the M25",
        "iPhone 12 pro",
        "555-010-4477",
        "07700 900123",
        "[card number]",
        "x1a@1aa.example",
    ],
)
def test_what_is_no_postcode_is_left_alone(find: Find, text: str) -> None:
    assert only(find, "postcode", text) == []


def test_all_three_at_once(find: Find) -> None:
    assert sorted(find("10023, anna.k@example.com, SW1A 1AA")) == [
        ("email", "anna.k@example.com"),
        ("order_number", "10023"),
        ("postcode", "SW1A 1AA"),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "10023 ",
        "10023,",
        "10023-",
        "1,",
        "a",
        "a@",
        "a.",
        "a'",
        "@a-",
        "zip ",
        "A1",
        "é ",
    ],
)
def test_a_very_long_message_does_not_hold_up_the_others(find: Find, piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    assert takes_at_most(0.2, lambda: find(text))
