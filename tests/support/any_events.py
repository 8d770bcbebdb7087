"""Events of every kind, in any order: more than a conversation of ours ever holds."""

from __future__ import annotations

import random

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

DOMAIN = Domain.from_dict(
    {
        "intents": ["greet", {"track": {"use_entities": []}}, "thank"],
        "entities": ["number", "size"],
        "actions": ["utter_a", "utter_b", "action_c"],
        "forms": {"a_form": {"required_slots": []}, "b_form": {"required_slots": []}},
        "slots": {
            "known": {"type": "bool", "mappings": [{"type": "custom"}]},
            "task": {"type": "categorical", "values": ["x", "y"], "mappings": [{"type": "custom"}]},
            "amount": {"type": "float", "mappings": [{"type": "custom"}]},
            "several": {"type": "list", "mappings": [{"type": "custom"}]},
            "plain": {
                "type": "text",
                "influence_conversation": False,
                "mappings": [{"type": "custom"}],
            },
        },
    }
)


def message(dice: random.Random) -> UserUttered:
    name = dice.choice(["greet", "track", "thank", None])
    found = [{"entity": dice.choice(["number", "size"]), "value": "1", "role": "old"}]
    entities = dice.choice([[], found])
    return UserUttered("hi", {"name": name, "confidence": 1.0}, entities)


def anything(dice: random.Random) -> Event:
    """An event of any kind that changes how a conversation stands."""
    form = dice.choice(["a_form", "b_form"])
    return dice.choice(
        [
            message(dice),
            message(dice),
            DefinePrevUserUtteredFeaturization(dice.random() < 0.3),
            *(
                ActionExecuted(name, hide_rule_turn=dice.random() < 0.3)
                for name in ("action_listen", "action_listen", "utter_a", "action_c", form)
            ),
            ActionExecuted("action_unlikely_intent"),
            ActiveLoop(dice.choice([form, None])),
            ActionExecutionRejected(form),
            LoopInterrupted(True),
            BotUttered("hello"),
            SlotSet("known", dice.choice([True, False, None])),
            SlotSet("task", dice.choice(["x", "y", None])),
            SlotSet("amount", dice.choice([0, 0.0, 1, True, "1", 0.5, None])),
            SlotSet("several", dice.choice([["x"], [], None])),
            SlotSet("plain", "z"),
            AllSlotsReset(),
            FollowupAction("utter_b"),
        ]
    )


def rare(dice: random.Random) -> Event:
    return dice.choice([UserUtteranceReverted(), ActionReverted(), Restarted(), SessionStarted()])
