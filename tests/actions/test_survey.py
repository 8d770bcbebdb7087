"""The survey: a rating, a line of words, and nobody asked twice."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import Message
from actions.survey import SKIPPED, ActionSaveRating, ActionSaveSurvey, ValidateSurveyForm
from tests.actions.support import slot_values, tracker


def rated(value: Any) -> dict[str, Any]:
    entities = [] if value is None else [{"entity": "rating", "value": value}]
    return {"intent": {"name": "rate_service"}, "entities": entities}


@pytest.mark.parametrize("rating", ["1", "5", 3])
async def test_a_rating_is_kept_and_a_line_asked_for(rating: Any) -> None:
    said = CollectingDispatcher()
    slots = slot_values(await ActionSaveRating().run(said, tracker(latest=rated(rating)), {}))
    assert slots["survey"]["rating"] == int(rating)
    assert slots["next_step"] == "survey"
    assert said.messages == []  # the form asks


@pytest.mark.parametrize("rating", ["0", "6", "great", "-1", "4.5", "", None, "٤٤"])
async def test_what_is_no_rating_is_left_out(rating: Any) -> None:
    slots = slot_values(
        await ActionSaveRating().run(CollectingDispatcher(), tracker(latest=rated(rating)), {})
    )
    assert slots == {"next_step": "done"}


@pytest.mark.parametrize(
    ("intent", "text", "found"),
    [
        ("feedback", "Anna was great", "Anna was great"),
        ("nlu_fallback", "meh", "meh"),
        ("thank", "thanks, all good", "thanks, all good"),
        ("nlu_fallback", "card 4111 1111 1111 1111", "card [card number]"),
        ("deny", "no", SKIPPED),
        ("decline_offer", "/decline_offer", SKIPPED),
        ("track_order", "where is 10023", None),
        ("knowledge_question", "do you ship to France", None),
    ],
)
def test_what_counts_as_a_line_of_words(intent: str, text: str, found: str | None) -> None:
    latest = {"intent": {"name": intent}, "text": text, "entities": []}
    one = tracker(latest=latest)
    read = ValidateSurveyForm().read("survey_comment", Message.latest(one), one)
    assert read.get("survey_comment") == found


@pytest.mark.parametrize(
    ("comment", "intent", "thanked"),
    [("good", "feedback", True), (SKIPPED, "deny", True), (SKIPPED, "track_order", False)],
)
async def test_who_goes_on_to_something_else_is_left_alone(
    comment: str, intent: str, thanked: bool
) -> None:
    said = CollectingDispatcher()
    survey = {"rating": 4, "comment": None, "at": 1.0}
    one = tracker(latest={"intent": {"name": intent}}, survey=survey, survey_comment=comment)
    slots = slot_values(await ActionSaveSurvey().run(said, one, {}))
    assert slots["survey"]["comment"] == (comment if comment != SKIPPED else None)
    assert bool(said.messages) is thanked
