"""The library follows its files, without making a message wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.article_library import ArticleLibrary
from components.embedding_cache import EmbeddingCache


class Encoder:
    """Stands for the real one where only what is embedded, and when, matters."""

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def encode_many(self, texts: list[str]) -> Iterator[tuple[list[int], np.ndarray]]:
        assert self.may_go_on.wait(30)
        self.embedded += texts
        if texts:
            yield list(range(len(texts))), np.ones((len(texts), 4), dtype=np.float32) / 2


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def write(folder: Path, name: str, answer: str, **more: str) -> Path:
    entries = {"question": f"About {name}?", "tags": "[x]", "owner": "a", "review": "2030-01-01"}
    head = "\n".join(f"{key}: {value}" for key, value in {**entries, **more}.items())
    path = folder / f"{name}.md"
    path.write_text(f"---\n{head}\n---\n{answer}\n", encoding="utf-8")
    return path


@pytest.fixture
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder, clock: Clock) -> ArticleLibrary:
    write(tmp_path, "cost", "4.90")
    write(tmp_path, "time", "three days")
    made = ArticleLibrary(tmp_path, encoder, None, 2, 0, clock)  # type: ignore[arg-type]
    made.load()
    return made


def answers(library: ArticleLibrary) -> dict[str, str]:
    return {article.id: article.answer for article in library.index().articles}


def eventually(clock: Clock, holds: Callable[[], bool]) -> None:
    """Waits until it holds, the clock going on as in a busy chat."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "the library does not follow its files"
        clock.now += 3
        time.sleep(0.01)


def test_what_is_there_at_the_start_is_given(library: ArticleLibrary) -> None:
    assert answers(library) == {"cost": "4.90", "time": "three days"}


def test_an_edit_reaches_it_and_embeds_only_what_is_new(
    tmp_path: Path, encoder: Encoder, clock: Clock
) -> None:
    write(tmp_path, "cost", "4.90")
    write(tmp_path, "time", "three days")
    cache = EmbeddingCache(tmp_path / "cache", "test")
    library = ArticleLibrary(tmp_path, encoder, cache, 2, 0, clock)  # type: ignore[arg-type]
    library.load()
    encoder.embedded.clear()
    write(tmp_path, "cost", "5.90 since May")
    eventually(clock, lambda: answers(library)["cost"] == "5.90 since May")
    assert encoder.embedded == ["5.90 since May"]


def test_the_first_message_after_an_edit_gets_it(
    tmp_path: Path, encoder: Encoder, clock: Clock
) -> None:
    write(tmp_path, "cost", "4.90")
    library = ArticleLibrary(tmp_path, encoder, None, 2, 30, clock)  # type: ignore[arg-type]
    library.load()
    clock.now += 3
    assert answers(library) == {"cost": "4.90"}
    write(tmp_path, "cost", "5.90 since May")
    clock.now += 3
    assert answers(library) == {"cost": "5.90 since May"}


def test_new_withdrawn_and_deleted_articles(
    tmp_path: Path, library: ArticleLibrary, clock: Clock
) -> None:
    write(tmp_path, "express", "next day")
    eventually(clock, lambda: "express" in answers(library))
    write(tmp_path, "express", "next day", withdrawn="not true any more")
    eventually(clock, lambda: "express" not in answers(library))
    (tmp_path / "time.md").unlink()
    eventually(clock, lambda: set(answers(library)) == {"cost"})


def test_a_broken_edit_keeps_the_last_good_version_and_is_told(
    tmp_path: Path, library: ArticleLibrary, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cost.md").write_text("---\nquestion: half writ", encoding="utf-8")
    write(tmp_path, "time", "four days")
    eventually(clock, lambda: answers(library)["time"] == "four days")
    assert answers(library)["cost"] == "4.90"
    assert "its last good version stays in use" in caplog.text
    assert "cost.md:1: a second line '---' must end the front matter" in caplog.text


def test_the_files_are_not_looked_at_for_every_message(
    tmp_path: Path, library: ArticleLibrary, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Any] = []
    real = ArticleLibrary._look
    monkeypatch.setattr(ArticleLibrary, "_look", lambda self: looks.append(1) or real(self))
    for _ in range(10):
        library.index()
    assert len(looks) == 1
    clock.now += 2
    library.index()
    assert len(looks) == 2


def test_a_message_does_not_wait_for_the_new_index(
    tmp_path: Path, library: ArticleLibrary, encoder: Encoder, clock: Clock
) -> None:
    encoder.may_go_on.clear()
    write(tmp_path, "cost", "5.90")
    for _ in range(5):
        clock.now += 3
        assert answers(library)["cost"] == "4.90"  # at once, from the index of before
    encoder.may_go_on.set()
    eventually(clock, lambda: answers(library)["cost"] == "5.90")


def test_an_index_that_cannot_be_made_leaves_the_one_of_before(
    tmp_path: Path, library: ArticleLibrary, encoder: Encoder, clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def fail(texts: list[str]) -> Iterator[Any]:
        raise RuntimeError("no memory")

    encoder.encode_many = fail  # type: ignore[method-assign]
    write(tmp_path, "cost", "5.90")
    eventually(clock, lambda: answers(library) and "cannot be used" in caplog.text)
    assert answers(library)["cost"] == "4.90"
    del encoder.encode_many
    write(tmp_path, "cost", "6.90!")
    eventually(clock, lambda: answers(library)["cost"] == "6.90!")


def test_a_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, encoder: Encoder, clock: Clock
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "cost", "4.90")
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = EmbeddingCache(tmp_path / "cache", "test")
    library = ArticleLibrary(folder, encoder, cache, 2, 0, clock)  # type: ignore[arg-type]
    library.load()
    assert answers(library) == {"cost": "4.90"}


def test_no_folder_is_told_and_gives_nothing(
    tmp_path: Path, encoder: Encoder, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    library = ArticleLibrary(tmp_path / "none", encoder, None, 2, 0, clock)  # type: ignore[arg-type]
    library.load()
    assert answers(library) == {}
    assert "There are no articles in" in caplog.text
