"""Giving an article, doing without one, and what the customer says of it."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import OperationalError

from actions import knowledge
from actions.knowledge import (
    ActionAnswerHelped,
    ActionAnswerQuestion,
    ActionWrongAnswer,
    last_turn_actions,
)
from backends.article_verdicts import ArticleVerdicts
from tests.actions.support import slot_values, tracker

ARTICLE = {
    "id": "delivery-cost",
    "version": "0123456789ab",
    "title": "How much does delivery cost?",
    "answer": "It costs 4.90.",
    "topic": "delivery_info",
    "score": 0.9,
    "others": [],
}
GIVEN = {
    "id": "delivery-cost",
    "version": "0123456789ab",
    "title": "How much does delivery cost?",
    "question": "cost?",
}
DOMAIN = {
    "responses": {"utter_without_article": [{"custom": {"gift_card": "utter_topic_payments"}}]}
}
USER = {"event": "user", "text": "x"}


def action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


# the turn before gave an answer
ANSWERED = [USER, action("action_answer_question"), action("action_listen"), USER]


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> ArticleVerdicts:
    made = ArticleVerdicts("sqlite://")  # in memory, one connection a thread
    recorded: list[Any] = []
    monkeypatch.setattr(made, "record", recorded.append)
    monkeypatch.setattr(made, "flagged", lambda: recorded)
    monkeypatch.setattr(knowledge, "article_verdicts", lambda: made)
    return made


async def run(action_: Any, where: Tracker) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    said = CollectingDispatcher()
    events = await action_.run(said, where, DOMAIN)
    assert events, "an action without events looks like a failed one"
    return said.messages, slot_values(events)


def asking(**more: Any) -> dict[str, Any]:
    return {"intent": {"name": "delivery_info"}, "text": "what is shipping", **more}


async def test_the_answer_names_its_article_and_asks_if_it_helped() -> None:
    said, slots = await run(ActionAnswerQuestion(), tracker(latest=asking(knowledge=ARTICLE)))
    assert [one["response"] for one in said] == ["utter_article"]
    assert said[0]["title"] == ARTICLE["title"]
    assert said[0]["answer"] == "It costs 4.90."
    assert slots["article"] == {**GIVEN, "question": "what is shipping"}
    assert slots["topic"] == "delivery_info"
    assert "failure" not in slots


async def test_in_a_form_it_does_not_ask_beside_the_forms_question() -> None:
    where = tracker(latest=asking(knowledge=ARTICLE), loop="identity_form")
    said, _ = await run(ActionAnswerQuestion(), where)
    assert [one["response"] for one in said] == ["utter_article_in_form"]


async def test_personal_data_in_the_question_is_not_kept() -> None:
    asked = asking(knowledge=ARTICLE, text="is it 4.90 for bo@example.com? " + "x" * 500)
    _, slots = await run(ActionAnswerQuestion(), tracker(latest=asked))
    assert slots["article"]["question"].startswith("is it 4.90 for [e-mail]?")
    assert len(slots["article"]["question"]) == 300


@pytest.mark.parametrize(
    ("latest", "response"),
    [
        ({"intent": {"name": "gift_card"}}, "utter_topic_payments"),
        ({"intent": {"name": "something_else"}}, "utter_topic_question"),
        ({"intent": None, "knowledge": None}, "utter_topic_question"),
        ({"intent": {}, "knowledge": {"id": "no answer"}}, "utter_topic_question"),
    ],
)
async def test_without_an_article_the_domain_says_what(
    latest: dict[str, Any], response: str
) -> None:
    said, slots = await run(ActionAnswerQuestion(), tracker(latest=latest))
    assert [one["response"] for one in said] == [response]
    assert "failure" not in slots


async def test_the_same_article_twice_running_is_a_failed_turn() -> None:
    where = tracker(ANSWERED, latest=asking(knowledge=ARTICLE), article=GIVEN)
    said, slots = await run(ActionAnswerQuestion(), where)
    assert [one["response"] for one in said] == ["utter_article_again"]
    assert slots["failure"] == "repeated"


async def test_the_same_article_later_is_none() -> None:
    between = [*ANSWERED, action("utter_thank"), action("action_listen"), USER]
    where = tracker(between, latest=asking(knowledge=ARTICLE), article=GIVEN)
    said, slots = await run(ActionAnswerQuestion(), where)
    assert [one["response"] for one in said] == ["utter_article"]
    assert "failure" not in slots


async def test_the_same_offer_twice_running_is_a_failed_turn() -> None:
    latest = {"intent": {"name": "gift_card"}}
    _, slots = await run(ActionAnswerQuestion(), tracker(latest=latest))
    where = tracker(ANSWERED, latest=latest, article=slots["article"])
    said, slots = await run(ActionAnswerQuestion(), where)
    assert [one["response"] for one in said] == ["utter_topic_payments"]
    assert slots["failure"] == "repeated"


@pytest.mark.parametrize(
    ("what", "slots"),
    [
        (ActionAnswerQuestion, {"article": GIVEN}),
        (ActionWrongAnswer, {"article": GIVEN}),
        (ActionWrongAnswer, {"article": None}),
    ],
)
async def test_on_the_last_chance_only_the_person_is_announced(
    what: Any, slots: dict[str, Any], verdicts: ArticleVerdicts
) -> None:
    latest = asking(knowledge=ARTICLE)
    said, values = await run(what(), tracker(ANSWERED, latest=latest, last_chance=True, **slots))
    assert said == []
    assert values["failure"]


async def test_a_yes_is_recorded(verdicts: ArticleVerdicts) -> None:
    said, slots = await run(ActionAnswerHelped(), tracker(ANSWERED, article=GIVEN))
    assert [one["response"] for one in said] == ["utter_answer_helped"]
    assert [(one.article_id, one.helped) for one in verdicts.flagged()] == [("delivery-cost", True)]
    assert slots["article"] is None


async def test_a_no_is_recorded_and_is_a_failed_turn_of_its_own_kind(
    verdicts: ArticleVerdicts,
) -> None:
    said, slots = await run(ActionWrongAnswer(), tracker(ANSWERED, article=GIVEN))
    assert [one["response"] for one in said] == ["utter_answer_no_help"]
    assert slots == {"article": None, "failure": "article_no_help"}
    (verdict,) = verdicts.flagged()
    assert (verdict.article_id, verdict.article_version) == ("delivery-cost", "0123456789ab")
    assert (verdict.title, verdict.question) == (GIVEN["title"], "cost?")
    assert (verdict.helped, verdict.conversation_id) == (False, "c")


@pytest.mark.parametrize("slot", [GIVEN, "utter_topic_payments", None])
async def test_a_no_to_something_else_flags_no_article(
    verdicts: ArticleVerdicts, slot: Any
) -> None:
    events = [USER, action("utter_capabilities"), USER] if slot == GIVEN else ANSWERED
    said, slots = await run(ActionWrongAnswer(), tracker(events, article=slot))
    assert [one["response"] for one in said] == ["utter_wrong_answer"]
    assert slots["failure"] == "wrong_answer"
    assert verdicts.flagged() == []


async def test_thanks_for_help_out_of_the_blue(verdicts: ArticleVerdicts) -> None:
    said, _ = await run(ActionAnswerHelped(), tracker([USER]))
    assert [one["response"] for one in said] == ["utter_thank"]
    assert verdicts.flagged() == []


async def test_a_database_that_is_away_costs_the_customer_nothing(
    verdicts: ArticleVerdicts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(_: Any) -> None:
        raise OperationalError("insert", {}, Exception("disk is full"))

    monkeypatch.setattr(verdicts, "record", away)
    said, _ = await run(ActionWrongAnswer(), tracker(ANSWERED, article=GIVEN))
    assert [one["response"] for one in said] == ["utter_answer_no_help"]
    assert "a verdict on article delivery-cost could not be kept" in caplog.text


def test_the_actions_of_the_last_turn() -> None:
    events = [
        USER,
        action("a"),
        USER,
        action("b"),
        {"event": "slot"},
        action("c"),
        USER,
        action("d"),
    ]
    assert last_turn_actions(tracker(events)) == ["b", "c"]
    assert last_turn_actions(tracker([action("a"), USER])) == ["a"]
    assert last_turn_actions(tracker([])) == []
