from pathlib import Path

import pytest
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from components.entity_extractor import PatternEntityExtractor
from components.entity_patterns import read_folder
from components.entity_pipeline import build
from components.messages import CORRECTED_TEXT

MODEL = SpacyModel(build(read_folder(Path(__file__).parents[2] / "data" / "entities")), "test")


def parse(text: str, metadata: dict | None = None, **config: object) -> list[dict]:
    nlp = SpacyNLP(MODEL, {"case_sensitive": True})
    message = Message(data={"text": text, "metadata": metadata})
    PatternEntityExtractor(config).process(nlp.process([message], MODEL))
    return message.get("entities")


def test_an_entity_has_its_value_and_the_words_of_the_customer():
    (entity,) = parse("it's one double oh two three, thanks")

    assert entity == {
        "entity": "order_number",
        "value": "10023",
        "text": "one double oh two three",
        "start": 5,
        "end": 28,
        "extractor": "PatternEntityExtractor",
    }


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("where is order one double oh two three?", "where is order 10023?"),
        ("two mugs, order ten oh two three", "2 mugs, order 10023"),
        ("where is order 10023?", None),
    ],
)
def test_the_classifier_reads_spoken_numbers_as_digits(text, read):
    nlp = SpacyNLP(MODEL, {"case_sensitive": True})
    message = Message(data={"text": text})
    PatternEntityExtractor({}).process(nlp.process([message], MODEL))
    assert message.get("text") == text
    assert message.get(CORRECTED_TEXT) == read


def test_a_day_is_resolved_against_the_time_that_the_channel_gives():
    metadata = {"sent_at": "2026-11-23T09:00:00Z"}
    (entity,) = parse("I ordered it last Tuesday", metadata)

    assert (entity["value"], entity["text"]) == ("2026-11-17", "last Tuesday")


@pytest.mark.parametrize("metadata", [None, {}, {"sent_at": "noon"}, {"sent_at": 5}])
def test_without_a_readable_time_the_present_counts(metadata):
    (entity,) = parse("on 12/05/2024", metadata)

    assert entity["value"] == "2024-05-12"


def test_the_order_of_a_date_is_a_setting():
    (entity,) = parse("on 12/05/2024", date_order="MDY")

    assert entity["value"] == "2024-12-05"


def test_a_day_that_is_none_keeps_its_words():
    (entity,) = parse("on 31 February")

    assert entity["value"] == "31 February"


def test_several_entities_of_several_kinds():
    text = "cancel 10023 and where is 10031? 2 grey mugs for £49.90, size M, call +44 20 7946 0958"
    assert [(e["entity"], e["value"]) for e in parse(text)] == [
        ("order_number", "10023"),
        ("order_number", "10031"),
        ("quantity", "2"),
        ("colour", "grey"),
        ("product", "Stoneware mug"),
        ("money", "49.90 GBP"),
        ("size", "M"),
        ("phone", "+442079460958"),
    ]


def test_a_message_without_text_is_left_as_it_is():
    message = Message(data={"intent": "greet"})
    PatternEntityExtractor({}).process([message])
    assert message.get("entities") is None


def test_a_wrong_date_order_is_refused():
    with pytest.raises(InvalidConfigException, match="DMY, MDY or YMD"):
        PatternEntityExtractor({"date_order": "american"})
