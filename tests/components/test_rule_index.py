from __future__ import annotations

import json
import random
from typing import Any
from unittest.mock import MagicMock

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.constants import SHOULD_NOT_BE_SET
from rasa.shared.core.trackers import DialogueStateTracker

from components.rule_index import RuleIndex
from components.rule_policy import SupportRulePolicy
from tests.support.any_events import DOMAIN, anything


def policy(kind: type[RulePolicy], lookup: dict[str, Any]) -> Any:
    made = kind(kind.get_default_config(), MagicMock(), MagicMock(), MagicMock(), lookup=lookup)
    if isinstance(made, SupportRulePolicy):
        made._indexes = {name: RuleIndex(rules) for name, rules in lookup.items()}
    return made


def states(dice: random.Random, events: int) -> list[dict[str, Any]]:
    tracker = DialogueStateTracker("c", DOMAIN.slots)
    for _ in range(events):
        tracker.update(anything(dice))
    found: list[dict[str, Any]] = policy(RulePolicy, {})._prediction_states(tracker, DOMAIN)
    return found


def rule(dice: random.Random) -> str:
    """Some of a conversation's states, of which some parts do not matter or must not be."""
    kept = states(dice, 8)[-dice.randint(1, 3) :]
    for state in kept:
        for kind in list(state):
            if dice.random() < 0.3:
                del state[kind]
        if dice.random() < 0.2:
            state.setdefault("user", {})["intent"] = SHOULD_NOT_BE_SET
        if dice.random() < 0.2:
            state["active_loop"] = {"name": SHOULD_NOT_BE_SET}
    return json.dumps(kept, sort_keys=True)


def test_the_rules_that_fit_are_those_that_rasa_finds() -> None:
    dice = random.Random(2)
    lookup = {
        name: {rule(dice): "utter_a" for _ in range(150)}
        for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)
    }
    theirs, ours = policy(RulePolicy, lookup), policy(SupportRulePolicy, lookup)
    longest = max(len(json.loads(one)) for rules in lookup.values() for one in rules)
    found = tried = 0
    for _ in range(150):
        at = states(dice, dice.randint(0, 12))
        for rules in lookup.values():
            expected = theirs._get_possible_keys(rules, at)
            assert ours._get_possible_keys(rules, at[-longest:]) == expected
            found += len(expected)
            tried += len(RuleIndex(rules).near(at[-1]))
    assert found > 200
    assert tried < 150 * 2 * 150 / 2, "most rules are tried"
