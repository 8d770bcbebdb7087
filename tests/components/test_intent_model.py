from __future__ import annotations

import io
import json

import numpy as np
import pytest

from components.encoder import SentenceEncoder, find_model_files
from components.intent_model import IntentModel, Settings
from tests.components.nlu_examples import INTENTS, TEXTS


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder(find_model_files())


def train(encoder, texts=TEXTS, intents=INTENTS, **settings) -> IntentModel:
    return IntentModel.train(texts, encoder.encode(texts), intents, Settings(**settings))


@pytest.fixture(scope="module")
def model(encoder) -> IntentModel:
    return train(encoder)


def best(model, encoder, *texts) -> list[tuple[str, float]]:
    return [ranking[0] for ranking in model.rank(texts, encoder.encode(texts))]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("wheres my pakage??", "track_order"),
        ("cant remember the pasword", "reset_password"),
        ("these boots are too small, taking them back possible?", "return_item"),
        ("hiya", "greet"),
    ],
)
def test_new_words_are_understood(model, encoder, text, intent):
    assert best(model, encoder, text)[0][0] == intent


def test_something_else_altogether_has_less_confidence(model, encoder):
    known = best(model, encoder, "where is the parcel I ordered", "I have forgotten my password")
    other = best(model, encoder, "who painted the Mona Lisa", "how tall is mount everest")

    assert min(confidence for _, confidence in known) > 0.5
    assert max(confidence for _, confidence in other) < 0.3


def test_a_ranking_has_every_intent_once_best_first(model, encoder):
    ranking = model.rank(["where is it"], encoder.encode(["where is it"]))[0]

    assert sorted(name for name, _ in ranking) == sorted(set(INTENTS))
    confidences = [confidence for _, confidence in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 <= sum(confidences) <= 1 + 1e-9


def test_many_texts_at_once_are_ranked_as_one_by_one(model, encoder):
    texts = ["hello", "refund for the shoes", "order 5"]
    vectors = encoder.encode(texts)

    together = model.rank(texts, vectors)

    for row, text in enumerate(texts):
        alone = model.rank([text], vectors[[row]])[0]
        assert [name for name, _ in alone] == [name for name, _ in together[row]]
        assert alone[0][1] == pytest.approx(together[row][0][1], abs=1e-5)


def test_training_again_gives_the_same_whatever_the_order(encoder, model):
    order = np.random.default_rng(0).permutation(len(TEXTS))

    again = train(encoder, [TEXTS[row] for row in order], [INTENTS[row] for row in order])

    ours, theirs = best(model, encoder, "parcel?")[0], best(again, encoder, "parcel?")[0]
    assert ours[0] == theirs[0]
    assert ours[1] == pytest.approx(theirs[1], abs=1e-5)


def test_a_copied_example_changes_nothing(encoder, model):
    again = train(encoder, [*TEXTS, TEXTS[0]], [*INTENTS, INTENTS[0]])

    assert best(again, encoder, "parcel?")[0][1] == pytest.approx(
        best(model, encoder, "parcel?")[0][1], abs=1e-5
    )


def test_a_restored_model_ranks_the_same(model, encoder):
    arrays, values = model.state()
    file = io.BytesIO()
    np.savez(file, **arrays)
    file.seek(0)
    with np.load(file) as stored:  # refuses pickles
        restored = IntentModel.from_state(dict(stored), json.loads(json.dumps(values)))

    vectors = encoder.encode(["where is my stuff"])
    assert restored.rank(["where is my stuff"], vectors) == model.rank(
        ["where is my stuff"], vectors
    )


def test_damaged_values_are_refused(model):
    arrays, values = model.state()

    with pytest.raises(ValueError, match="train again"):
        IntentModel.from_state(arrays, {**values, "intents": None})


def test_a_single_intent(encoder):
    model = train(encoder, ["hello", "hi"], ["greet", "greet"])

    near, far = best(model, encoder, "hello there", "the train to Rome leaves at nine")
    assert near[0] == "greet"
    assert near[1] > far[1]


def test_a_single_example(encoder):
    assert best(train(encoder, ["hello"], ["greet"]), encoder, "hello")[0][0] == "greet"


def test_one_example_an_intent(encoder):
    model = train(encoder, ["hello", "where is my order"], ["greet", "track_order"])

    assert best(model, encoder, "hi")[0][0] == "greet"


def test_the_same_text_under_two_intents_shares_the_confidence(encoder):
    model = train(encoder, [*TEXTS, "hello"], [*INTENTS, "return_item"])

    ranking = model.rank(["hello"], encoder.encode(["hello"]))[0]
    assert {name for name, _ in ranking[:2]} == {"greet", "return_item"}
    assert ranking[0][1] < 0.9


def test_examples_without_letters(encoder):
    model = train(encoder, ["👍", "👎", "!!", "?"], ["affirm", "deny", "deny", "vague"])

    assert best(model, encoder, "👍")[0][0] == "affirm"


def test_intents_with_few_examples_are_not_drowned(encoder):
    many = [f"{text} {number}" for number in range(8) for text in TEXTS[:6]]
    texts = [*many, "good morning", "hi there"]
    intents = ["track_order"] * len(many) + ["greet"] * 2

    helped = train(encoder, texts, intents, balance=0.1)
    not_helped = train(encoder, texts, intents, balance=0.0)

    def margin(model: IntentModel) -> float:
        decisions, _ = model.scores(["hello friend"], encoder.encode(["hello friend"]))
        return float(decisions[0, 0] - decisions[0, 1])  # greet before track_order

    assert margin(helped) > margin(not_helped)


def test_too_many_examples_are_thinned_out_where_there_are_most(encoder):
    model = train(encoder, max_examples=18)

    arrays, _ = model.state()
    assert np.bincount(arrays["labels"]).tolist() == [4, 5, 5, 4]
    assert model.intents == ("greet", "reset_password", "return_item", "track_order")
    assert best(model, encoder, "hello")[0][0] == "greet"
