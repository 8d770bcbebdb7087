"""`config.yml`: settings that a component does not have, and names that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from ops.designer_checks.bot import RASA_INTENTS, Bot
from ops.designer_checks.finding import Finding, near
from ops.designer_checks.values import Value

# What every component may be given (rasa.engine.recipes.default_recipe).
_ALWAYS = frozenset(["name"])
# What any policy of Rasa may be given; our own build on them (rasa.core.policies).
_POLICY = frozenset(
    [
        "priority",
        "max_history",
        "core_fallback_threshold",
        "core_fallback_action_name",
        "enable_fallback_prediction",
        "restrict_rules",
        "check_for_contradictions",
        "use_nlu_confidence_as_score",
    ]
)


def check(bot: Bot) -> Iterator[Finding]:
    """Check settings of our own components; Rasa's are Rasa's to check."""
    if bot.config is None:
        return
    for section, more in (("pipeline", frozenset[str]()), ("policies", _POLICY)):
        for component in bot.config.at(section).entries() if bot.config.get(section) else []:
            yield from _component(bot, component, more)


def _component(bot: Bot, component: Value, more: frozenset[str]) -> Iterator[Finding]:
    name = component.at("name").text
    if name.startswith("components."):
        known = bot.code.settings.get(name.rsplit(".", 1)[-1], set())
        if name.rsplit(".", 1)[-1] not in bot.code.settings:
            classes = {made for made in bot.code.settings if made[:1] != "_"}
            yield component.at("name").error(
                f"there is no component '{name}'.{near(name.rsplit('.', 1)[-1], classes)}"
            )
        elif known is not None:
            for key, _ in component.items():
                if key.text not in known | more | _ALWAYS:
                    yield key.error(
                        f"'{name.rsplit('.', 1)[-1]}' has no setting '{key.text}'."
                        f"{near(key.text, known | more)}"
                    )
    for key, value in component.items():
        yield from _names(bot, key, value)


def _names(bot: Bot, key: Value, value: Value) -> Iterator[Finding]:
    """Check lists of intents, forms and replies by the name of their setting."""
    for entry in value.names() if value.is_mapping else value.entries() or [value]:
        if not entry.is_text:
            continue
        if key.text.endswith("_intents"):
            known = bot.known_intents | RASA_INTENTS
            if entry.text not in known:
                yield entry.error(f"there is no intent '{entry.text}'.{near(entry.text, known)}")
        elif entry.text.startswith("utter_"):
            if not any(name.startswith(entry.text) for name in bot.responses):
                yield entry.error(
                    f"there is no reply '{entry.text}'.{near(entry.text, bot.responses)}"
                )
        elif entry.text.startswith("action_") and entry.text not in bot.known_actions:
            yield entry.error(
                f"there is no action '{entry.text}'.{near(entry.text, bot.known_actions)}"
            )
