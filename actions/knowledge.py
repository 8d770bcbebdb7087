"""Answers from the knowledge base, and what customers say of them.

The article comes with the message: the NLU pipeline has found it (components/article_finder.py).
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.exc import SQLAlchemyError

from actions import tasks
from actions.keys import message_key
from actions.shop import article_verdicts
from backends.article_verdicts import Verdict
from privacy import mask_personal

logger = logging.getLogger(__name__)

# Of a long question so much is kept for those who mend the article.
_QUESTION_CHARS = 300


def article_for(tracker: Tracker) -> dict[str, Any] | None:
    """The article that answers the latest message, as ArticleFinder put it there."""
    found = (tracker.latest_message or {}).get("knowledge")
    return found if isinstance(found, dict) and found.get("answer") else None


def last_turn_actions(tracker: Tracker) -> list[str]:
    """Names of the actions between the customer's last message and the one before it."""
    names: list[str] = []
    turns = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            turns += 1
            if turns == 2:
                break
        elif turns == 1 and event.get("event") == "action":
            names.insert(0, str(event.get("name")))
    return names


def _answer_in_question(tracker: Tracker) -> dict[str, Any] | None:
    """The article that was given in the last turn, if the customer has not judged it yet."""
    given = tracker.get_slot("article")
    if not isinstance(given, dict) or ActionAnswerQuestion.NAME not in last_turn_actions(tracker):
        return None
    return given


class ActionAnswerQuestion(Action):
    """Gives the article that answers the message, or else says what to do without one."""

    NAME = "action_answer_question"

    def name(self) -> str:
        """The action's name in the domain."""
        return self.NAME

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Answers; the same answer twice running is a failed turn."""
        article = article_for(tracker)
        if article is None:
            return self._without(dispatcher, tracker, domain)
        before = _answer_in_question(tracker)
        if before and before.get("id") == article["id"]:
            return self._again(article, dispatcher, tracker)
        # a form under way asks its own question next, and two questions at once are one too many
        in_form = bool(tracker.active_loop.get("name"))
        dispatcher.utter_message(
            response="utter_article_in_form" if in_form else "utter_article",
            title=article["title"],
            answer=article["answer"],
        )
        asked = mask_personal(str(tracker.latest_message.get("text") or ""))[:_QUESTION_CHARS]
        given = {key: article[key] for key in ("id", "version", "title")} | {"question": asked}
        return tasks.slots(article=given, topic=article["topic"])

    @staticmethod
    def _again(
        article: dict[str, Any], dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        if not tracker.get_slot("last_chance"):  # then a person is what comes next
            dispatcher.utter_message(response="utter_article_again", title=article["title"])
        return tasks.slots(failure="repeated")

    @staticmethod
    def _without(
        dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Says what the domain has for the intent; the same twice running is a failed turn."""
        intent = str((tracker.latest_message.get("intent") or {}).get("name"))
        response = responses_without_article(domain).get(intent, "utter_topic_question")
        repeated = tracker.get_slot(
            "article"
        ) == response and ActionAnswerQuestion.NAME in last_turn_actions(tracker)
        if repeated and tracker.get_slot("last_chance"):
            return tasks.slots(failure="repeated")
        dispatcher.utter_message(response=response)
        events: list[dict[str, Any]] = [SlotSet("article", response)]
        return events + (tasks.slots(failure="repeated") if repeated else [])


def responses_without_article(domain: DomainDict) -> dict[str, str]:
    """Response by intent, as `utter_without_article` in domain.yml has them."""
    variations = (domain.get("responses") or {}).get("utter_without_article") or [{}]
    found: dict[str, str] = variations[0].get("custom") or {}
    return found


class ActionAnswerHelped(Action):
    """Thanks for a "yes" to "Did that help?"."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer_helped"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Records the verdict on the article."""
        given = _answer_in_question(tracker)
        if given:
            await _record(given, tracker, helped=True)
        dispatcher.utter_message(response="utter_answer_helped" if given else "utter_thank")
        return tasks.slots(article=None)


class ActionWrongAnswer(Action):
    """Owns up to an answer that was no good, and flags the article if it came from one."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_wrong_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Records the verdict; the turn has failed."""
        given = _answer_in_question(tracker)
        if given:
            await _record(given, tracker, helped=False)
        if not tracker.get_slot("last_chance"):  # then a person is what comes next
            dispatcher.utter_message(
                response="utter_answer_no_help" if given else "utter_wrong_answer"
            )
        return tasks.slots(article=None, failure="article_no_help" if given else "wrong_answer")


async def _record(given: dict[str, Any], tracker: Tracker, *, helped: bool) -> None:
    """Keeps a verdict; a database that is away costs the customer nothing."""
    article = str(given.get("id"))
    verdict = Verdict(
        key=message_key(tracker, "article-verdict", article),
        article_id=article,
        article_version=str(given.get("version") or ""),
        title=str(given.get("title") or ""),
        helped=helped,
        question=str(given.get("question") or ""),
        conversation_id=tracker.sender_id,
    )
    try:
        await asyncio.to_thread(article_verdicts().record, verdict)
    except SQLAlchemyError as error:
        logger.error("a verdict on article %s could not be kept: %s", article, error)
