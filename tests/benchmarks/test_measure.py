from __future__ import annotations

import pytest

from benchmarks.nlu.measure import OUT_OF_SCOPE, Prediction, figures


def test_all_figures_by_hand():
    predictions = [
        *[Prediction("a", "a", 0.9)] * 18,
        Prediction("a", "b", 0.3),
        Prediction("b", "b", 0.5),
        Prediction(OUT_OF_SCOPE, "a", 0.1),
        Prediction(OUT_OF_SCOPE, "b", 0.4),
        Prediction(OUT_OF_SCOPE, "b", 0.95),
        Prediction(OUT_OF_SCOPE, None, 0.8),
    ]

    result = figures(predictions)

    assert (result.messages, result.out_of_scope) == (20, 4)
    assert result.accuracy == pytest.approx(0.95)
    # a: precision 18/18, recall 18/19; b: precision 1/2, recall 1/1
    assert result.macro_f1 == pytest.approx((36 / 37 + 2 / 3) / 2)
    # of 80 pairs: 0.1 and none lose to all 20, 0.4 to 19, 0.95 to none
    assert result.auroc == pytest.approx(59 / 80)
    assert result.recall_5 == pytest.approx(0.75)  # threshold 0.49
    assert result.recall_10 == pytest.approx(0.75)


def test_an_intent_that_refuses_counts_as_refusal():
    predictions = [
        Prediction("a", "a", 0.6),
        Prediction(OUT_OF_SCOPE, "out_of_scope", 0.9),
    ]

    assert figures(predictions).auroc == 0
    assert figures(predictions, ["out_of_scope"]).auroc == 1


def test_without_out_of_scope_messages_their_figures_are_left_out():
    result = figures([Prediction("a", "a", 0.6)])

    assert result.auroc is None
    assert result.recall_5 is None
    assert result.recall_10 is None
