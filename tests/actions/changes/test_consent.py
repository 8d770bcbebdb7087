"""Only a clear yes is a yes."""

from __future__ import annotations

import pytest

from actions.changes.consent import CONFIRM, answer, is_early, is_hedged, quote
from actions.reading import Message
from tests.actions.support import tracker


def said(text: str, intent: str = "affirm", **entities: str) -> Message:
    return Message(text, intent, {name: [value] for name, value in entities.items()}, {})


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "Yes!", "yes please", "yes pls", "y", "yeah", "yep, do it", "please do", "ok yes"),
        *("go ahead", "yes cancel it", "yes, cancel my order please", "yes sure", "I confirm"),
        *("absolutely", "YES THANK YOU", "of course", "yes that's correct"),
    ],
)
def test_clear_yes(text: str) -> None:
    assert answer(said(text)) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        *("ok", "okay", "hmm", "hm yes", "I guess", "i guess so", "yes i guess", "sure", "fine"),
        *("yes?", "is it yes?", "will I get my money back?", "maybe", "yes but not the lamp", ""),
        *("yes, only the lamp", "yes if it's free", "not sure", "I think so", "alright", "👍"),
        *("yes to the other one", "wait", "what happens then", "why", "yes and no"),
    ],
)
def test_everything_else_is_no_yes(text: str) -> None:
    assert answer(said(text)) != "yes"
    assert answer(said(text, CONFIRM)) is None or not text.startswith("yes")


@pytest.mark.parametrize(
    "text", ["no", "No thanks", "nope", "don't", "no, keep it", "please don't"]
)
def test_no(text: str) -> None:
    assert answer(said(text, "deny")) == "no"


def test_buttons() -> None:
    button = said('/confirm_change{"quote": "q1"}', CONFIRM, quote="q1")
    assert answer(button) == "yes"
    assert quote(button) == "q1"
    assert answer(said("/deny", "deny")) == "no"
    assert answer(said("/affirm", "affirm")) is None


def test_a_button_named_by_its_place_or_title() -> None:
    assert answer(said("1", CONFIRM, quote="q1")) == "yes"
    assert answer(said("cancel it", CONFIRM, quote="q1")) == "yes"
    assert answer(said("ok", CONFIRM, quote="q1")) is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("yes but only the lamp", "inform"),
        ("no wait just one of the mugs", "place_order"),
        ("no, make it one", "knowledge_question"),
        ("nope the other thing", "nlu_fallback"),
    ],
)
def test_what_begins_as_an_answer_is_hedged(text: str, intent: str) -> None:
    assert answer(said(text, intent)) is None
    assert is_hedged(said(text, intent))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("no, get me a person", "contact_human"),
        ("how much is delivery?", "knowledge_question"),
        ("12", "inform"),
    ],
)
def test_what_asks_for_something_else_is_not(text: str, intent: str) -> None:
    assert not is_hedged(said(text, intent))


PREVIEWED = [{"event": "bot", "text": "Shall I cancel it?", "timestamp": 1_800_000_000.5}]


@pytest.mark.parametrize(
    ("sent_at", "early"),
    [
        ("2027-01-15T08:00:00.400000+00:00", True),
        ("2027-01-15T08:00:00.600000+00:00", False),
        (None, False),  # a channel that tells no time
    ],
)
def test_a_yes_sent_before_the_preview_was_said_is_early(sent_at: str | None, early: bool) -> None:
    yes = Message("yes", "affirm", {}, {"sent_at": sent_at} if sent_at else {})
    assert is_early(yes, tracker([*PREVIEWED, {"event": "user", "text": "yes"}])) is early
    assert not is_early(yes, tracker([]))


def test_a_button_is_never_early_as_it_names_what_it_was_under() -> None:
    sent = {"sent_at": "2027-01-15T08:00:00.400000+00:00"}
    assert not is_early(Message("1", CONFIRM, {"quote": ["q1"]}, sent), tracker(PREVIEWED))
