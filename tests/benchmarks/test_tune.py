"""Choosing the threshold from labelled messages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.nlu import tune
from benchmarks.nlu.measure import OUT_OF_SCOPE, Prediction
from tests.support.processes import ROOT

MESSAGES = [
    *[Prediction("track_order", "track_order", 0.9)] * 6,
    *[Prediction("track_order", "return_item", 0.3)] * 2,
    *[Prediction(OUT_OF_SCOPE, "greet", 0.5)] * 1,
    *[Prediction(OUT_OF_SCOPE, "out_of_scope", 0.95)] * 1,
]


def test_what_each_threshold_does() -> None:
    row = next(row for row in tune.rows(MESSAGES) if row.threshold == 0.4)
    assert (row.answered, row.wrong) == (0.6, 0.1)
    assert (row.asked, row.refused) == (0.0, 0.3)


def test_the_best_is_in_the_middle_of_what_is_equally_good() -> None:
    assert tune.best(tune.rows(MESSAGES)).threshold == 0.75  # of 0.55 to 0.9


def test_a_wrong_answer_is_worse_than_asking_back() -> None:
    unsure = [Prediction("a", "a", 0.5), Prediction("a", "b", 0.6)]
    assert tune.best(tune.rows(unsure)).threshold > 0.6


def test_the_threshold_is_written_into_the_projects_own_file() -> None:
    before = (ROOT / "config.yml").read_text(encoding="utf-8")
    after = tune.set_threshold(before, 0.35)
    changed = set(after.splitlines()) - set(before.splitlines())
    assert changed <= {"    threshold: 0.35"}
    assert "threshold: 0.35" in after
    assert len(after.splitlines()) == len(before.splitlines())


def test_a_file_without_the_line_is_not_guessed_at() -> None:
    with pytest.raises(SystemExit, match="FallbackClassifier"):
        tune.set_threshold("pipeline:\n  - name: WhitespaceTokenizer\n", 0.35)


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["tune", str(Path("nowhere.csv"))])
    with pytest.raises(SystemExit, match="nowhere"):
        tune.main()
