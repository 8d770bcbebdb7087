"""The escalation policy: what it predicts, in every state that a turn can be in."""

from pathlib import Path
from typing import Any

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException

from components.escalation_policy import EscalationPolicy

ROOT = Path(__file__).resolve().parents[2]
LISTEN = ActionExecuted("action_listen")
SAID = BotUttered("said")
FORM = ActiveLoop("identity_form")
REJECTED = ActionExecutionRejected("identity_form")


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


def policy(tmp_path: Path, **config: Any) -> EscalationPolicy:
    return EscalationPolicy(
        {**EscalationPolicy.get_default_config(), **config},
        LocalModelStorage(tmp_path),
        Resource("escalation"),
        ExecutionContext(GraphSchema({}), "test"),
    )


def user(intent: str | None) -> list[Event]:
    return [LISTEN, UserUttered("text", intent={"name": intent, "confidence": 0.9})]


FAILED = [*user("nlu_fallback"), ActionExecuted("action_suggest"), SAID]
TRACK = ActionExecuted("action_track_order")
FORM_RAN = ActionExecuted("identity_form")


def predict(
    events: list[Event], domain: Domain, tmp_path: Path, **config: Any
) -> tuple[str | None, PolicyPrediction]:
    tracker = DialogueStateTracker.from_events("c", events, domain.slots, domain=domain)
    prediction = policy(tmp_path, **config).predict_action_probabilities(tracker, domain)
    best = prediction.max_confidence
    name = domain.action_names_or_texts[prediction.max_confidence_index] if best > 0 else None
    return name, prediction


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # nothing said yet, or all is well: the others decide
        ([], None),
        (user("greet"), None),
        ([*user("track_order"), TRACK, SlotSet("next_step", "done")], None),
        # not understood
        (user("nlu_fallback"), "action_suggest"),
        (user("out_of_scope"), "action_suggest"),
        (user(None), "action_suggest"),
        ([*FAILED], None),
        ([*user(None), ActionExecuted("action_suggest"), SAID], "action_listen"),
        ([*FAILED, *user("nlu_fallback")], "action_handoff"),
        ([*FAILED, *user("greet")], None),
        # an intent that no rule answers: RulePolicy falls back, once
        ([*user("no_rule_for_it"), ActionExecuted("action_suggest"), SAID], "action_listen"),
        # whatever goes in circles is ended before Rasa gives the conversation up
        ([*user("inform"), *[ActionExecuted("action_use_fact"), SAID] * 8], "action_listen"),
        ([*user("inform"), *[ActionExecuted("action_use_fact"), SAID] * 7], None),
        # a form is asked first; if it refuses the message, that is not understood
        ([FORM, *user("nlu_fallback")], None),
        ([FORM, *user("nlu_fallback"), REJECTED], "action_suggest"),
        ([*FAILED, FORM, *user("nlu_fallback"), REJECTED], "action_handoff"),
        ([FORM, *user("bot_challenge"), REJECTED], None),
        # a form or action says that it failed
        ([FORM, *user("inform"), FORM_RAN, SlotSet("failure", "invalid_email"), SAID], None),
        (
            [*FAILED, FORM, *user("inform"), FORM_RAN, SlotSet("failure", "invalid_email")],
            "action_handoff",
        ),
        ([*FAILED, *user("track_order"), TRACK, SlotSet("failure", "x"), SAID], "action_handoff"),
        # the customer says so
        (user("wrong_answer"), None),
        ([*FAILED, *user("wrong_answer")], "action_handoff"),
        ([*user("frustration"), ActionExecuted("utter_frustration"), SAID], None),
        # an action that left no event: it raised, or the action server is gone
        ([*user("track_order"), TRACK], "utter_action_failed"),
        ([*FAILED, *user("track_order"), TRACK], "action_handoff"),
        ([FORM, *user("inform"), FORM_RAN], "utter_action_failed"),
        (
            [FORM, *user("inform"), FORM_RAN, ActionExecuted("utter_action_failed"), SAID],
            "action_listen",
        ),
        ([*user("greet"), ActionExecuted("utter_greet")], None),
        # the handoff itself fails
        (
            [*FAILED, *user("nlu_fallback"), ActionExecuted("action_handoff")],
            "utter_handoff_failed",
        ),
        (
            [
                *user("talk_to_person"),
                ActionExecuted("action_handoff"),
                ActionExecuted("utter_handoff_failed"),
                SAID,
            ],
            "action_listen",
        ),
        # asking for a person wins at once, in a form too
        (user("talk_to_person"), "action_handoff"),
        ([FORM, *user("talk_to_person")], "action_handoff"),
        (
            [
                *user("talk_to_person"),
                ActionExecuted("action_handoff"),
                SlotSet("next_step", "done"),
            ],
            None,
        ),
        # ... except in the form that follows a handoff, which may be answered by "call me"
        ([ActiveLoop("contact_form"), *user("talk_to_person")], None),
        (
            [
                ActiveLoop("contact_form"),
                *user("talk_to_person"),
                ActionExecutionRejected("contact_form"),
            ],
            "action_handoff",
        ),
        # a handoff ends the counting
        (
            [
                *FAILED,
                *user("nlu_fallback"),
                ActionExecuted("action_handoff"),
                SAID,
                *user("nlu_fallback"),
            ],
            "action_suggest",
        ),
    ],
)
def test_predicts(
    events: list[Event], expected: str | None, domain: Domain, tmp_path: Path
) -> None:
    name, prediction = predict(events, domain, tmp_path)
    assert name == expected
    # else an active form overrules it
    assert prediction.is_no_user_prediction == (expected is not None)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        (user("talk_to_person"), "customer_asked"),
        ([*FAILED, *user("nlu_fallback")], "not_understood"),
        ([*FAILED, *user("wrong_answer")], "wrong_answer"),
        ([*FAILED, *user("track_order"), TRACK], "action_failed"),
        ([*FAILED, *user("x"), TRACK, SlotSet("failure", "wrong_code")], "wrong_code"),
    ],
)
def test_the_handoff_knows_its_reason(
    events: list[Event], reason: str, domain: Domain, tmp_path: Path
) -> None:
    _, prediction = predict(events, domain, tmp_path)
    assert SlotSet("handoff_reason", reason) in prediction.events


def test_forms_are_told_about_the_last_chance(domain: Domain, tmp_path: Path) -> None:
    _, first = predict([FORM, *user("inform")], domain, tmp_path)
    assert SlotSet("last_chance", False) in first.events
    events = [*FAILED, SlotSet("failure", "old"), FORM, *user("inform")]
    _, second = predict(events, domain, tmp_path)
    assert SlotSet("last_chance", True) in second.events
    assert SlotSet("failure", None) in second.events


def test_what_forms_know_already_is_not_said_again(domain: Domain, tmp_path: Path) -> None:
    events = [SlotSet("last_chance", False), *user("greet")]
    _, prediction = predict(events, domain, tmp_path)
    assert prediction.events == []
    _, later = predict([*user("greet"), ActionExecuted("utter_greet")], domain, tmp_path)
    assert later.events == []


@pytest.mark.parametrize(("limit", "expected"), [(1, "action_handoff"), (3, "action_suggest")])
def test_the_limit_is_configuration(
    limit: int, expected: str, domain: Domain, tmp_path: Path
) -> None:
    events = FAILED if limit == 3 else []
    name, _ = predict([*events, *user("nlu_fallback")], domain, tmp_path, failed_turns=limit)
    assert name == expected


@pytest.mark.parametrize("limit", [0, -1, 1.5, "2", True, None])
def test_a_wrong_limit_is_named(limit: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match="failed_turns"):
        policy(tmp_path, failed_turns=limit)


def test_training_names_what_the_domain_lacks(domain: Domain, tmp_path: Path) -> None:
    assert policy(tmp_path).train([], domain)
    with pytest.raises(InvalidConfigException, match="action_nowhere"):
        policy(tmp_path, handoff_action="action_nowhere").train([], domain)
    with pytest.raises(InvalidConfigException, match="slot no_such_slot"):
        policy(tmp_path, failure_slot="no_such_slot").train([], domain)


# While a person has the conversation


STATUS = "handoff_status"


def with_people(state: str | None) -> list[Event]:
    return [*user("talk_to_person"), ActionExecuted("action_handoff"), SlotSet(STATUS, state)]


@pytest.mark.parametrize("state", ["queued", "assigned"])
@pytest.mark.parametrize(
    "since",
    [
        [],
        user("nlu_fallback"),
        user("talk_to_person"),
        [*user("frustration"), LISTEN, *user("frustration")],
        [SessionStarted(), *user("track_order")],
        [Restarted(), *user("greet")],
        [FORM, *user("inform")],
        # understood with 0.5, somebody tells the person something
        [LISTEN, UserUttered("x", intent={"name": "back_to_assistant", "confidence": 0.5})],
    ],
)
def test_a_person_has_the_conversation_and_the_assistant_is_silent(
    state: str, since: list[Event], domain: Domain, tmp_path: Path
) -> None:
    name, prediction = predict([*with_people(state), *since], domain, tmp_path)
    assert name == "action_listen"
    assert prediction.is_no_user_prediction  # over an active form, too


@pytest.mark.parametrize("state", ["ticket", "resolved", "abandoned", None])
def test_without_a_person_it_speaks(state: str | None, domain: Domain, tmp_path: Path) -> None:
    events = [*with_people(state), *user("nlu_fallback")]
    assert predict(events, domain, tmp_path)[0] == "action_suggest"


@pytest.mark.parametrize(("said_of", "silent"), [(7, False), (8, True), (None, True)])
def test_what_the_desk_said_of_a_handoff_may_arrive_after_the_customer_left_it(
    said_of: int | None, silent: bool, domain: Domain, tmp_path: Path
) -> None:
    events = [
        *with_people("queued"),
        *user("back_to_assistant"),
        ActionExecuted("action_back_to_assistant"),
        SlotSet(STATUS, None),
        SlotSet("handoff_left", 7),
        LISTEN,
        SlotSet(STATUS, "queued", metadata={"handoff": said_of}),
        *user("nlu_fallback"),
    ]
    assert (predict(events, domain, tmp_path)[0] == "action_listen") is silent


@pytest.mark.parametrize("intent", ["back_to_assistant", "leave_message"])
def test_what_the_customer_wants_of_the_assistant_is_heard(
    intent: str, domain: Domain, tmp_path: Path
) -> None:
    said = [*with_people("queued"), *user(intent)]
    assert predict(said, domain, tmp_path)[0] is None
    # the desk's own trigger has no confidence
    triggered = [*with_people("queued"), UserUttered("EXTERNAL: x", intent={"name": intent})]
    assert predict(triggered, domain, tmp_path)[0] is None


def test_wishes_read_from_words_to_a_person_are_forgotten(domain: Domain, tmp_path: Path) -> None:
    wishes = SlotSet("pending_wishes", [{"intent": "track_order"}])
    _, prediction = predict(
        [*with_people("assigned"), *user("cancel_order"), wishes], domain, tmp_path
    )
    assert SlotSet("pending_wishes", None) in prediction.events
