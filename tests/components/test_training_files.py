"""The training files are read as Rasa reads them, into examples that are cheap to handle."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from components.training_files import Example, TrainingFiles

DOMAIN = 'version: "3.1"\nintents:\n- greet\nresponses:\n  utter_hi:\n  - text: hi\n'
EXAMPLES = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello {number}
    - hi [Anna](name)
    - same
"""


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    (tmp_path / "domain.yml").write_text(DOMAIN)
    for number in (1, 2):
        (tmp_path / f"nlu{number}.yml").write_text(EXAMPLES.replace("{number}", str(number)))
    return TrainingFiles("config.yml", str(tmp_path / "domain.yml"), [str(tmp_path)])


def test_they_hold_what_rasa_reads(files: TrainingFiles, tmp_path: Path) -> None:
    rasas = RasaFileImporter("config.yml", str(tmp_path / "domain.yml"), [str(tmp_path)])
    ours = files.get_nlu_data().training_examples
    assert [example.as_dict() for example in ours] == [
        example.as_dict() for example in rasas.get_nlu_data().training_examples
    ]
    assert len(ours) == 4  # what is in both files counts once
    assert files.get_domain().as_dict() == rasas.get_domain().as_dict()


def test_each_is_read_once(files: TrainingFiles, tmp_path: Path) -> None:
    before = len(files.get_nlu_data().training_examples), files.get_domain().intents
    for path in tmp_path.iterdir():
        path.write_text("broken: [")
    assert (len(files.get_nlu_data().training_examples), files.get_domain().intents) == before


def test_the_project_reads_its_files_so() -> None:
    read = TrainingDataImporter.load_from_config("config.yml", "domain.yml", ["data/smalltalk"])
    examples = read.get_nlu_data().intent_examples
    assert examples
    assert all(isinstance(example, Example) for example in examples if example.get("text"))


def example(text: str = "hello") -> Example:
    made = Example.of(Message({"text": text, "intent": "greet", "entities": [{"value": "a"}]}))
    made.set("text_tokens", [Token(text, 0)])
    made.add_features(Features(np.ones((1, 2)), "sentence", "text", "x"))
    return made


def test_equal_examples_have_equal_fingerprints() -> None:
    assert example().fingerprint() == example().fingerprint()
    assert len(example().fingerprint()) == len(Message({"text": "a"}).fingerprint())


def test_whatever_changes_shows_in_the_fingerprint() -> None:
    prints = {example().fingerprint(), example("hullo").fingerprint()}
    for prop, value in (
        ("intent", "bye"),
        ("entities", [{"value": "b"}]),
        ("text_tokens", [Token("hello", 1)]),
        ("text_tokens", [Token("hello", 0, lemma="hi")]),
        ("metadata", {"a": 1}),
    ):
        changed = example()
        changed.fingerprint()
        changed.set(prop, value)
        prints.add(changed.fingerprint())
    more = example()
    more.add_features(Features(np.zeros((1, 2)), "sentence", "text", "x"))
    prints.add(more.fingerprint())
    assert len(prints) == 8


def test_a_copy_is_its_own() -> None:
    first = example()
    second = deepcopy(first)
    assert isinstance(second, Example)
    assert second.fingerprint() == first.fingerprint()
    second.get("entities")[0]["value"] = "changed"
    second.set("intent", "bye")
    second.add_features(Features(np.zeros((1, 2)), "sentence", "text", "x"))
    assert first.get("entities") == [{"value": "a"}]
    assert first.fingerprint() == example().fingerprint()
    assert second.fingerprint() != first.fingerprint()
