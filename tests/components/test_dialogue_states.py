from __future__ import annotations

import random
from typing import Any
from unittest.mock import MagicMock

import pytest
from rasa.core.policies.memoization import AugmentedMemoizationPolicy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import RULE_ONLY_LOOPS, RULE_ONLY_SLOTS
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from components import dialogue_states
from components.rule_policy import SupportRulePolicy
from components.story_memory import StoryMemory
from tests.support.any_events import DOMAIN, anything, message, rare

HIDDEN = {RULE_ONLY_SLOTS: ["known"], RULE_ONLY_LOOPS: ["b_form"]}
# Rasa's policy, and ours
PAIRS = [(AugmentedMemoizationPolicy, StoryMemory), (RulePolicy, SupportRulePolicy)]


def policy(kind: Any, history: int | None) -> Any:
    given = {"max_history": history} if issubclass(kind, AugmentedMemoizationPolicy) else {}
    config = {**kind.get_default_config(), **given}
    return kind(config, MagicMock(), MagicMock(), MagicMock(), lookup={})


def outcome(asked: Any, tracker: DialogueStateTracker, **given: Any) -> Any:
    try:
        return asked._prediction_states(tracker, DOMAIN, **given)
    except IndexError:  # Rasa's: everything so far is hidden
        return "no states"


@pytest.mark.parametrize(("rasas", "ours"), PAIRS, ids=["stories", "rules"])
@pytest.mark.parametrize("history", [4, None])
def test_the_states_are_rasas_however_the_conversation_goes(
    rasas: Any, ours: Any, history: int | None
) -> None:
    dice = random.Random(3)
    theirs, own = policy(rasas, history), policy(ours, history)
    for _ in range(12):
        tracker = DialogueStateTracker("c", DOMAIN.slots)
        for _ in range(60):
            tracker.update(rare(dice) if dice.random() < 0.03 else anything(dice))
            if dice.random() < 0.4:  # several events come between two predictions
                text = dice.random() < 0.3
                given = {"use_text_for_last_user_input": text, "rule_only_data": HIDDEN}
                assert outcome(own, tracker, **given) == outcome(theirs, tracker, **given)


def test_a_caller_may_change_what_it_gets() -> None:
    own = policy(StoryMemory, None)
    tracker = DialogueStateTracker("c", DOMAIN.slots)
    for event in (SlotSet("task", "x"), ActionExecuted("action_listen"), message(random.Random(1))):
        tracker.update(event)
    first = own._prediction_states(tracker, DOMAIN)
    for state in first:
        for part in state.values():
            part.clear()
    assert all(all(state.values()) for state in own._prediction_states(tracker, DOMAIN))


def test_what_was_noted_is_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    notes = dialogue_states._Notes

    class Counted(notes):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any) -> None:
            made.append(1)
            super().__init__(*args)

    monkeypatch.setattr(dialogue_states, "_Notes", Counted)
    tracker = DialogueStateTracker("c", DOMAIN.slots)
    for number in range(5):
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(f"{number}", {"name": "greet"}))
        for kind in (StoryMemory, SupportRulePolicy):
            policy(kind, 4)._prediction_states(tracker, DOMAIN)
    assert made == [1]
    # of another domain
    policy(StoryMemory, 4)._prediction_states(tracker, Domain.from_dict(DOMAIN.as_dict()))
    assert made == [1, 1]
