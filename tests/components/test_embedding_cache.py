from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from components.embedding_cache import EmbeddingCache, RecentVectors


def vector(number: int) -> np.ndarray:
    return np.arange(number, number + 4, dtype=np.float32)


def test_what_was_put_is_found_again(tmp_path: Path):
    EmbeddingCache(tmp_path / "new", "model").put({"hello": vector(1), "bye": vector(2)})

    found = EmbeddingCache(tmp_path / "new", "model").get(["bye", "never seen"])

    assert list(found) == ["bye"]
    np.testing.assert_array_equal(found["bye"], vector(2))


def test_nothing_is_found_before_anything_was_put(tmp_path: Path):
    assert EmbeddingCache(tmp_path, "model").get(["hello"]) == {}


def test_another_models_vectors_are_never_given(tmp_path: Path):
    EmbeddingCache(tmp_path, "model a").put({"hello": vector(1)})

    assert EmbeddingCache(tmp_path, "model b").get(["hello"]) == {}


def test_more_texts_than_a_statement_takes_parameters(tmp_path: Path):
    cache = EmbeddingCache(tmp_path, "model")
    texts = [f"text {number}" for number in range(2500)]
    cache.put({text: vector(number) for number, text in enumerate(texts)})

    found = cache.get(texts)

    assert len(found) == 2500
    np.testing.assert_array_equal(found["text 2499"], vector(2499))


def test_a_vector_is_replaced(tmp_path: Path):
    cache = EmbeddingCache(tmp_path, "model")
    cache.put({"hello": vector(1)})
    cache.put({"hello": vector(5)})

    np.testing.assert_array_equal(cache.get(["hello"])["hello"], vector(5))


def test_texts_are_not_kept(tmp_path: Path):
    cache = EmbeddingCache(tmp_path, "model")
    cache.put({"my card is 4242 4242 4242 4242": vector(1)})

    assert b"4242" not in cache.path.read_bytes()


def test_strange_texts_can_be_kept(tmp_path: Path):
    cache = EmbeddingCache(tmp_path, "model")
    texts = ["", "\ud800", "\x00", "x" * 100_000]
    cache.put({text: vector(number) for number, text in enumerate(texts)})

    assert set(cache.get(texts)) == set(texts)


def test_a_damaged_file_is_made_anew_and_said_so(tmp_path: Path, caplog):
    cache = EmbeddingCache(tmp_path, "model")
    cache.put({"hello": vector(1)})
    cache.path.write_bytes(b"this is no database at all, not even a little")

    with caplog.at_level(logging.WARNING):
        assert cache.get(["hello"]) == {}
    cache.put({"hello": vector(3)})

    assert str(cache.path) in caplog.text
    np.testing.assert_array_equal(cache.get(["hello"])["hello"], vector(3))


def test_a_file_damaged_between_reading_and_writing_is_made_anew(tmp_path: Path):
    cache = EmbeddingCache(tmp_path, "model")
    cache.path.write_bytes(b"damaged" * 100)

    cache.put({"hello": vector(3)})

    np.testing.assert_array_equal(cache.get(["hello"])["hello"], vector(3))


def test_an_empty_file_left_by_a_killed_training_is_no_obstacle(tmp_path: Path):
    cache = EmbeddingCache(tmp_path, "model")
    cache.path.touch()

    assert cache.get(["hello"]) == {}
    cache.put({"hello": vector(1)})
    assert list(cache.get(["hello"])) == ["hello"]


def test_several_trainings_may_write_at_the_same_time(tmp_path: Path):
    def write(writer: int) -> None:
        cache = EmbeddingCache(tmp_path, "model")
        for number in range(20):
            cache.put({f"{writer} {number}": vector(number)})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    texts = [f"{writer} {number}" for writer in range(4) for number in range(20)]
    assert len(EmbeddingCache(tmp_path, "model").get(texts)) == 80


def test_the_message_not_asked_for_longest_makes_room_for_a_new_one():
    recent = RecentVectors(2)
    recent.put("yes", vector(1))
    recent.put("no", vector(2))

    assert recent.get("yes") is not None
    recent.put("hello", vector(3))

    assert recent.get("no") is None
    np.testing.assert_array_equal(recent.get("yes"), vector(1))
    np.testing.assert_array_equal(recent.get("hello"), vector(3))


def test_of_recent_messages_no_text_is_kept():
    recent = RecentVectors(2)

    recent.put("my card is 4111", vector(1))

    assert all(len(key) == 32 and b"4111" not in key for key in recent._vectors)
