from pathlib import Path

import pytest
import spacy
from rasa.nlu.utils.spacy_utils import SpacyNLP

from components.entity_patterns import PatternError, read_folder
from components.entity_pipeline import READ, build, value_of

SEAT = """
entity: seat
value: digits
length: [1, 2]
priority: {priority}
patterns:
  - name: seat 12
    regex: '\\d+'
    after: ['seat ']
words:
  window: [window seat]
examples:
  {example}
"""
ROOM = """
entity: {entity}
priority: 50
patterns:
  - name: any number
    regex: '\\d+'
examples:
  number 7: '7'
"""


def pipeline(folder: Path, *, priority: int = 60, example: str = "seat 12: '12'", other="room"):
    (folder / "seat.yml").write_text(SEAT.format(priority=priority, example=example))
    room = ROOM.format(entity=other)
    # what is ignored reaches nobody, so its file has no examples
    (folder / "room.yml").write_text(room.split("examples")[0] if other == "ignored" else room)
    return build(read_folder(folder))


def found(nlp, text: str) -> list[tuple[str, str, str]]:
    return [(ent.label_, ent.text, value_of(ent)) for ent in nlp(text).ents]


def test_where_two_entities_overlap_the_higher_priority_has_the_words(tmp_path):
    assert found(pipeline(tmp_path), "seat 12, 7") == [
        ("seat", "12", "12"),
        ("room", "7", "7"),
    ]


def test_a_value_of_the_wrong_length_is_no_entity(tmp_path):
    assert found(pipeline(tmp_path), "seat 123") == [("room", "123", "123")]


def test_words_stand_for_the_value_they_are_listed_under(tmp_path):
    assert found(pipeline(tmp_path), "a Window Seat") == [("seat", "Window Seat", "window")]


def test_what_is_ignored_is_no_entity_and_claims_its_words(tmp_path):
    nlp = pipeline(tmp_path, priority=40, example="a window: window", other="ignored")
    assert found(nlp, "seat 12") == []


def test_examples_that_find_something_else_are_all_named(tmp_path):
    with pytest.raises(PatternError) as caught:
        pipeline(tmp_path, example="seat 12: '13'\n  seat 1: '2'")
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "in the example 'seat 12' seat should be '13', but '12' is found" in lines[0]


def test_spacy_nlp_loads_it_by_its_path(tmp_path):
    folder = tmp_path / "built"
    pipeline(tmp_path).to_disk(folder)

    loaded = SpacyNLP.load_model(str(folder)).model

    assert found(loaded, "seat 12 window 7") == found(pipeline(tmp_path), "seat 12 window 7") != []
    assert spacy.util.get_model_meta(folder)["lang"] == "en"


@pytest.mark.parametrize("text", ["", " ", "  a  b\n\n c ", "10023€\t£5", "a_b", "😀 é 你好"])
def test_the_tokens_make_up_the_text(tmp_path, text):
    assert pipeline(tmp_path).make_doc(text).text == text


def test_a_long_text_is_read_from_its_beginning(tmp_path):
    nlp = pipeline(tmp_path)
    assert found(nlp, "x " * (READ // 2 - 5) + " seat 12")[-1][2] == "12"
    assert found(nlp, "x " * READ + "seat 12") == []
