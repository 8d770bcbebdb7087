from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ACTION_NAME, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.messages import CORRECTED_TEXT
from components.sentence_embedding_featurizer import SentenceEmbeddingFeaturizer
from components.typo_corrector import TypoCorrector
from tests.components.nlu_examples import training_data

CONTEXT = ExecutionContext(GraphSchema({}), node_name="train_corrector")
RESOURCE = Resource("corrector")


def load(folder: Path, **config: Any) -> TypoCorrector:
    return TypoCorrector.load(config, LocalModelStorage(folder), RESOURCE, CONTEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model")
    TypoCorrector.create({}, LocalModelStorage(path), RESOURCE, CONTEXT).train(training_data())
    return path


def process(corrector: TypoCorrector, text: str) -> Message:
    return corrector.process([Message(data={TEXT: text})])[0]


def test_the_mended_text_is_kept_beside_the_written_one(folder):
    message = process(load(folder), "were is my pakage")

    assert message.get(TEXT) == "were is my pakage"
    assert message.get(CORRECTED_TEXT) == "were is my package"


def test_a_text_without_typos_has_no_mended_one(folder):
    assert process(load(folder), "where is my package").get(CORRECTED_TEXT) is None


@pytest.mark.parametrize("data", [{TEXT: ""}, {ACTION_NAME: "utter_greet"}])
def test_a_message_without_text_is_left_as_it_is(folder, data):
    message = Message(data=dict(data))

    load(folder).process([message])

    assert message.data == data


def test_the_featurizer_reads_the_mended_text(folder):
    featurizer = SentenceEmbeddingFeaturizer({"cache_folder": None}, "featurizer")

    typo = featurizer.process([process(load(folder), "I forgot my pasword")])[0]
    right = featurizer.process([Message(data={TEXT: "I forgot my password"})])[0]

    vectors = [message.get_dense_features(TEXT)[1].features for message in (typo, right)]
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)


def test_training_examples_are_left_as_they_are(folder):
    data = training_data()

    assert load(folder).process_training_data(data) is data
    assert all(example.get(CORRECTED_TEXT) is None for example in data.training_examples)


def test_before_training_nothing_is_mended_and_it_is_said(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        corrector = load(tmp_path)

    assert "typos are not mended" in caplog.text
    assert process(corrector, "pasword").get(CORRECTED_TEXT) is None


def test_the_fingerprint_follows_the_tokenizer_and_the_helper(tmp_path, monkeypatch):
    from components.encoder import find_model_files

    files = find_model_files()
    (tmp_path / "model.onnx").symlink_to(files.model)
    tokenizer = tmp_path / "tokenizer.json"
    tokenizer.write_bytes(files.tokenizer.read_bytes())
    config = {"model_folder": str(tmp_path)}
    before = TypoCorrector.fingerprint_addon(config)
    assert before == TypoCorrector.fingerprint_addon({})

    tokenizer.write_bytes(tokenizer.read_bytes() + b"\n")

    assert TypoCorrector.fingerprint_addon(config) != before


def test_a_missing_tokenizer_is_named(tmp_path):
    with pytest.raises(InvalidConfigException, match="does not exist"):
        TypoCorrector.create(
            {"model_folder": str(tmp_path)}, LocalModelStorage(tmp_path), RESOURCE, CONTEXT
        ).train(training_data())
