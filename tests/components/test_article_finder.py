"""The Rasa component: which messages get an article, and what becomes of their intent."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from components.article_finder import ArticleFinder
from components.encoder import SentenceEncoder, find_model_files
from components.messages import CORRECTED_TEXT

ARTICLES = {
    "delivery-cost": ("How much does delivery cost?", "[delivery_info]", "It costs 4.90."),
    "delivery-cost-us": (
        "How much does delivery cost in America?",
        "[delivery_info]\nregion: US\ninstead_of: delivery-cost",
        "It costs $9.90.",
    ),
    "return-window": (
        "How long do I have to return something?",
        "[return_item]\nahead_of: [return_item]",
        "30 days after the delivery.",
    ),
}
ENCODER = SentenceEncoder(find_model_files())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "knowledge"
    made.mkdir()
    for name, (question, tags, answer) in ARTICLES.items():
        head = f"question: {question}\ntags: {tags}\nowner: a\nreview: 2030-01-01"
        (made / f"{name}.md").write_text(f"---\n{head}\n---\n{answer}\n")
    return made


def make(folder: Path, **config: Any) -> ArticleFinder:
    return ArticleFinder.load(
        {"folder": str(folder), "cache_folder": None, "check_seconds": 0, **config},
        LocalModelStorage(folder),
        Resource("finder"),
        ExecutionContext(GraphSchema({}), node_name="run_finder"),
    )


@pytest.fixture
def finder(folder: Path) -> ArticleFinder:
    return make(folder)


def message(text: str, intent: str | None, confidence: float = 0.9, **data: Any) -> Message:
    ranking = [{"name": intent, "confidence": confidence}] if intent else []
    made = Message({TEXT: text, **data})
    made.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
    made.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
    vector = ENCODER.encode([data.get(CORRECTED_TEXT, text)])
    made.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, "test"))
    return made


def outcome(finder: ArticleFinder, made: Message, region: str | None = None) -> dict[str, Any]:
    slots = [TextSlot("region", mappings=[], initial_value=region)]
    tracker = DialogueStateTracker(DEFAULT_SENDER_ID, slots)
    assert finder.process([made], tracker) == [made]
    return dict(made.as_dict(only_output_properties=True))


def test_a_question_of_a_known_intent_gets_its_article(finder: ArticleFinder) -> None:
    told = outcome(finder, message("what do you take for shipping", "delivery_info"))
    assert told[INTENT]["name"] == "delivery_info"
    article = told["knowledge"]
    assert article["id"] == "delivery-cost"
    assert article["title"] == "How much does delivery cost?"
    assert article["answer"] == "It costs 4.90."
    assert article["topic"] == "delivery_info"
    assert len(article["version"]) == 12
    assert article["others"] == []


def test_below_the_threshold_nothing_is_given(folder: Path) -> None:
    strict = make(folder, threshold=5, unsure_threshold=5)
    assert "knowledge" not in outcome(strict, message("delivery cost", "delivery_info"))
    told = outcome(strict, message("delivery cost", "nlu_fallback"))
    assert "knowledge" not in told
    assert told[INTENT]["name"] == "nlu_fallback"


@pytest.mark.parametrize("intent", ["nlu_fallback", "out_of_scope", None])
def test_what_nothing_else_understood_becomes_a_question(
    finder: ArticleFinder, intent: str | None
) -> None:
    told = outcome(finder, message("how much is delivery", intent, 0.3))
    assert told["knowledge"]["id"] == "delivery-cost"
    assert told[INTENT]["name"] == "knowledge_question"
    assert 0.7 <= told[INTENT]["confidence"] <= 1
    assert told[INTENT_RANKING_KEY][0]["name"] == "knowledge_question"
    assert [one["name"] for one in told[INTENT_RANKING_KEY][1:]] == ([intent] if intent else [])


def test_what_no_article_answers_stays_not_understood(finder: ArticleFinder) -> None:
    told = outcome(finder, message("who won the football match", "nlu_fallback", 0.3))
    assert told[INTENT]["name"] == "nlu_fallback"
    assert "knowledge" not in told


def test_what_is_about_an_order_of_the_customers_own_stays_not_understood(
    finder: ArticleFinder,
) -> None:
    order = [{"entity": "order_number", "value": "10023"}]
    told = outcome(finder, message("how much is delivery", "nlu_fallback", 0.3, entities=order))
    assert told[INTENT]["name"] == "nlu_fallback"
    told = outcome(finder, message("how much is delivery", "delivery_info", entities=order))
    assert told["knowledge"]["id"] == "delivery-cost"


def test_a_sure_intent_without_articles_is_left_alone(finder: ArticleFinder) -> None:
    told = outcome(finder, message("how much does delivery cost?", "greet"))
    assert told[INTENT]["name"] == "greet"
    assert "knowledge" not in told


def test_an_article_goes_ahead_of_a_task_only_for_nearly_its_own_question(
    finder: ArticleFinder,
) -> None:
    told = outcome(finder, message("how long do I have to return something", "return_item"))
    assert told[INTENT]["name"] == "knowledge_question"
    told = outcome(finder, message("I want to return the lamp", "return_item"))
    assert told[INTENT]["name"] == "return_item"


@pytest.mark.parametrize(
    ("region", "article"),
    [(None, "delivery-cost"), ("DE", "delivery-cost"), ("US", "delivery-cost-us")],
)
def test_the_customers_region_counts(
    finder: ArticleFinder, region: str | None, article: str
) -> None:
    told = outcome(finder, message("how much is delivery", "delivery_info"), region)
    assert told["knowledge"]["id"] == article


def test_typos_are_read_as_the_corrector_mended_them(finder: ArticleFinder) -> None:
    text = {CORRECTED_TEXT: "how much does delivery cost"}
    told = outcome(finder, message("hwo mcuh deos dlivry csot", "nlu_fallback", 0.2, **text))
    assert told["knowledge"]["id"] == "delivery-cost"


@pytest.mark.parametrize("text", ["/delivery_info", "  /greet", "", "x" * 20_000])
def test_buttons_and_odd_texts_are_left_alone(finder: ArticleFinder, text: str) -> None:
    told = outcome(finder, message(text, "nlu_fallback", 0.1))
    assert "knowledge" not in told
    assert told[INTENT]["name"] == "nlu_fallback"


def test_a_message_without_embedding_or_conversation_is_no_trouble(finder: ArticleFinder) -> None:
    bare = Message({TEXT: "how much is delivery", INTENT: {"name": "delivery_info"}})
    assert finder.process([bare]) == [bare]
    assert bare.get("knowledge") is None
    with_vector = message("how much is delivery", "delivery_info")
    finder.process([with_vector])
    assert with_vector.get("knowledge")["id"] == "delivery-cost"


def test_another_encoders_embedding_is_told_once(
    finder: ArticleFinder, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        other = Message({TEXT: "how much is delivery", INTENT: {"name": "delivery_info"}})
        vector = np.ones((1, 8), dtype=np.float32)
        other.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, "test"))
        finder.process([other])
        assert other.get("knowledge") is None
    assert caplog.text.count("give it the same 'model_folder'") == 1


def test_it_never_raises(
    finder: ArticleFinder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(finder._library, "index", lambda: 1 / 0)
    told = outcome(finder, message("how much is delivery", "delivery_info"))
    assert told[INTENT]["name"] == "delivery_info"
    assert "No article could be looked for" in caplog.text


def test_an_edit_reaches_a_running_finder(finder: ArticleFinder, folder: Path) -> None:
    path = folder / "delivery-cost.md"
    path.write_text(path.read_text().replace("4.90", "5.50 since May"))
    end = time.monotonic() + 30
    while True:
        told = outcome(finder, message("how much is delivery", "delivery_info"))
        if told["knowledge"]["answer"] == "It costs 5.50 since May.":
            break
        assert time.monotonic() < end, "the edit did not reach the finder"
        time.sleep(0.01)


@pytest.mark.parametrize("name", ["threshold", "ahead_threshold", "check_seconds"])
@pytest.mark.parametrize("value", ["high", -1, True])
def test_a_wrong_setting_is_told(folder: Path, name: str, value: Any) -> None:
    with pytest.raises(InvalidConfigException, match=f"'{name}' of ArticleFinder in config.yml"):
        make(folder, **{name: value})


def test_a_change_of_the_helpers_is_a_change_of_the_training(monkeypatch) -> None:
    before = ArticleFinder.fingerprint_addon({})
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: real(path) + b"#")
    assert ArticleFinder.fingerprint_addon({}) != before
