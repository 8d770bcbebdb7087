"""Verdicts on articles: what is flagged, and what settles it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backends.article_verdicts import ArticleVerdicts, Verdict, VerdictsUnusable

NO = Verdict("k1", "delivery-cost", "v1", "How much is it?", False, "to Rome?", "c1")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def verdicts(tmp_path: Path) -> ArticleVerdicts:
    return ArticleVerdicts(f"sqlite:///{tmp_path}/deep/knowledge.db", Clock())


def test_nothing_said_nothing_flagged(verdicts: ArticleVerdicts) -> None:
    assert verdicts.flagged() == []


def test_a_no_flags_the_article(verdicts: ArticleVerdicts) -> None:
    verdicts.record(NO)
    (flagged,) = verdicts.flagged()
    assert flagged.article_id == "delivery-cost"
    assert flagged.title == "How much is it?"
    assert (flagged.not_helped, flagged.helped, flagged.version) == (1, 0, "v1")
    assert flagged.questions == ("to Rome?",)
    assert flagged.last_at == 1001


def test_a_yes_alone_flags_nothing_but_is_counted(verdicts: ArticleVerdicts) -> None:
    verdicts.record(replace(NO, helped=True))
    assert verdicts.flagged() == []
    verdicts.record(replace(NO, key="k2"))
    (flagged,) = verdicts.flagged()
    assert (flagged.not_helped, flagged.helped) == (1, 1)
    assert flagged.questions == ("to Rome?",)


def test_told_twice_counted_once(verdicts: ArticleVerdicts) -> None:
    verdicts.record(NO)
    verdicts.record(NO)
    assert verdicts.flagged()[0].not_helped == 1


def test_the_worst_comes_first_with_its_latest_questions(verdicts: ArticleVerdicts) -> None:
    verdicts.record(replace(NO, key="other", article_id="aaa"))
    for number in range(7):
        verdicts.record(replace(NO, key=f"n{number}", question=f"q{number}", article_version="v2"))
    worst, other = verdicts.flagged()
    assert (worst.article_id, worst.not_helped, worst.version) == ("delivery-cost", 7, "v2")
    assert worst.questions == ("q6", "q5", "q4", "q3", "q2")
    assert other.article_id == "aaa"


def test_settled_it_is_off_the_list_until_the_next_no(verdicts: ArticleVerdicts) -> None:
    verdicts.record(NO)
    verdicts.record(replace(NO, key="other", article_id="aaa"))
    assert verdicts.settle("delivery-cost", "kim") == 1
    assert [one.article_id for one in verdicts.flagged()] == ["aaa"]
    assert verdicts.settle("delivery-cost", "kim") == 0
    verdicts.record(replace(NO, key="k3"))
    assert {one.article_id: one.not_helped for one in verdicts.flagged()} == {
        "aaa": 1,
        "delivery-cost": 1,
    }


def test_it_is_there_after_a_restart_and_for_another_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/knowledge.db"
    first, second = ArticleVerdicts(url), ArticleVerdicts(url)
    first.record(NO)
    assert len(second.flagged()) == 1
    first.close()
    assert len(ArticleVerdicts(url).flagged()) == 1


@pytest.mark.parametrize("url", ["sqlite:////proc/none/knowledge.db", "no url", "nosql://x/y"])
def test_a_database_that_cannot_be_used_is_told(url: str) -> None:
    with pytest.raises(VerdictsUnusable, match="FRONTDESK_KNOWLEDGE_DB"):
        ArticleVerdicts(url)
