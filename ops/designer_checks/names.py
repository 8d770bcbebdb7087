"""Intents, entities, actions and forms: declared once, used, and existing where they are used."""

from __future__ import annotations

from collections.abc import Iterator

from ops.designer_checks.bot import RASA_INTENTS, Bot
from ops.designer_checks.finding import Finding, near
from ops.designer_checks.values import Value

_ONE = {"intents": "intent", "entities": "entity", "actions": "action"}


def check(bot: Bot) -> Iterator[Finding]:
    """Check the lists of the domain against all that uses them."""
    for section, first, again in bot.twice:
        yield again.error(
            f"the {_ONE[section]} '{again.text}' is listed twice, first in {first.path}:"
            f"{first.line}. Take one out."
        )
    used = _used_intents(bot)
    for name, value in bot.intents.items():
        if name not in bot.examples and name not in RASA_INTENTS and not _is_pressed(bot, name):
            yield value.remark(
                f"the intent '{name}' has no examples, so nobody can say it. Write some below "
                f"`nlu:`, or take it out.{near(name, set(bot.examples) - set(bot.intents))}"
            )
        elif name not in used and not bot.code.uses(name):
            yield value.remark(
                f"no rule or story says what to do after '{name}'. Write a rule for it."
            )
    for name, entries in bot.examples.items():
        if name not in bot.intents:
            yield (
                entries[0]
                .at("intent")
                .error(
                    f"there are examples for '{name}', but it is not in the list of intents in the "
                    f"domain.{near(name, bot.intents)} Add `- {name}` there."
                )
            )
    for name, value in bot.actions.items():
        if name.startswith("utter_") and name in bot.responses:
            continue
        if name not in bot.code.actions and name not in bot.forms:
            yield value.error(
                f"there is no action '{name}' in the folder actions/."
                f"{near(name, bot.code.actions)} A developer writes actions; replies need not be "
                "listed here."
            )
    yield from _forms(bot)


def _used_intents(bot: Bot) -> set[str]:
    used = {
        value.text.split("/")[0]
        for section in ("rules", "stories")
        for entry in bot.blocks(section)
        for step in (entry.at("steps").every() if entry.get("steps") else [])
        if (value := step.get("intent"))
    }
    if bot.config:
        used |= {value.text for value in bot.config.every() if value.is_text}
    return used


def _is_pressed(bot: Bot, intent: str) -> bool:
    """Whether a button or code says an intent that nobody types."""
    return bot.code.uses(intent) or any(
        button.at("payload").text.lstrip("/").split("{")[0] == intent for button in bot.buttons()
    )


def _forms(bot: Bot) -> Iterator[Finding]:
    for form, value in bot.forms.items():
        slots = value.get("required_slots")
        if slots is None or not slots.is_list:
            yield value.error(
                f"the form '{form}' must say which slots it asks for: "
                "`required_slots: [order_number]`."
            )
            continue
        for slot in slots.entries():
            if slot.text not in bot.slots:
                yield slot.error(
                    f"the form '{form}' asks for the slot '{slot.text}', which is not in the "
                    f"domain.{near(slot.text, bot.slots)}"
                )
            elif not _is_asked(bot, form, slot):
                yield slot.error(
                    f"the form '{form}' has no words to ask for '{slot.text}'. Add the reply "
                    f"utter_ask_{form}_{slot.text}."
                )
        for intent in value.at("ignored_intents").entries() if value.get("ignored_intents") else []:
            if intent.text not in bot.known_intents:
                yield intent.error(
                    f"there is no intent '{intent.text}'.{near(intent.text, bot.known_intents)}"
                )


def _is_asked(bot: Bot, form: str, slot: Value) -> bool:
    questions = (f"{form}_{slot.text}", slot.text)
    return any(
        f"utter_ask_{question}" in bot.responses or f"action_ask_{question}" in bot.actions
        for question in questions
    )
