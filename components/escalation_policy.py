"""The policy that never lets a customer fail three times.

It counts failed turns across intents, forms and actions (see `components.failed_turns`), offers
the likeliest choices after the first one, and hands the conversation to a person after as many in
a row as `config.yml` says. Asking for a person wins at once, also in the middle of a form.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from rasa.core.policies.policy import (
    Policy,
    PolicyPrediction,
    SupportedData,
    confidence_scores_for,
)
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException

from components.failed_turns import Count, FailureMarks, count_failed_turns, intent_name

logger = logging.getLogger(__name__)

# Above RulePolicy's 5 (rasa.core.constants.RULE_POLICY_PRIORITY): what guards the customer
# overrules what answers them.
DEFAULT_PRIORITY = 10

# More actions than any turn of ours takes, and fewer than Rasa's own limit of 10
# (rasa.core.processor.MAX_NUMBER_OF_PREDICTIONS), past which it stops answering a conversation.
MAX_ACTIONS = 8

# Slots by which the policy tells forms and actions what it knows. All are in domain.yml.
LAST_CHANCE_SLOT = "last_chance"
HANDOFF_REASON_SLOT = "handoff_reason"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class EscalationPolicy(Policy):
    """Predicts help after the first failed turn and a handoff after `failed_turns` in a row."""

    @staticmethod
    def supported_data() -> SupportedData:
        """It learns nothing, so rules and stories are alike to it."""
        return SupportedData.ML_AND_RULE_DATA

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings that `config.yml` may change."""
        return {
            "priority": DEFAULT_PRIORITY,
            # failed turns in a row after which a person takes over
            "failed_turns": 2,
            # intents that ask for a person
            "handoff_intents": ["talk_to_person"],
            # intents that mean: the message was not understood
            "not_understood_intents": ["nlu_fallback", "out_of_scope"],
            # intents that no rule can move forward, and those by which the customer says that the
            # answer was no good: intent -> reason
            "failing_intents": {
                "wrong_answer": "wrong_answer",
                "frustration": "frustrated",
                "foreign_language": "foreign_language",
            },
            # forms that follow a handoff: "call me on ..." answers one, so it is asked first
            "forms_after_handoff": ["contact_form"],
            "not_understood_action": "action_suggest",
            "handoff_action": "action_handoff",
            # said when an action, or the action server, failed; responses, so that they need
            # nothing but Rasa itself
            "action_failed_response": "utter_action_failed",
            "handoff_failed_response": "utter_handoff_failed",
            "failure_slot": "failure",
            # while this slot has one of these values a person has the conversation, or is to have
            # it, and the assistant says nothing
            "handoff_slot": "handoff_status",
            "silent_while": ["queued", "assigned"],
            # the number of the handoff that the customer left last: what the desk had said of it
            # before may arrive later
            "left_slot": "handoff_left",
            # but for these wishes of the customer, if they are as sure as that: a message to a
            # person must not be taken for one
            "wishes_while_silent": ["back_to_assistant", "leave_message"],
            "sure_while_silent": 0.7,
            # slots that the pipeline fills from what is said to a person, and nobody should act on
            "emptied_while_silent": ["pending_wishes"],
            # responses that may be said twice running; saying any other again is a failed turn
            "may_repeat": [
                "utter_greet",
                "utter_thank",
                "utter_goodbye",
                "utter_deny",
                "utter_wait_a_moment",
                "utter_secret_warning",
            ],
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: Any = None,
    ) -> None:
        """Checks the configuration.

        Raises:
            InvalidConfigException: if `failed_turns` is not a whole number of 1 or more.
        """
        super().__init__(config, model_storage, resource, execution_context, featurizer)
        limit = self.config["failed_turns"]
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise InvalidConfigException(
                f"EscalationPolicy in config.yml: 'failed_turns' is {limit!r}; it must be a whole "
                "number of 1 or more, such as 2."
            )
        self._limit: int = limit
        self._handoff: str = self.config["handoff_action"]
        self._suggest: str = self.config["not_understood_action"]
        self._action_failed: str = self.config["action_failed_response"]
        self._handoff_failed: str = self.config["handoff_failed_response"]
        self._marks = FailureMarks(
            actions={
                self._suggest: "not_understood",
                self._action_failed: "action_failed",
                self._handoff_failed: "action_failed",
            },
            intents=dict(self.config["failing_intents"]),
            failure_slot=self.config["failure_slot"],
            handoff_action=self._handoff,
            may_repeat=frozenset(self.config["may_repeat"]),
        )

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Checks that the domain has what the policy predicts; there is nothing to learn.

        Raises:
            InvalidConfigException: if an action, response or slot is missing from the domain.
        """
        needed = [self._handoff, self._suggest, self._action_failed, self._handoff_failed]
        missing = [name for name in needed if name not in domain.action_names_or_texts]
        slots = {slot.name for slot in domain.slots}
        wanted = (self._marks.failure_slot, LAST_CHANCE_SLOT, HANDOFF_REASON_SLOT)
        missing += [f"slot {name}" for name in wanted if name not in slots]
        if missing:
            raise InvalidConfigException(
                "EscalationPolicy needs these in domain.yml, where they are missing: "
                + ", ".join(missing)
                + "."
            )
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EscalationPolicy:
        """Makes the policy anew from its configuration: nothing was stored."""
        return cls(config, model_storage, resource, execution_context)

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predicts help or handoff if the turn calls for it, else leaves it to the others.

        Args:
            tracker: the conversation so far.
            domain: the domain.
            rule_only_data: not used.
            kwargs: not used.

        Returns:
            A prediction of confidence 1 that also overrules an active form, or one of zeros. At
            the start of a turn it carries the slots that tell forms where the customer stands.
        """
        if self._is_silent(tracker):
            return self._prediction(
                confidence_scores_for(ACTION_LISTEN_NAME, 1.0, domain),
                events=[
                    SlotSet(name, None)
                    for name in self.config["emptied_while_silent"]
                    if name in tracker.slots and tracker.get_slot(name) is not None
                ],
                is_no_user_prediction=True,
            )
        count = count_failed_turns(tracker.events, self._marks)
        action, reason = self._decide(count, tracker, domain)
        events = self._slot_events(count, tracker)
        if action is None:
            return self._prediction(self._default_predictions(domain), events=events)
        if action == self._handoff:
            events.append(SlotSet(HANDOFF_REASON_SLOT, reason))
        return self._prediction(
            confidence_scores_for(action, 1.0, domain),
            events=events,
            # without this an active form always wins (rasa.core.policies.ensemble)
            is_no_user_prediction=True,
        )

    def _decide(
        self, count: Count, tracker: DialogueStateTracker, domain: Domain
    ) -> tuple[str | None, str | None]:
        """The next action that failing calls for, with the reason, else (None, None)."""
        turn = count.turn
        if turn.message is None:
            return None, None
        intent = intent_name(turn.message)
        last_chance = count.before + 1 >= self._limit

        if len(turn.actions) >= MAX_ACTIONS:
            logger.error("a turn ran in circles and was ended: %s", " > ".join(turn.actions))
            return ACTION_LISTEN_NAME, None
        if turn.dangling is not None and self._is_remote(turn.dangling, domain):
            if turn.dangling == self._handoff:
                return self._handoff_failed, "action_failed"
            if last_chance and self._handoff not in turn.actions:
                return self._handoff, "action_failed"
            return self._action_failed, "action_failed"
        if turn.actions and turn.actions[-1] in (self._action_failed, self._handoff_failed):
            # an active form would otherwise be run again, and fail again, in the same turn
            return ACTION_LISTEN_NAME, None
        if self._handoff in turn.actions:
            return None, None
        # A form is asked first whether it can take the message: "10023" fits no intent.
        form_may_take_it = tracker.active_loop_name and not turn.rejected
        if not turn.actions and intent in self.config["handoff_intents"]:
            answering = tracker.active_loop_name in self.config["forms_after_handoff"]
            if not (answering and form_may_take_it):
                return self._handoff, "customer_asked"
        if turn.failures and last_chance:
            return self._handoff, turn.failures[-1]
        if turn.actions:
            understood = intent is not None and intent not in self.config["not_understood_intents"]
            if turn.actions[-1] == self._suggest and (understood or intent is None):
                # RulePolicy's fallback: no rule says what follows, and it would fall back again
                return ACTION_LISTEN_NAME, None
            return None, None
        not_understood = intent is None or intent in self.config["not_understood_intents"]
        if not_understood and not form_may_take_it:
            return (self._handoff if last_chance else self._suggest), "not_understood"
        return None, None

    def _is_silent(self, tracker: DialogueStateTracker) -> bool:
        """Whether a person has the conversation, and the customer wants nothing of the assistant.

        Read from the events themselves: a new session and a restart leave the slot's last value
        among them, but not in the state that is made of them.
        """
        slot, message = self.config["handoff_slot"], None
        for event in reversed(tracker.events):
            if message is None and isinstance(event, UserUttered):
                message = event
            if isinstance(event, SlotSet) and event.key == slot:
                said_of = (event.metadata or {}).get("handoff")
                late = said_of is not None and said_of == tracker.get_slot(self.config["left_slot"])
                if late or event.value not in self.config["silent_while"]:
                    return False
                break
        else:
            return False
        if message is None or intent_name(message) not in self.config["wishes_while_silent"]:
            return True
        # what the desk triggers has no confidence
        return bool(message.intent.get("confidence", 1.0) < self.config["sure_while_silent"])

    def _is_remote(self, name: str, domain: Domain) -> bool:
        """Whether an action always leaves an event behind when it has done its work."""
        return name in domain.form_names or (
            name in domain.user_actions and not name.startswith("utter_")
        )

    def _slot_events(self, count: Count, tracker: DialogueStateTracker) -> list[Event]:
        """At the start of a turn: what forms and actions need to know, if it changed."""
        if count.turn.actions:
            return []
        wanted = {
            LAST_CHANCE_SLOT: count.before + 1 >= self._limit,
            self._marks.failure_slot: None,
        }
        return [
            SlotSet(name, value)
            for name, value in wanted.items()
            if tracker.get_slot(name) != value
        ]
