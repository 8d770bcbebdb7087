"""Slots: their types, how they are filled, and the values that conditions and rules expect."""

from __future__ import annotations

from collections.abc import Iterator

from ops.designer_checks.bot import Bot
from ops.designer_checks.finding import Finding, near
from ops.designer_checks.values import Value

_TYPES = frozenset(["text", "bool", "categorical", "float", "list", "any"])
# Mapping type -> what it must say beside.
_MAPPINGS: dict[str, tuple[str, ...]] = {
    "from_entity": ("entity",),
    "from_intent": ("value",),
    "from_trigger_intent": ("value",),
    "from_text": (),
    "custom": (),
}
_TRUE_OR_FALSE = frozenset(["true", "false", "True", "False"])


def check(bot: Bot) -> Iterator[Finding]:
    """Check every slot, and every value that a slot is compared with."""
    for name, slot in bot.slots.items():
        kind = slot.at("type").text if slot.get("type") else ""
        if kind not in _TYPES and "." not in kind:
            yield slot.at("type").error(
                f"the slot '{name}' needs a type.{near(kind, _TYPES)} There are: "
                f"{', '.join(sorted(_TYPES))}."
            )
        if kind == "categorical" and not (slot.get("values") and slot.at("values").entries()):
            yield slot.error(f"the slot '{name}' is categorical: list its `values: [...]`.")
        mappings = slot.get("mappings")
        if mappings is None or not mappings.is_list:
            yield slot.error(
                f"the slot '{name}' must say how it is filled, for example "
                "`mappings: [{type: custom}]` when an action fills it."
            )
            continue
        for mapping in mappings.entries():
            yield from _mapping(bot, name, mapping)
    for slot, value in bot.conditions():
        yield from _compared(bot, slot, value)


def _mapping(bot: Bot, name: str, mapping: Value) -> Iterator[Finding]:
    kind = mapping.at("type").text if mapping.get("type") else ""
    if kind not in _MAPPINGS:
        yield mapping.error(
            f"the slot '{name}' has a mapping of an unknown type '{kind}'.{near(kind, _MAPPINGS)} "
            f"There are: {', '.join(sorted(_MAPPINGS))}."
        )
        return
    for needed in _MAPPINGS[kind]:
        if mapping.get(needed) is None:
            yield mapping.error(f"the mapping {kind} of the slot '{name}' needs `{needed}:`.")
    for key, known in (
        ("entity", set(bot.entities)),
        ("intent", bot.known_intents),
        ("not_intent", bot.known_intents),
    ):
        written = mapping.get(key)
        if written is None:
            continue
        for value in written.entries() or [written]:
            if value.is_text and value.text not in known:
                what = key.replace("not_", "")
                yield value.error(
                    f"the slot '{name}' is filled from the {what} '{value.text}', which is not in "
                    f"the domain.{near(value.text, known)}"
                )
    for condition in mapping.at("conditions").entries() if mapping.get("conditions") else []:
        form = condition.get("active_loop")
        if form and form.is_text and form.text not in bot.forms:
            yield form.error(f"there is no form '{form.text}'.{near(form.text, bot.forms)}")


def _compared(bot: Bot, slot: Value, value: Value) -> Iterator[Finding]:
    """Check one condition of a reply's wording."""
    if slot.text not in bot.known_slots:
        yield slot.error(
            f"there is no slot '{slot.text}'.{near(slot.text, bot.known_slots)} This wording "
            "would never be said."
        )
        return
    yield from expected(bot, slot.text, value)


def expected(bot: Bot, slot: str, value: Value) -> Iterator[Finding]:
    """Check that a slot can have a value.

    Args:
        bot: the bot.
        slot: a slot of the domain.
        value: the value that a rule, story or condition expects.

    Yields:
        What is wrong with it.
    """
    declared = bot.slots.get(slot)
    if declared is None or not value.is_text:
        return
    kind = declared.at("type").text
    if kind == "categorical":
        known = {entry.text for entry in declared.at("values").entries()}
        if value.text not in known:
            yield value.error(
                f"the slot '{slot}' never has the value '{value.text}'.{near(value.text, known)} "
                f"In the domain it may have: {', '.join(sorted(known))}."
            )
    elif kind == "bool" and value.text not in _TRUE_OR_FALSE:
        yield value.error(f"the slot '{slot}' is either true or false, not '{value.text}'.")
    elif kind == "text":
        known = bot.code.texts | {
            mapping.at("value").text for mapping in declared.at("mappings").entries()
        }
        from_customers = any(
            mapping.at("type").text in ("from_text", "from_entity")
            for mapping in declared.at("mappings").entries()
        )
        if value.text not in known and not from_customers:
            alike = {text for text in known if len(text) < 2 * len(value.text) + 4}
            yield value.error(
                f"nothing ever sets the slot '{slot}' to '{value.text}'.{near(value.text, alike)}"
            )
