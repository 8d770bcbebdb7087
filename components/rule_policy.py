"""Rasa's RulePolicy with the manners of a conversation: warnings, and no two questions at once."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import PolicyPrediction, confidence_scores_for
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from components.dialogue_states import prediction_states
from components.rule_index import RuleIndex


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class SupportRulePolicy(RulePolicy):
    """RulePolicy that warns of secrets, and lets one question be answered before the next.

    A channel that masked a secret in the customer's message names its kind in the message's
    metadata under `masked`. Before this policy would listen again it predicts the warning, once a
    message, so that the customer is answered and warned, in a form too.

    After a digression RulePolicy goes back to the form, which asks its question again. Where the
    digression's answer is itself a question ("Shall I pass you to a person?") this policy listens
    first; the form goes on with the next message.

    And where a message held several wishes, the next is offered when the first is done.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """RulePolicy's settings, the warning, and the kinds that need none.

        A one-time code is asked for by the assistant itself, so it is no reason to warn.
        """
        return {
            **RulePolicy.get_default_config(),
            "secret_warning": "utter_secret_warning",
            "no_warning_for": ["code"],
            # what the customer also wished for in the same message is offered once nothing is left
            # to do about the first: the slot that holds it, and the action that offers it
            "pending_slot": "pending_wishes",
            "offer_pending": "action_offer_wish",
            # beginnings of the names of responses and actions that ask something or say goodbye
            "no_return_after": [
                "utter_topic_",
                "utter_login_help",
                "utter_vague_help",
                "utter_dont_know",
                "action_wrong_answer",
                "utter_frustration",
                "utter_goodbye",
            ],
            # payloads of buttons that turn an offer down: what is said with one asks something
            "offer_payloads": ["/decline_offer"],
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # by the name of the lookup; none in training, where rules are still being learned
        self._indexes: dict[str, RuleIndex] = {}

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> SupportRulePolicy:
        """See RulePolicy; sorts the rules, so that not all are tried at each prediction."""
        loaded: SupportRulePolicy = super().load(*args, **kwargs)
        loaded._indexes = {
            name: RuleIndex(loaded.lookup.get(name) or ())
            for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)
        }
        return loaded

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        for name, index in self._indexes.items():
            if lookup is self.lookup.get(name) and states:
                lookup = dict.fromkeys(index.near(states[-1]), "")
        possible: set[str] = super()._get_possible_keys(lookup, states)
        return possible

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        # of a conversation no more is compared with rules than the longest has
        last = max((index.longest for index in self._indexes.values()), default=None)
        return prediction_states(
            self, tracker, domain, last=last, use_text=use_text_for_last_user_input
        )

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """See RulePolicy; predicts the warning in place of `action_listen` where it is due."""
        warning, offer = self.config["secret_warning"], self.config["offer_pending"]
        said, masked = self._this_turn(tracker)
        if said and said[-1] in (warning, offer):
            # Said last: RulePolicy has no rule for it, and would run an active form once more.
            return self._certain(ACTION_LISTEN_NAME, domain)
        prediction = super().predict_action_probabilities(
            tracker, domain, rule_only_data=rule_only_data, **kwargs
        )
        if not said or prediction.max_confidence < 1:
            return prediction
        following = domain.action_names_or_texts[prediction.max_confidence_index]
        asked = said[-1].startswith(tuple(self.config["no_return_after"])) or self._offers(tracker)
        returning = following == tracker.active_loop_name and asked
        if returning or following == ACTION_LISTEN_NAME:
            if masked and warning not in said:
                return self._certain(warning, domain)
            if not asked and self._is_pending(tracker, domain):
                return self._certain(offer, domain)
            if returning:
                return self._certain(ACTION_LISTEN_NAME, domain)
        return prediction

    def _offers(self, tracker: DialogueStateTracker) -> bool:
        """Whether an offer that can be turned down was made since the last customer message."""
        declining = set(self.config["offer_payloads"])
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                return False
            if isinstance(event, BotUttered):
                buttons = event.data.get("buttons") or []
                if declining & {button.get("payload") for button in buttons}:
                    return True
        return False

    def _is_pending(self, tracker: DialogueStateTracker, domain: Domain) -> bool:
        """Whether a wish waits, and nothing else is under way."""
        slot, offer = self.config["pending_slot"], self.config["offer_pending"]
        if slot not in tracker.slots or offer not in domain.action_names_or_texts:
            return False
        return bool(tracker.get_slot(slot)) and not tracker.active_loop_name

    def _certain(self, action: str, domain: Domain) -> PolicyPrediction:
        return self._prediction(
            confidence_scores_for(action, 1.0, domain), is_no_user_prediction=True
        )

    def _this_turn(self, tracker: DialogueStateTracker) -> tuple[list[str], bool]:
        """The actions since the last customer message, and whether a secret was masked in it."""
        actions: list[str] = []
        for event in reversed(tracker.events):
            if isinstance(event, ActionExecuted) and event.action_name != ACTION_LISTEN_NAME:
                actions.insert(0, str(event.action_name))
            elif isinstance(event, UserUttered):
                kinds = set((event.metadata or {}).get("masked") or [])
                return actions, bool(kinds - set(self.config["no_warning_for"]))
        return actions, False
