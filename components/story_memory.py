"""Rasa's AugmentedMemoizationPolicy, which does not look where it cannot find anything."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from rasa.core.policies.memoization import AugmentedMemoizationPolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from components.dialogue_states import as_policies_see_it, prediction_states

_ACTION = re.compile(r"prev_action: \{action_name: ([^,{}]+)\}")
_INTENT = re.compile(r"user: \{(?:[^{}]*, )?intent: ([^,{}]+)\}")

End = tuple[str | None, str | None]  # the intent and the action that a memory ends with
_ANY: End = None, None


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class StoryMemory(AugmentedMemoizationPolicy):
    """AugmentedMemoizationPolicy with the same predictions for a fraction of the time.

    Where no story goes on from where a conversation stands, Rasa's policy replays the last turns
    once for each of their actions, to see whether one does when earlier slots are forgotten. This
    took a quarter of a message's time. Here that is left out where no story has, at its end, one
    of the last turns' intents after one of their actions.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ends: frozenset[End] | None = None  # found at the first prediction

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        return prediction_states(
            self,
            tracker,
            domain,
            last=self.config["max_history"],
            use_text=use_text_for_last_user_input,
            rule_only=rule_only_data,
        )

    def _recall_using_truncation(
        self,
        old_states: list[State],
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None,
    ) -> str | None:
        if self._ends is None:
            self._ends = frozenset(end for key in self.lookup if (end := self._end(key)))
        if not self._may_match(tracker):
            return None
        found: str | None = super()._recall_using_truncation(
            old_states, as_policies_see_it(tracker), domain, rule_only_data
        )
        return found

    def _may_match(self, tracker: DialogueStateTracker) -> bool:
        """Whether a memory ends with an intent and an action of the turns that are replayed."""
        replayed = list(self._replayed(tracker))
        said = [event.intent_name for event in replayed if isinstance(event, UserUttered)]
        done = [event.action_name for event in replayed if isinstance(event, ActionExecuted)]
        # before anything was done about a message, it is the one that a memory ends with
        intents = {said[0]} if said and _only_heard(replayed) else {None, *said}
        actions = {None, *done}
        return any(
            end == _ANY or (end[0] in intents and end[1] in actions) for end in self._ends or ()
        )

    def _replayed(self, tracker: DialogueStateTracker) -> Iterator[Event]:
        """The events to which Rasa's policy goes back: see `_trim_tracker_by_max_history`."""
        longest, seen = self.config["max_history"], 0
        for event in reversed(tracker.applied_events()):
            yield event
            if isinstance(event, ActionExecuted):
                seen += 1
                if longest and seen > longest and event.action_name == ACTION_LISTEN_NAME:
                    return

    def _end(self, key: str) -> End | None:
        """The last intent (None: without) and action of a memory.

        None where no action was taken yet: what is replayed begins with one. Where a memory holds
        texts in place of names, which may look like anything, it is taken to match all.
        """
        memory = key
        if self.config["enable_feature_string_compression"]:
            memory = zlib.decompress(base64.b64decode(key)).decode()
        if "text: " in memory:
            return _ANY
        last = memory[_last_state(memory) :]
        action, intent = _ACTION.search(last), _INTENT.search(last)
        if action is None:
            return None
        return intent and intent[1], action[1]


def _only_heard(events: Sequence[Event]) -> bool:
    """Whether nothing has happened since the assistant began to wait, but a message.

    Args:
        events: the last one first.
    """
    heard = False
    for event in events:
        if isinstance(event, ActionExecuted):
            return heard and event.action_name == ACTION_LISTEN_NAME
        if not isinstance(event, UserUttered | SlotSet):
            return False
        heard = heard or isinstance(event, UserUttered)
    return False


def _last_state(memory: str) -> int:
    """Where the last of some states begins: `[{...}, {...}]`."""
    depth = 0
    for place in range(len(memory) - 1, -1, -1):
        depth += (memory[place] == "}") - (memory[place] == "{")
        if memory[place] == "{" and depth == 0:
            return place
    return 0
