"""Which rules may fit where a conversation stands, found without trying each of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import State
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

# the action before and the intent that a rule ends with; None: any
_End = tuple[str | None, str | None]


class RuleIndex:
    """Rules of a RulePolicy, each a JSON list of states, by what their last state asks for."""

    def __init__(self, rules: Iterable[str]) -> None:
        """Read rules, as RulePolicy's `lookup` has them for keys."""
        self.longest = 1  # states of the longest rule
        self._by_end: dict[_End, list[str]] = defaultdict(list)
        self._beginnings: list[str] = []  # that end before any action
        for rule in rules:
            states = json.loads(rule)
            self.longest = max(self.longest, len(states))
            self._by_end[_asked(states[-1])].append(rule)
            if not states[-1].get(PREVIOUS_ACTION):
                self._beginnings.append(rule)

    def near(self, state: State) -> list[str]:
        """All rules that may fit a conversation's last state, and few that do not."""
        if not state.get(PREVIOUS_ACTION):
            return self._beginnings
        action, intent = _asked(state)
        ends = {(action, intent), (action, None), (None, intent), (None, None)}
        return [rule for end in ends for rule in self._by_end.get(end, ())]


def _asked(state: State) -> _End:
    action = (state.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME)
    intent = (state.get(USER) or {}).get(INTENT)
    return _name(action), _name(intent)


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and value != SHOULD_NOT_BE_SET else None
