from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, RESPONSE, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_info, threadpool_limits

from components.encoder import BATCH_SIZE, SentenceEncoder, find_model_files
from components.sentence_embedding_featurizer import SentenceEmbeddingFeaturizer
from tests.components.nlu_examples import TEXTS, training_data


def featurizer(
    tmp_path: Path, model_id: str | None = None, **config: Any
) -> SentenceEmbeddingFeaturizer:
    return SentenceEmbeddingFeaturizer.load(
        {
            **SentenceEmbeddingFeaturizer.get_default_config(),
            "cache_folder": str(tmp_path / "cache"),
            "progress": False,
            **config,
        },
        LocalModelStorage(tmp_path),
        Resource("featurizer"),
        ExecutionContext(GraphSchema({}), model_id, node_name="run_featurizer"),
    )


@pytest.fixture
def embedded(monkeypatch) -> list[str]:
    """The texts that were embedded for training, in any order."""
    texts: list[str] = []
    real = SentenceEncoder.encode_many

    def spy(self, wanted, *arguments):
        texts.extend(wanted)
        return real(self, wanted, *arguments)

    monkeypatch.setattr(SentenceEncoder, "encode_many", spy)
    return texts


def vector_of(message: Message, attribute: str = TEXT) -> np.ndarray:
    sequence, sentence = message.get_dense_features(attribute)
    assert sequence is None
    assert sentence is not None
    assert sentence.features.shape == (1, 384)
    return sentence.features[0]


def test_a_message_gets_one_sentence_vector(tmp_path):
    message = Message(data={TEXT: "where is my order"})

    assert featurizer(tmp_path).process([message]) == [message]

    np.testing.assert_allclose(
        vector_of(message),
        SentenceEncoder(find_model_files()).encode(["where is my order"])[0],
        atol=1e-5,
    )


@pytest.mark.parametrize("text", ["", "  ", "\ud800\x00", "y" * 20_000])
def test_any_text_gets_a_finite_vector(tmp_path, text):
    message = Message(data={TEXT: text})

    featurizer(tmp_path).process([message])

    assert np.isfinite(vector_of(message)).all()


def test_only_who_answers_messages_multiplies_on_one_thread(tmp_path):
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(2, user_api="blas"):
        featurizer(tmp_path)  # as in a training, which is faster with all cores
        assert threads() == {2}
        featurizer(tmp_path, model_id="a trained model")
        assert threads() == {1}


def test_a_message_seen_before_is_not_embedded_again(tmp_path, monkeypatch):
    ours = featurizer(tmp_path)
    first, again = Message(data={TEXT: "yes please"}), Message(data={TEXT: "yes please"})
    ours.process([first])

    monkeypatch.setattr(ours, "_encoder", None)
    ours.process([again])

    np.testing.assert_array_equal(vector_of(again), vector_of(first))


def test_a_message_without_text_gets_none(tmp_path):
    message = Message(data={ACTION_NAME: "utter_greet"})

    featurizer(tmp_path).process([message])

    assert message.features == []


def test_an_alias_names_the_features(tmp_path):
    message = Message(data={TEXT: "hello"})

    featurizer(tmp_path, alias="mini").process([message])

    assert [feature.origin for feature in message.features] == ["mini"]


def test_training_and_running_agree(tmp_path):
    ours = featurizer(tmp_path)
    data = ours.process_training_data(training_data())

    for example in data.training_examples[:3]:
        message = Message(data={TEXT: example.get(TEXT)})
        ours.process([message])
        np.testing.assert_allclose(vector_of(example), vector_of(message), atol=1e-5)


def test_responses_are_embedded_too(tmp_path):
    example = Message(data={TEXT: "opening hours?", RESPONSE: "We are open from nine to five."})

    featurizer(tmp_path).process_training_data(TrainingData([example]))

    assert not np.allclose(vector_of(example), vector_of(example, RESPONSE))


def test_a_retrain_embeds_only_what_is_new(tmp_path, embedded):
    featurizer(tmp_path).process_training_data(training_data())
    assert sorted(embedded) == sorted(TEXTS)
    embedded.clear()

    data = training_data()
    data.training_examples.append(Message(data={TEXT: "something new"}))
    featurizer(tmp_path).process_training_data(data)

    assert embedded == ["something new"]
    fresh = Message(data={TEXT: TEXTS[0]})
    featurizer(tmp_path).process([fresh])
    np.testing.assert_allclose(vector_of(data.training_examples[0]), vector_of(fresh), atol=1e-5)


def test_equal_texts_are_embedded_once(tmp_path, embedded):
    data = TrainingData(
        [Message(data={TEXT: "hello", INTENT: intent}) for intent in ("greet", "affirm")]
    )

    featurizer(tmp_path).process_training_data(data)

    assert embedded == ["hello"]
    np.testing.assert_array_equal(
        vector_of(data.training_examples[0]), vector_of(data.training_examples[1])
    )


def test_other_settings_do_not_share_the_cache(tmp_path, embedded):
    data = TrainingData([Message(data={TEXT: "hello"})])
    featurizer(tmp_path).process_training_data(data)

    featurizer(tmp_path, pooling="cls").process_training_data(data)

    assert embedded == ["hello", "hello"]


def test_without_a_cache_folder_nothing_is_kept(tmp_path, embedded):
    for _ in range(2):
        featurizer(tmp_path, cache_folder=None).process_training_data(
            TrainingData([Message(data={TEXT: "hello"})])
        )

    assert embedded == ["hello", "hello"]
    assert not (tmp_path / "cache").exists()


def test_an_interrupted_training_keeps_what_it_has_done(tmp_path, monkeypatch, embedded):
    monkeypatch.setattr("components.sentence_embedding_featurizer._STORE_EVERY", BATCH_SIZE)
    texts = [f"message number {number}" for number in range(2 * BATCH_SIZE + 6)]
    real = SentenceEncoder.encode
    calls = 0

    def dying(self, batch):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return real(self, batch)

    ours = featurizer(tmp_path)
    data = TrainingData([Message(data={TEXT: text}) for text in texts])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(SentenceEncoder, "encode", dying)
        ours.process_training_data(data)
    embedded.clear()

    featurizer(tmp_path).process_training_data(data)

    assert len(embedded) == 6


def test_progress_is_shown(tmp_path, capsys):
    featurizer(tmp_path, progress=True).process_training_data(training_data())

    assert f"{len(TEXTS)}/{len(TEXTS)}" in capsys.readouterr().err


def test_the_fingerprint_follows_the_model_and_its_settings(tmp_path):
    files = find_model_files()
    (tmp_path / "model.onnx").symlink_to(files.model)
    tokenizer = tmp_path / "tokenizer.json"
    tokenizer.write_bytes(files.tokenizer.read_bytes())
    addon = SentenceEmbeddingFeaturizer.fingerprint_addon

    here = addon({"model_folder": str(tmp_path)})

    assert addon({}) == here  # the same files in another place
    assert addon({"model_folder": str(tmp_path), "pooling": "max"}) != here
    tokenizer.write_bytes(tokenizer.read_bytes() + b"\n")
    assert addon({"model_folder": str(tmp_path)}) != here


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"pooling": "sum"}, "sum"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"threads": 0}, "threads"),
        ({"model_folder": "no/such/folder"}, "no/such/folder"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused(tmp_path, config, named):
    with pytest.raises(InvalidConfigException, match=named):
        featurizer(tmp_path, **config)
