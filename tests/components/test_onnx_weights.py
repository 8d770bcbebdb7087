from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from components.encoder import SentenceEncoder, find_model_files
from components.onnx_weights import unpacked

MODEL = find_model_files().model


def test_a_text_gets_the_same_numbers_as_from_onnx_runtime_alone():
    ids = np.random.default_rng(1).integers(0, 30_000, (3, 9))
    inputs = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }
    alone = onnxruntime.InferenceSession(str(MODEL), providers=["CPUExecutionProvider"])

    ours = SentenceEncoder(find_model_files())._session

    np.testing.assert_array_equal(ours.run(None, inputs)[0], alone.run(None, inputs)[0])


def test_large_weights_are_apart_and_the_table_of_words_stays_packed():
    model = unpacked(MODEL)

    assert model is not None
    assert len(model.weights) == 36  # six of each layer
    assert {array.dtype for array in model.weights.values()} == {np.dtype(np.float32)}
    assert 30_522 not in {len(array) for array in model.weights.values()}
    assert len(model.graph) < 13_000_000  # in 8 bits the table alone has 11.7 million


@pytest.mark.parametrize("content", [b"", b"no model", b"\x3a\x05\x0a", b"\xff" * 50])
def test_what_is_no_model_is_left_to_onnx_runtime(tmp_path: Path, content: bytes):
    file = tmp_path / "model.onnx"
    file.write_bytes(content)

    assert unpacked(file) is None


def test_a_model_with_weights_in_other_files_is_left_to_onnx_runtime(tmp_path: Path):
    model = unpacked(MODEL)
    assert model is not None
    file = tmp_path / "model.onnx"
    file.write_bytes(model.graph)

    assert unpacked(file) is None


def test_a_model_without_packed_weights_is_left_to_onnx_runtime(tmp_path: Path):
    file = tmp_path / "model.onnx"
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(file)
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    onnxruntime.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])

    assert unpacked(file) is None
