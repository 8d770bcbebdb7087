"""The bot as its YAML files describe it, with the place of everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ops.designer_checks.code import Code
from ops.designer_checks.values import Value, read

# Built into Rasa 3.6 (rasa.shared.core.constants).
RASA_INTENTS = frozenset(
    ["restart", "back", "out_of_scope", "session_start", "nlu_fallback"],
)
RASA_ACTIONS = frozenset(
    [
        "action_listen",
        "action_restart",
        "action_session_start",
        "action_default_fallback",
        "action_deactivate_loop",
        "action_revert_fallback_events",
        "action_default_ask_affirmation",
        "action_default_ask_rephrase",
        "action_two_stage_fallback",
        "action_unlikely_intent",
        "action_back",
        "action_extract_slots",
        "action_submit",
        "...",
    ]
)
RASA_SLOTS = frozenset(["requested_slot", "session_started_metadata"])


@dataclass
class Bot:
    """What the files declare. Names map to where they are declared first.

    Attributes:
        domain: every domain file.
        training: every file below `data/` that is training data.
        config: `config.yml`.
        code: what the Python code uses.
        intents, entities, actions, forms, slots, responses: declared names; the last three with
            what is written under them.
        examples: intent -> where examples of it are written.
        twice: names that are declared again in the same list, at the second place.
    """

    domain: list[Value]
    training: list[Value]
    config: Value | None
    code: Code
    intents: dict[str, Value] = field(default_factory=dict)
    entities: dict[str, Value] = field(default_factory=dict)
    actions: dict[str, Value] = field(default_factory=dict)
    forms: dict[str, Value] = field(default_factory=dict)
    slots: dict[str, Value] = field(default_factory=dict)
    responses: dict[str, tuple[Value, Value]] = field(default_factory=dict)
    examples: dict[str, list[Value]] = field(default_factory=dict)
    twice: list[tuple[str, Value, Value]] = field(default_factory=list)

    @property
    def known_intents(self) -> set[str]:
        """Intents that a rule or a button may name."""
        return set(self.intents) | RASA_INTENTS

    @property
    def known_actions(self) -> set[str]:
        """What a rule may name under `action:`."""
        return {*self.actions, *self.responses, *self.forms, *RASA_ACTIONS}

    @property
    def known_slots(self) -> set[str]:
        """Slots that a rule or a condition may name."""
        return set(self.slots) | RASA_SLOTS

    def blocks(self, section: str) -> Iterable[Value]:
        """The entries of a list, such as `rules`, over all training files."""
        for file in self.training:
            yield from file.at(section).entries() if file.get(section) else []

    def buttons(self) -> Iterable[Value]:
        """Every button of every reply, once, also where a list of buttons has several users."""
        seen = set()
        for _, variations in self.responses.values():
            for variation in variations.entries():
                for button in variation.at("buttons").entries():
                    if id(button.node) not in seen:
                        seen.add(id(button.node))
                        yield button

    def variations(self) -> Iterable[tuple[Value, Value]]:
        """Every wording of every reply, with the reply's name."""
        for name, variations in self.responses.values():
            for variation in variations.entries():
                yield name, variation

    def conditions(self) -> Iterable[tuple[Value, Value]]:
        """Slot and value of every condition of every wording."""
        for _, variation in self.variations():
            for condition in variation.at("condition").entries():
                slot, value = condition.get("name"), condition.get("value")
                if slot and value:
                    yield slot, value


def load(domain: Iterable[Path], training: Iterable[Path], config: Path, code: Code) -> Bot:
    """Read a bot's files, which are known to be YAML.

    Args:
        domain: the domain's files.
        training: files with examples, rules or stories.
        config: the pipeline and policies.
        code: what the Python code uses.

    Returns:
        The bot.
    """
    bot = Bot(_read(domain), _read(training), read(config) if config.exists() else None, code)
    for file in bot.domain:
        for section, names in (
            ("intents", bot.intents),
            ("entities", bot.entities),
            ("actions", bot.actions),
        ):
            for name in file.at(section).names() if file.get(section) else []:
                if name.text in names:
                    bot.twice.append((section, names[name.text], name))
                names.setdefault(name.text, name)
        for section, found in (("forms", bot.forms), ("slots", bot.slots)):
            found.update(
                (name.text, value)
                for name, value in (file.at(section).items() if file.get(section) else [])
            )
        for name, value in file.at("responses").items() if file.get("responses") else []:
            bot.responses[name.text] = name, value
    for entry in bot.blocks("nlu"):
        if intent := entry.get("intent"):
            bot.examples.setdefault(intent.text.split("/")[0], []).append(entry)
    return bot


def _read(paths: Iterable[Path]) -> list[Value]:
    return [value for path in paths if (value := read(path)) is not None]
