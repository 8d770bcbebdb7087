"""The training examples: enough of them, none twice, and every intent one that the domain knows."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.language_detector import LanguageDetector

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "data").glob("*/nlu.yml"))
LEAST = 30
"""Examples an intent must have, as the issue "Training data" asks."""
MASKS = ("[card number]", "[SSN]", "[password]", "[one-time code]")
"""What the channel puts in the place of a secret: the only brackets an example's text may have."""


def plain(text: str) -> str:
    """The text as a reader compares it: no case, no punctuation, single spaces.

    A text of nothing but signs ("???") stays as it is. A mask keeps its brackets, so that
    "[password]" is not the word "password".
    """
    words = re.findall(r"\[[^\]]*\]|[^\W_]+(?:['’][^\W_]+)*", text.lower())
    return " ".join(word.replace("'", "").replace("’", "") for word in words) or text.strip()


def examples() -> Iterator[tuple[str, str, str]]:
    """(file's skill, intent, text without annotations) of every example."""
    for file in FILES:
        for message in RasaYAMLReader().read(file).intent_examples:
            yield file.parent.name, message.get("intent"), message.get("text")


@pytest.fixture(scope="module")
def every() -> list[tuple[str, str, str]]:
    return list(examples())


def test_the_files_are_found() -> None:
    assert {"orders", "account", "smalltalk", "out_of_scope"} <= {f.parent.name for f in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_the_file_is_valid_and_says_something(file: Path) -> None:
    assert RasaYAMLReader().validate(file.read_text(encoding="utf-8")) is None
    training: TrainingData = RasaYAMLReader().read(file)
    assert training.intent_examples


def test_the_domain_knows_each_intent_and_each_intent_has_examples(
    every: list[tuple[str, str, str]],
) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    known = {next(iter(i)) if isinstance(i, dict) else i for i in domain["intents"]}
    # From the channel itself, a button and LanguageDetector: no examples teach them.
    known -= {"start_conversation", "unsupported_media", "decline_offer", "foreign_language"}
    # Nor those of ArticleFinder and of the button below its answers.
    known -= {
        "knowledge_question",
        "answer_helped",
        "remind_stock",
        "confirm_change",
        "change_profile",
    }
    # Nor those that the desk has done, and the buttons of its questions.
    known -= {"leave_message", "ask_survey", "rate_service"}
    assert {intent for _, intent, _ in every} == known


def test_an_intent_is_written_in_one_file_only(every: list[tuple[str, str, str]]) -> None:
    homes: dict[str, set[str]] = {}
    for skill, intent, _ in every:
        homes.setdefault(intent, set()).add(skill)
    assert {intent: skills for intent, skills in homes.items() if len(skills) > 1} == {}


def test_every_intent_has_enough_distinct_examples(every: list[tuple[str, str, str]]) -> None:
    distinct = Counter(intent for intent, _ in {(intent, plain(text)) for _, intent, text in every})
    assert {intent: n for intent, n in distinct.items() if n < LEAST} == {}


def test_no_example_is_written_twice(every: list[tuple[str, str, str]]) -> None:
    places: dict[str, list[str]] = {}
    for _, intent, text in every:
        places.setdefault(plain(text), []).append(intent)
    assert {text: intents for text, intents in places.items() if len(intents) > 1} == {}


def test_a_bracket_is_an_annotation_or_a_mask(every: list[tuple[str, str, str]]) -> None:
    """A mistyped annotation ("[10023] (order_number)") would be learned as words."""
    odd = []
    for _, intent, text in every:
        rest = text
        for mask in MASKS:
            rest = rest.replace(mask, "")
        if "[" in rest or "](" in rest:
            odd.append((intent, text))
    assert odd == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Where's my order?", "wheres my order"), ("OK!", "ok"), ("track  ORDER", "track order")],
)
def test_case_and_punctuation_make_no_difference(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("one", "other"), [("[password]", "password"), ("???", "..."), ("no", "n")]
)
def test_different_texts_stay_different(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_every_language_that_is_recognised_is_answered_in_that_language() -> None:
    codes = set(LanguageDetector.get_default_config()["languages"])
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    variations = domain["responses"]["utter_foreign_language"]
    answered = {c["value"] for said in variations for c in said.get("condition", [])}
    assert answered == codes
    assert all(said["buttons"][0]["payload"] == "/talk_to_person" for said in variations)
