"""The component: messages in another language get an intent of their own."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import ActiveLoop
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.language_detector import LanguageDetector
from tests.components.nlu_examples import training_data

CONTEXT = ExecutionContext(GraphSchema({}), node_name="languages")
RESOURCE = Resource("languages")
GUESS = {"name": "track_order", "confidence": 0.9}


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> LanguageDetector:
    storage = LocalModelStorage(Path(tmp_path_factory.mktemp("model")))
    LanguageDetector.create({}, storage, RESOURCE, CONTEXT).train(training_data())
    return LanguageDetector.load({}, storage, RESOURCE, CONTEXT)


def process(detector: LanguageDetector, text: Any, *events: Any, **data: Any) -> Message:
    tracker = DialogueStateTracker.from_events("somebody", list(events))
    message = Message(data={TEXT: text, INTENT: dict(GUESS), **data}, output_properties={INTENT})
    return detector.process([message], tracker)[0]


def test_another_language_overrules_the_guess(detector: LanguageDetector) -> None:
    given = {"entity": "order_number", "value": "10023", "start": 24, "end": 29}
    message = process(detector, "wo ist meine bestellung 10023", **{ENTITIES: [given]})
    assert message.get(INTENT) == {"name": "foreign_language", "confidence": 1.0}
    number, language = message.get(ENTITIES)
    assert number == given
    assert (language["entity"], language["value"]) == ("language", "de")
    assert message.as_dict(only_output_properties=True)["intent_ranking"] == [message.get(INTENT)]


@pytest.mark.parametrize("text", ["where is my parcel", "", None, "/track_order", "/wo ist meine"])
def test_everything_else_stays_as_it_was(detector: LanguageDetector, text: str | None) -> None:
    message = process(detector, text)
    assert message.get(INTENT) == GUESS
    assert not message.get(ENTITIES)


def test_what_may_answer_a_form_stays_as_it_was(detector: LanguageDetector) -> None:
    street, words = "Lange Straße 5, Berlin", "ich verstehe das leider nicht"
    assert process(detector, street, ActiveLoop("form")).get(INTENT) == GUESS
    assert process(detector, words, ActiveLoop("form")).get(INTENT)["name"] == "foreign_language"


def test_without_stored_words_it_still_works(tmp_path: Path) -> None:
    fresh = LanguageDetector.load({}, LocalModelStorage(tmp_path), RESOURCE, CONTEXT)
    assert process(fresh, "donde esta mi pedido").get(INTENT)["name"] == "foreign_language"


def test_a_language_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match=r"config\.yml.*'klingon'"):
        LanguageDetector.create(
            {"languages": ["klingon"]}, LocalModelStorage(tmp_path), RESOURCE, CONTEXT
        )


def test_rasa_can_look_up_what_it_requires() -> None:
    # Rasa looks each of them up by one name, for import and for its version
    assert all(version(name) for name in LanguageDetector.required_packages())
    assert LanguageDetector.fingerprint_addon({})
