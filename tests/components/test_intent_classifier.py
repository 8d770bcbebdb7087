from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    ACTION_NAME,
    FEATURE_TYPE_SENTENCE,
    INTENT,
    INTENT_RANKING_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.intent_classifier import SentenceIntentClassifier
from components.sentence_embedding_featurizer import SentenceEmbeddingFeaturizer
from tests.components.nlu_examples import INTENTS, messages, training_data
from tests.support.timing import takes_at_most

CONTEXT = ExecutionContext(GraphSchema({}), node_name="train_classifier")
RESOURCE = Resource("classifier")


@pytest.fixture(scope="module")
def featurizer() -> SentenceEmbeddingFeaturizer:
    return SentenceEmbeddingFeaturizer({"cache_folder": None, "progress": False}, "featurizer")


def create(folder: Path, **config: Any) -> SentenceIntentClassifier:
    config = {**SentenceIntentClassifier.get_default_config(), **config}
    return SentenceIntentClassifier.create(config, LocalModelStorage(folder), RESOURCE, CONTEXT)


def load(folder: Path, **config: Any) -> SentenceIntentClassifier:
    config = {**SentenceIntentClassifier.get_default_config(), **config}
    return SentenceIntentClassifier.load(config, LocalModelStorage(folder), RESOURCE, CONTEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, featurizer) -> Path:
    """Where a trained classifier is stored."""
    path = tmp_path_factory.mktemp("model")
    create(path).train(featurizer.process_training_data(training_data()))
    return path


@pytest.fixture(scope="module")
def classifier(folder) -> SentenceIntentClassifier:
    return load(folder)


def parse(classifier, featurizer, text: str) -> Message:
    message = Message(data={TEXT: text})
    return classifier.process(featurizer.process([message]))[0]


def test_a_trained_and_stored_classifier_understands(classifier, featurizer):
    message = parse(classifier, featurizer, "wheres my parcel")

    assert message.get(INTENT)["name"] == "track_order"
    assert message.get(INTENT)["confidence"] > 0.5
    assert message.get(INTENT_RANKING_KEY)[0] == message.get(INTENT)
    assert {entry["name"] for entry in message.get(INTENT_RANKING_KEY)} == set(INTENTS)
    assert {INTENT, INTENT_RANKING_KEY} <= message.output_properties


def test_confidences_are_plain_numbers(classifier, featurizer):
    # NumPy's would break the JSON of the HTTP API and of trackers.
    for entry in parse(classifier, featurizer, "hello").get(INTENT_RANKING_KEY):
        assert type(entry["confidence"]) is float
        assert type(entry["name"]) is str


def test_the_ranking_has_at_most_ten_entries(tmp_path, featurizer):
    data = TrainingData(
        [Message(data={TEXT: f"word{number}", INTENT: f"intent{number}"}) for number in range(12)]
    )
    create(tmp_path).train(featurizer.process_training_data(data))

    def length(**config: Any) -> int:
        message = parse(load(tmp_path, **config), featurizer, "word3")
        return len(message.get(INTENT_RANKING_KEY))

    assert length() == 10
    assert length(ranking_length=3) == 3
    assert length(ranking_length=0) == 12


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_a_blank_message_has_no_intent(classifier, featurizer, text):
    message = parse(classifier, featurizer, text)

    assert message.get(INTENT) == {"name": None, "confidence": 0.0}
    assert message.get(INTENT_RANKING_KEY) == []


def test_a_message_without_features_has_no_intent(classifier):
    message = classifier.process([Message(data={TEXT: "hello"})])[0]

    assert message.get(INTENT) == {"name": None, "confidence": 0.0}


def test_a_message_without_text_is_left_as_it_is(classifier):
    message = classifier.process([Message(data={ACTION_NAME: "utter_greet"})])[0]

    assert message.get(INTENT) is None


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=300))
def test_no_text_makes_it_raise(classifier, featurizer, text):
    intent = parse(classifier, featurizer, text).get(INTENT)

    assert intent["name"] in {None, *INTENTS}
    assert 0 <= intent["confidence"] <= 1


@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000,
        "where is my order " * 1200,
        "😀" * 20_000,
        "\u202e\u0627" * 10_000,
        " " * 20_000,
        "\x00" * 20_000,
        "1" * 20_000,
        "ﷺ" * 20_000,  # one character that becomes eighteen when normalised
        "<script>alert(1)</script>" * 800,
        "' OR 1=1; DROP TABLE events; --" * 700,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_message_of_20000_characters_takes_less_than_200_ms(classifier, featurizer, text):
    message = parse(classifier, featurizer, text)

    assert 0 <= message.get(INTENT)["confidence"] <= 1
    assert takes_at_most(0.2, lambda: parse(classifier, featurizer, text))


def test_training_without_features_says_what_is_missing(tmp_path):
    with pytest.raises(InvalidConfigException, match="SentenceEmbeddingFeaturizer"):
        create(tmp_path).train(training_data())


def test_training_without_examples_knows_nothing_and_says_so(tmp_path, featurizer, caplog):
    with caplog.at_level(logging.WARNING):
        create(tmp_path).train(TrainingData([]))
    assert "No training example" in caplog.text

    message = parse(load(tmp_path), featurizer, "hello")
    assert message.get(INTENT) == {"name": None, "confidence": 0.0}


def test_blank_examples_are_left_out(tmp_path, featurizer):
    data = training_data()
    data.training_examples.append(Message(data={TEXT: "  ", INTENT: "nothing"}))
    create(tmp_path).train(featurizer.process_training_data(data))

    ranking = parse(load(tmp_path), featurizer, "hello").get(INTENT_RANKING_KEY)
    assert "nothing" not in {entry["name"] for entry in ranking}


def test_other_dense_features_will_do(tmp_path):
    def with_features(message: Message) -> Message:
        vector = np.random.default_rng(len(message.get(TEXT))).normal(size=(1, 5))
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, "other"))
        return message

    data = TrainingData([with_features(message) for message in messages()])
    create(tmp_path).train(data)

    message = with_features(Message(data={TEXT: "I forgot my password"}))
    assert load(tmp_path).process([message])[0].get(INTENT)["name"] == "reset_password"


def test_only_the_named_featurizers_are_used(tmp_path, featurizer):
    data = featurizer.process_training_data(training_data())

    with pytest.raises(InvalidConfigException, match="dense sentence features"):
        create(tmp_path, featurizers=["another"]).train(data)


def test_predictions_can_be_added_to_training_examples(classifier, featurizer):
    data = featurizer.process_training_data(training_data())

    assert classifier.process_training_data(data) is data
    assert data.training_examples[0].get(INTENT)["name"] == "track_order"


def test_the_fingerprint_covers_the_helper_modules(monkeypatch):
    before = SentenceIntentClassifier.fingerprint_addon({})
    real = Path.read_bytes

    def changed(path: Path) -> bytes:
        return real(path) + (b"#" if path.name == "confidence.py" else b"")

    monkeypatch.setattr(Path, "read_bytes", changed)

    assert SentenceIntentClassifier.fingerprint_addon({}) != before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sharpness", 0),
        ("regularisation", 1e-9),
        ("regularisation", "much"),
        ("balance", -1),
        ("max_examples", 2.5),
        ("max_examples", True),
        ("char_weight", float("nan")),
        ("ranking_length", -1),
    ],
)
def test_a_setting_that_cannot_work_is_refused(tmp_path, name, value):
    with pytest.raises(InvalidConfigException, match=name):
        create(tmp_path, **{name: value})
