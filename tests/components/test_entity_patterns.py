from pathlib import Path

import pytest

from components.entity_patterns import PatternError, read_folder

RIGHT = """
entity: seat
value: digits
length: [1, 3]
priority: 60
lists:
  row: {row: [aisle, "r."]}
patterns:
  - name: seat 12
    regex: '\\d{1,4}'
    after: ['seat ', '%row% ?']
not_before: ['\\d']
examples:
  seat 12: '12'
no_examples: [12 seats]
"""


def read(folder: Path, text: str, name: str = "seat.yml"):
    (folder / name).write_text(text, encoding="utf-8")
    return read_folder(folder)


def test_a_file_is_read_with_its_lists_and_examples(tmp_path):
    (file,) = read(tmp_path, RIGHT)

    (pattern,) = file.patterns
    assert (pattern.entity, pattern.priority, pattern.value) == ("seat", 60, "digits")
    assert pattern.length == (1, 3)
    assert pattern.regex.search("in AISLE 7")["found"] == "7"
    assert pattern.regex.search("r.7")["found"] == "7"
    assert pattern.regex.search("7 rows") is None
    assert file.examples == {"seat 12": ("12",)}
    assert file.no_examples == ("12 seats",)


def test_words_of_one_entity_can_be_used_in_the_patterns_of_another(tmp_path):
    (tmp_path / "thing.yml").write_text(
        "entity: thing\nwords:\n  lamp: [lamps]\nexamples:\n  a lamp: lamp\n"
    )
    seat = read(tmp_path, RIGHT.replace("'seat ', ", "'%thing% ', "))[0]

    assert seat.patterns[0].regex.search("lamps 3")["found"] == "3"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("entity: seat", "name: seat", "must say which entity"),
        ("priority:", "priorty:", "'priorty' is no key"),
        ("value: digits", "value: roman", "'value: roman' is unknown"),
        ("'\\d{1,4}'", "'(\\d'", "'seat 12' is no regex"),
        ("%row%", "%rows%", "names the list %rows%"),
        ("    regex:", "    regexp:", "a pattern has a 'name' and a 'regex'"),
        ("examples:\n  seat 12: '12'", "about: x", "it needs 'examples'"),
        ('{row: [aisle, "r."]}', "[aisle", "expected"),
        ("examples:\n  seat 12: '12'", "examples: [seat 12]", "'name: value' lines"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, old, new, said):
    assert old in RIGHT
    with pytest.raises(PatternError, match=said) as caught:
        read(tmp_path, RIGHT.replace(old, new))
    assert "seat.yml" in str(caught.value)


def test_a_file_that_finds_nothing_is_refused(tmp_path):
    with pytest.raises(PatternError, match="it finds nothing"):
        read(tmp_path, "entity: seat\nexamples:\n  a: b\n")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(PatternError, match="no pattern file"):
        read_folder(tmp_path)
