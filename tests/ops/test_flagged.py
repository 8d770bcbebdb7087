"""The list of flagged articles, as staff see it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backends.article_verdicts import ArticleVerdicts, Verdict
from components.articles import read_article
from ops.flagged import main
from ops.problem import Problem

NO = Verdict("k1", "cost", "old", "How much is it?", False, "to Rome?", "c1")
ARTICLE = "---\nquestion: How much is it?\ntags: [x]\nowner: a\nreview: 2030-01-01\n---\n4.90\n"


@pytest.fixture
def verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArticleVerdicts:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FRONTDESK_VAR", raising=False)
    monkeypatch.setenv("FRONTDESK_KNOWLEDGE_DB", f"sqlite:///{tmp_path}/knowledge.db")
    folder = tmp_path / "data" / "knowledge"
    folder.mkdir(parents=True)
    (folder / "cost.md").write_text(ARTICLE)
    return ArticleVerdicts(f"sqlite:///{tmp_path}/knowledge.db")


def test_none(verdicts: ArticleVerdicts, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == "No article is flagged.\n"


def test_what_is_said_of_each(
    verdicts: ArticleVerdicts, capsys: pytest.CaptureFixture[str]
) -> None:
    version = read_article(Path("data/knowledge/cost.md")).version
    verdicts.record(NO)
    verdicts.record(replace(NO, key="k2", helped=True))
    verdicts.record(replace(NO, key="k3", article_id="gone"))
    assert main([]) == 0
    said = capsys.readouterr().out
    assert 'data/knowledge/cost.md: "How much is it?" did not help 1, helped 1, last on 20' in said
    assert "It was changed since." in said.splitlines()[0]
    assert "    asked: to Rome?" in said
    assert "The article is not there any more." in said
    assert 'make flagged ARGS="--settle ARTICLE"' in said
    verdicts.record(replace(NO, key="k4", article_version=version))
    main([])
    assert "It was changed since." not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["cost", "cost.md", "data/knowledge/cost.md"])
def test_settled(verdicts: ArticleVerdicts, capsys: pytest.CaptureFixture[str], name: str) -> None:
    verdicts.record(NO)
    assert main(["--settle", name]) == 0
    assert "cost is off the list (1 verdict)." in capsys.readouterr().out
    assert verdicts.flagged() == []


def test_nothing_to_settle(verdicts: ArticleVerdicts) -> None:
    with pytest.raises(Problem, match="no article cost is flagged"):
        main(["--settle", "cost"])


def test_a_database_that_cannot_be_used(
    verdicts: ArticleVerdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_KNOWLEDGE_DB", "nosql://x/y")
    with pytest.raises(Problem, match="FRONTDESK_KNOWLEDGE_DB"):
        main([])
