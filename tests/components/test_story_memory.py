from __future__ import annotations

import random
from typing import Any
from unittest.mock import MagicMock

import pytest
from rasa.core.policies.memoization import AugmentedMemoizationPolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, FollowupAction, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from components.story_memory import StoryMemory

INTENTS = ("greet", "track", "thank", "bye", "help", "order")
LATE = (SlotSet("known", True), FollowupAction("utter_a"), ActiveLoop("a_form"))
ACTIONS = ("utter_a", "utter_b", "utter_c")
DOMAIN = Domain.from_dict(
    {
        "intents": list(INTENTS),
        "actions": list(ACTIONS),
        "forms": {"a_form": {"required_slots": []}},
        "slots": {"known": {"type": "bool", "mappings": [{"type": "custom"}]}},
    }
)


def policy(kind: type[AugmentedMemoizationPolicy], lookup: dict[str, str], compress: bool) -> Any:
    config = {
        **kind.get_default_config(),
        "max_history": 3,
        "enable_feature_string_compression": compress,
    }
    return kind(config, MagicMock(), MagicMock(), MagicMock(), lookup=dict(lookup))


def talk(dice: random.Random, turns: int) -> DialogueStateTracker:
    """A conversation of any kind, hidden turns, slots and a form among it."""
    tracker = DialogueStateTracker("c", DOMAIN.slots)
    tracker.update(ActionExecuted("action_listen"))
    for _ in range(turns):
        tracker.update(UserUttered("hi", {"name": dice.choice(INTENTS), "confidence": 1.0}))
        if dice.random() < 0.3:
            tracker.update(SlotSet("known", dice.choice([True, None])))
        hidden = dice.random() < 0.3
        for _ in range(dice.randint(0, 2)):
            tracker.update(ActionExecuted(dice.choice(ACTIONS), hide_rule_turn=hidden))
        if dice.random() < 0.2:
            tracker.update(ActionExecuted("a_form"))
            tracker.update(ActiveLoop(dice.choice(["a_form", None])))
        if dice.random() < 0.8:
            tracker.update(ActionExecuted("action_listen", hide_rule_turn=hidden))
    return tracker


def memory(dice: random.Random, compress: bool) -> dict[str, str]:
    """What a policy remembers of a few short stories."""
    maker = policy(AugmentedMemoizationPolicy, {}, compress)
    lookup = {}
    for _ in range(2):
        states = maker._prediction_states(talk(dice, dice.randint(1, 2)), DOMAIN)
        lookup[maker._create_feature_key(states)] = dice.choice(ACTIONS)
    return lookup


@pytest.mark.parametrize("compress", [True, False])
def test_it_predicts_what_rasas_own_policy_does(
    compress: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(7)
    replayed = []
    recall = AugmentedMemoizationPolicy._recall_using_truncation

    def spy(self: Any, *args: Any, **kwargs: Any) -> str | None:
        found = recall(self, *args, **kwargs)
        if isinstance(self, StoryMemory):
            replayed.append(found)
        return found

    monkeypatch.setattr(AugmentedMemoizationPolicy, "_recall_using_truncation", spy)
    predictions = []
    for _ in range(120):
        lookup = memory(dice, compress)
        theirs = policy(AugmentedMemoizationPolicy, lookup, compress)
        ours = policy(StoryMemory, lookup, compress)
        for _ in range(5):
            tracker = talk(dice, dice.randint(1, 6))
            if dice.random() < 0.6:  # nothing was done yet about the last message
                listen = ActionExecuted("action_listen", hide_rule_turn=dice.random() < 0.3)
                tracker.update(listen)
                intent = {"name": dice.choice((*INTENTS, None)), "confidence": 1.0}
                tracker.update(UserUttered("hi", intent))
                if dice.random() < 0.3:
                    tracker.update(dice.choice(LATE))
            expected = theirs.predict_action_probabilities(tracker, DOMAIN).probabilities
            assert ours.predict_action_probabilities(tracker, DOMAIN).probabilities == expected
            predictions.append(any(expected))
    assert len(replayed) < len(predictions) * 0.8, "it looks nearly everywhere"
    assert sum(found is not None for found in replayed) > 5, "nothing was found by replaying"
    assert any(predictions)


def test_a_story_with_texts_may_match_anything() -> None:
    ours = policy(StoryMemory, {"[{user: {text: i said {this}}}]": "utter_a"}, compress=False)
    tracker = talk(random.Random(1), 3)
    assert ours.predict_action_probabilities(tracker, DOMAIN) is not None
    assert ours._may_match(tracker)
