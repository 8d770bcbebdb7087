"""The knowledge benchmark's figures, and that its questions are not the articles' own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from benchmarks.nlu.knowledge import Found, finder_settings, judge, report
from components.article_index import Hit, words
from components.articles import Article, read_folder

ROOT = Path(__file__).parents[2]
LINES = [
    json.loads(line)
    for line in (ROOT / "benchmarks" / "nlu" / "questions.jsonl").read_text("utf-8").splitlines()
]
ARTICLES, _ = read_folder(ROOT / "data" / "knowledge")


def test_the_figures() -> None:
    found = [
        Found("a", ("a", "b", "c"), True, False, "right"),
        Found("a", ("b", "a", "c"), True, False, "wrong"),
        Found("a", ("b", "c", "a"), False, True, "not given"),
        Found(None, ("b",), True, True, "given though there is none"),
        Found(None, ("b",), False, True, "rightly not given"),
    ]
    table = report(found)
    assert "| all | 3 | 0.333 | 1.000 | 0.333 | 0.333 | 2 | 0.500 |" in table
    assert "| not understood | 1 | 0.000 | 1.000 | 0.000 | 0.000 | 2 | 0.500 |" in table
    assert "in all: 0.400 of 5 questions; wrong among the answers that were given: 0.667" in table


def test_it_decides_as_the_component_does() -> None:
    fallback = {"name": "FallbackClassifier", "threshold": 0.4}
    finder = {"name": "components.x.ArticleFinder", "threshold": 0.7, "unsure_threshold": 0.7}
    settings = finder_settings({"pipeline": [{"name": "a.Tokenizer"}, fallback, finder]})
    article = Article("a", "b?", (), ("known",), "o", date(2030, 1, 1), "c")
    line = {"text": "t", "article": "a"}

    def given(score: float, intent: str, confidence: float) -> bool:
        hits = [Hit(article, score)]
        return judge(line, hits, (intent, confidence), settings, frozenset({"known"})).given

    assert given(0.7, "known", 0.9)
    assert not given(0.69, "known", 0.9)
    assert given(0.7, "known", 0.3)
    assert given(0.7, "out_of_scope", 0.9)
    assert not given(0.69, "known", 0.3)
    assert not given(0.99, "another", 0.9)


def test_there_are_enough_questions_and_every_article_is_asked_for() -> None:
    assert len(LINES) >= 200
    assert sum(line["article"] is None for line in LINES) >= 40
    customers = {one.id for one in ARTICLES if one.audience == "customers"}
    assert {line["article"] for line in LINES} - {None} <= customers
    assert len({line["article"] for line in LINES}) > 80


def test_no_question_is_copied_from_an_article() -> None:
    theirs = {" ".join(words(question)) for one in ARTICLES for question in one.questions}
    assert [line["text"] for line in LINES if " ".join(words(line["text"])) in theirs] == []
