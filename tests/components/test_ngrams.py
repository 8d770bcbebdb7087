from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer

from components.ngrams import DIMENSIONS, NgramFeatures, _count, normalise

TEXTS = ["where is my order 10023?", "reset my password", "cancel the order", "hello"]


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / max(np.linalg.norm(one) * np.linalg.norm(other), 1e-12))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where IS\n\tmy  Order?", "where is my order?"),
        ("order 10023, or 7", "order 0, or 0"),
        ("a\x00b\u200bc\ud800", "abc"),
        ("𝓬𝓪𝓷𝓬𝓮𝓵 𝔀𝓲𝓭𝓮", "cancel wide"),
        ("", ""),
        ("x" * 5000, "x" * 1000),
    ],
)
def test_normalise(text, expected):
    assert normalise(text) == expected


def test_a_misspelt_text_is_nearer_to_its_own_than_to_others():
    features = NgramFeatures(1.0, 1.0)
    known = features.fit(TEXTS)

    typo = features.transform(["resset my pasword"])[0]

    similarities = [cosine(typo, row) for row in known]
    assert similarities.index(max(similarities)) == 1


def test_projected_vectors_keep_their_length_and_weights():
    features = NgramFeatures(3.0, 0.0)

    lengths = np.linalg.norm(features.fit(TEXTS), axis=1)

    np.testing.assert_allclose(lengths, 3.0, rtol=0.15)


def test_which_number_it_is_makes_no_difference():
    features = NgramFeatures(1.0, 1.0)
    features.fit(TEXTS)

    one, other = features.transform(["order 10023", "order 7"])

    np.testing.assert_array_equal(one, other)


def test_unknown_words_change_nothing():
    features = NgramFeatures(1.0, 1.0)
    features.fit(TEXTS)

    plain, with_unknown = features.transform(["reset", "reset żółć"])

    assert cosine(plain, with_unknown) > 0.99
    assert not features.transform(["żółć"]).any()


def test_restored_features_give_the_same_vectors():
    features = NgramFeatures(0.25, 0.18)
    features.fit(TEXTS)

    restored = NgramFeatures(0.25, 0.18, features.state())

    np.testing.assert_array_equal(
        features.transform(["cancel my order"]), restored.transform(["cancel my order"])
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("char", {"analyzer": "char_wb", "ngram_range": (2, 4)}),
        ("word", {"ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"}),
    ],
)
def test_n_grams_are_counted_as_by_scikit_learn(name, options):
    texts = [*TEXTS, "I a I a i", "", "don't  stop", "żółć 👍🏽 ok", "x" * 70, "the the the order"]
    vectorizer = HashingVectorizer(
        n_features=2**18, norm=None, alternate_sign=False, lowercase=False, **options
    )
    expected = vectorizer.transform([normalise(text) for text in texts]).toarray()

    counted = _count(texts)[name]

    found = np.zeros_like(expected)
    found[counted.rows, counted.buckets] = counted.times
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("texts", [["😀", "!?"], [""], ["\x00"]])
def test_texts_without_any_n_gram_are_no_obstacle(texts):
    features = NgramFeatures(1.0, 1.0)

    vectors = features.fit(texts)

    assert vectors.shape == (len(texts), DIMENSIONS)
    assert np.isfinite(vectors).all()
    assert np.isfinite(features.transform(["hello", ""])).all()
