"""The component with real trackers, events, messages, and Rasa's own graph."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.graph import ExecutionContext, GraphSchema, SchemaNode
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.validation import validate
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from components.choice_resolver import ChoiceResolver, offered_buttons

Button = dict[str, str]

MENU: list[Button] = [
    {"title": "Track an order", "payload": "/track_order"},
    {"title": "Order 10023", "payload": '/choose_order{"order_number": "10023"}'},
    {"title": "Talk to a person", "payload": "/talk_to_person"},
]


def said(text: str) -> UserUttered:
    return UserUttered(text, intent={"name": "greet", "confidence": 0.9})


def offered(buttons: Any = MENU, text: str = "What can I do?") -> BotUttered:
    return BotUttered(text, data={"buttons": buttons})


def conversation(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("customer", list(events))


def understood(text: str, intent: str = "nlu_fallback", confidence: float = 0.4) -> Message:
    """A message as the pipeline before this component leaves it."""
    message = Message({"text": text})
    ranking = [
        {"name": intent, "confidence": confidence},
        {"name": "track_order", "confidence": 0.2},
        {"name": "inform", "confidence": 0.1},
    ]
    message.set("intent", dict(ranking[0]), add_to_output=True)
    message.set("intent_ranking", ranking, add_to_output=True)
    message.set("entities", [{"entity": "number", "value": "2"}], add_to_output=True)
    message.set("text", text, add_to_output=True)
    return message


def resolve(text: str, tracker: DialogueStateTracker | None, **config: Any) -> dict[str, Any]:
    component = ChoiceResolver(config)
    (message,) = component.process([understood(text)], tracker)
    output: dict[str, Any] = message.as_dict(only_output_properties=True)
    return output


def is_unchanged(output: dict[str, Any]) -> bool:
    before: dict[str, Any] = understood(output["text"]).as_dict(only_output_properties=True)
    return output == before


AFTER_MENU = conversation(ActionExecuted("action_listen"), said("hi"), offered())


def test_the_message_becomes_the_button() -> None:
    output = resolve("the second one", AFTER_MENU)
    assert output["text"] == "the second one"
    assert output["intent"] == {"name": "choose_order", "confidence": 1.0}
    assert output["intent_ranking"] == [
        {"name": "choose_order", "confidence": 1.0},
        {"name": "nlu_fallback", "confidence": 0.4},
        {"name": "track_order", "confidence": 0.2},
        {"name": "inform", "confidence": 0.1},
    ]
    (entity,) = output["entities"]
    assert entity["entity"] == "order_number"
    assert entity["value"] == "10023"
    assert entity["extractor"] == "ChoiceResolver"
    assert "the second one"[entity["start"] : entity["end"]] == "the second one"


def test_an_intent_is_ranked_once() -> None:
    output = resolve("1", AFTER_MENU)
    assert [entry["name"] for entry in output["intent_ranking"]] == [
        "track_order",
        "nlu_fallback",
        "inform",
    ]
    assert output["entities"] == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("3", "talk_to_person"),
        ("#3", "talk_to_person"),
        ("last one please", "talk_to_person"),
        ("talk to a persn", "talk_to_person"),
        ("10023", "choose_order"),
        ("order 10023", "choose_order"),
        ("track", "track_order"),
    ],
)
def test_ways_to_name_a_button(text: str, intent: str) -> None:
    assert resolve(text, AFTER_MENU)["intent"] == {"name": intent, "confidence": 1.0}


@pytest.mark.parametrize(
    "text",
    [
        "4",
        "0",
        "10024",
        "20023",
        "order",
        "the second one but change the address",
        "where is my parcel",
        "/track_order",
        " /restart",
        "",
        "   ",
        "\0",
        "1" * 20_000,
    ],
)
def test_everything_else_stays_as_it_was_understood(text: str) -> None:
    assert is_unchanged(resolve(text, AFTER_MENU))


@pytest.mark.parametrize(
    "tracker",
    [
        None,
        conversation(),
        conversation(said("hi")),
        conversation(said("hi"), BotUttered("Hello!")),
        conversation(said("hi"), offered([])),
        conversation(said("hi"), offered(None)),
        # the customer has written since
        conversation(said("hi"), offered(), said("hm"), BotUttered("Pardon?")),
        # another session, another conversation
        conversation(said("hi"), offered(), SessionStarted(), ActionExecuted("action_listen")),
        conversation(said("hi"), offered(), Restarted()),
    ],
)
def test_without_buttons_in_the_last_turn_a_number_is_a_number(
    tracker: DialogueStateTracker | None,
) -> None:
    assert is_unchanged(resolve("1", tracker))


def test_what_else_happened_in_the_last_turn_does_not_matter() -> None:
    tracker = conversation(
        said("hi"),
        ActionExecuted("utter_menu"),
        offered(),
        SlotSet("seen", True),
        BotUttered("Take your time."),
        ActionExecuted("action_listen"),
    )
    assert resolve("3", tracker)["intent"]["name"] == "talk_to_person"


def test_of_two_messages_with_buttons_the_last_one_counts() -> None:
    yes_no = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]
    tracker = conversation(said("hi"), offered(), offered(yes_no))
    assert resolve("2", tracker)["intent"]["name"] == "deny"
    assert is_unchanged(resolve("3", tracker))


@pytest.mark.parametrize(
    ("text", "intent"),
    [("yes", "affirm"), ("Yep!", "affirm"), ("no thanks", "deny"), ("y", "affirm")],
)
def test_yes_and_no_by_intent_whatever_the_titles(text: str, intent: str) -> None:
    buttons = [
        {"title": "Send the link", "payload": "/affirm"},
        {"title": "Leave it", "payload": "/deny"},
    ]
    assert resolve(text, conversation(said("hi"), offered(buttons)))["intent"]["name"] == intent


def test_the_intents_of_yes_and_no_are_configuration() -> None:
    buttons = [
        {"title": "Send the link", "payload": "/agree"},
        {"title": "Leave it", "payload": "/refuse"},
    ]
    tracker = conversation(said("hi"), offered(buttons))
    assert is_unchanged(resolve("yes", tracker))
    config = {"yes_intents": ["agree"], "no_intents": ["refuse"]}
    assert resolve("yes", tracker, **config)["intent"]["name"] == "agree"


def test_the_similarity_of_typos_is_configuration() -> None:
    assert resolve("talk to a persn", AFTER_MENU)["intent"]["name"] == "talk_to_person"
    assert is_unchanged(resolve("talk to a persn", AFTER_MENU, similarity=1.0))


def test_a_payload_with_a_confidence_and_several_values_is_read_as_rasa_reads_it() -> None:
    buttons = [{"title": "Both", "payload": '/choose@0.4{"item": ["a", "b"], "n": 2}'}]
    output = resolve("1", conversation(said("hi"), offered(buttons)))
    assert output["intent"] == {"name": "choose", "confidence": 1.0}
    values = [(entity["entity"], entity["value"]) for entity in output["entities"]]
    assert values == [("item", "a"), ("item", "b"), ("n", 2)]


def test_a_button_that_only_says_words_is_left_to_the_pipeline() -> None:
    buttons = [{"title": "Hours", "payload": "when are you open?"}]
    assert is_unchanged(resolve("1", conversation(said("hi"), offered(buttons))))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_broken_payload_keeps_its_intent() -> None:
    buttons = [{"title": "Broken", "payload": '/track_order{"order_number": }'}]
    output = resolve("1", conversation(said("hi"), offered(buttons)))
    assert output["intent"] == {"name": "track_order", "confidence": 1.0}
    assert output["entities"] == []


@pytest.mark.parametrize(
    "buttons",
    [
        [{"title": "A link", "url": "https://shop.example"}],
        [{"title": "A link"}, {"title": "Help", "payload": "/help"}],
        [{"payload": "/help"}],
        [{"title": "", "payload": "/help"}],
        [{"title": "Help", "payload": "/"}],
    ],
)
def test_buttons_that_are_no_choices_are_not_counted(buttons: Any) -> None:
    assert is_unchanged(resolve("1", conversation(said("hi"), offered(buttons))))


@pytest.mark.parametrize("buttons", ["no list", [None], [3], {"a": 1}, 7])
def test_nonsense_in_an_event_is_logged_and_loses_no_message(
    buttons: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert is_unchanged(resolve("1", conversation(said("hi"), offered(buttons))))
    assert "stays as it was" in caplog.text


def test_a_message_without_text_passes() -> None:
    message = Message({"intent": "greet"})
    assert ChoiceResolver({}).process([message], AFTER_MENU) == [message]


def test_one_bad_message_does_not_spoil_the_next() -> None:
    good, bad = understood("3"), Message({"text": 3})
    first, second = ChoiceResolver({}).process([bad, good], AFTER_MENU)
    assert first is bad
    assert second.get("intent")["name"] == "talk_to_person"


def test_the_offered_buttons_are_those_the_customer_sees() -> None:
    assert offered_buttons([said("hi"), offered(), said("x"), offered(MENU[:1])]) == MENU[:1]
    assert offered_buttons([]) == []


def test_rasa_hands_it_the_tracker_and_accepts_it_in_a_pipeline() -> None:
    config = {
        "recipe": "default.v1",
        "language": "en",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "KeywordIntentClassifier"},
            {"name": "components.choice_resolver.ChoiceResolver"},
        ],
        "policies": [{"name": "RulePolicy"}],
    }
    model = DefaultV1Recipe().graph_config_for_recipe(config, cli_parameters={})
    validate(model)
    (node,) = [n for n in model.predict_schema.nodes.values() if n.uses is ChoiceResolver]
    assert node.needs["tracker"] == PLACEHOLDER_TRACKER


def test_it_runs_in_rasas_graph(tmp_path: Path) -> None:
    schema = GraphSchema(
        {
            "resolver": SchemaNode(
                needs={"messages": PLACEHOLDER_MESSAGE, "tracker": PLACEHOLDER_TRACKER},
                uses=ChoiceResolver,
                constructor_name="create",
                fn="process",
                config={},
                is_target=True,
            )
        }
    )
    runner = DaskGraphRunner(
        graph_schema=schema,
        model_storage=LocalModelStorage(tmp_path),
        execution_context=ExecutionContext(schema),
    )
    results = runner.run(
        inputs={PLACEHOLDER_MESSAGE: [understood("3")], PLACEHOLDER_TRACKER: AFTER_MENU}
    )
    assert results["resolver"][0].get("intent")["name"] == "talk_to_person"
