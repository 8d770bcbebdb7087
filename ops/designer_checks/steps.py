"""Rules and stories: everything that their steps name exists, and they are whole."""

from __future__ import annotations

from collections.abc import Iterator

from ops.designer_checks import slots
from ops.designer_checks.bot import Bot
from ops.designer_checks.finding import Finding, near
from ops.designer_checks.values import Value


def check(bot: Bot) -> Iterator[Finding]:
    """Check the steps of all rules and stories, one by one."""
    names: dict[tuple[str, str], Value] = {}
    for kind, section in (("rule", "rules"), ("story", "stories")):
        for entry in bot.blocks(section):
            name = entry.get(kind)
            if name is None:
                yield entry.error(f"a {kind} begins with its name: `- {kind}: what it is about`.")
                continue
            first = names.setdefault((kind, name.text), name)
            if first is not name:
                yield name.remark(
                    f"the {kind} '{name.text}' has the same name as the one in {first.path}:"
                    f"{first.line}."
                )
            yield from _entry(bot, kind, name, entry)
    yield from _checkpoints(bot)


def _entry(bot: Bot, kind: str, name: Value, entry: Value) -> Iterator[Finding]:
    steps = entry.get("steps")
    if steps is None or not steps.entries():
        yield name.error(f"the {kind} '{name.text}' has no steps.")
        return
    for step in entry.at("condition").entries() if entry.get("condition") else []:
        yield from _step(bot, step)
    said = 0
    for step in steps.entries():
        yield from _step(bot, step)
        said += bool(step.get("intent") or step.get("user") or step.get("or"))
    if kind == "rule" and said > 1:
        yield name.error(
            f"the rule '{name.text}' has {said} messages of the customer; a rule may have one. "
            "Make it several rules, or a story."
        )
    last = steps.entries()[-1]
    if last.get("intent") or last.get("user"):
        yield last.error(
            f"the {kind} '{name.text}' ends with what the customer says. Add the `- action:` that "
            "follows."
        )


def _step(bot: Bot, step: Value) -> Iterator[Finding]:
    if not step.is_mapping:
        yield step.error("a step is written `- intent: name` or `- action: name`.")
        return
    for key, known, what in (
        ("intent", bot.known_intents, "intent"),
        ("action", bot.known_actions, "action or reply"),
        ("active_loop", set(bot.forms), "form"),
    ):
        written = step.get(key)
        if written is None or (key == "active_loop" and written.is_null):
            continue
        name = written.text.split("/")[0] if key == "intent" else written.text
        if not name:
            yield written.error(f"`{key}:` needs a name after it, on the same line.")
        elif name not in known:
            yield written.error(f"there is no {what} '{name}'.{near(name, known)}")
    for choice in step.at("or").entries() if step.get("or") else []:
        yield from _step(bot, choice)
    for entity in step.at("entities").names() if step.get("entities") else []:
        if entity.text not in bot.entities:
            yield entity.error(
                f"there is no entity '{entity.text}'.{near(entity.text, bot.entities)}"
            )
    for slot, value in step.at("slot_was_set").named() if step.get("slot_was_set") else []:
        yield from _slot(bot, slot, value)


def _slot(bot: Bot, slot: Value, value: Value | None) -> Iterator[Finding]:
    if slot.text not in bot.known_slots:
        yield slot.error(f"there is no slot '{slot.text}'.{near(slot.text, bot.known_slots)}")
        return
    if value is not None:
        yield from slots.expected(bot, slot.text, value)
    declared = bot.slots.get(slot.text)
    if declared and declared.at("influence_conversation").text.lower() == "false":
        yield slot.error(
            f"the slot '{slot.text}' has `influence_conversation: false`: rules and stories do not "
            "see it. Use another slot, or take that line out of the domain."
        )


def _checkpoints(bot: Bot) -> Iterator[Finding]:
    """A story that begins at a checkpoint which no story ends at can never be reached."""
    begins: list[Value] = []
    ends: list[Value] = []
    for entry in bot.blocks("stories"):
        steps = entry.at("steps").entries() if entry.get("steps") else []
        for number, step in enumerate(steps):
            if mark := step.get("checkpoint"):
                (begins if number == 0 else ends).append(mark)
    for mark in begins:
        if mark.text not in {end.text for end in ends}:
            yield mark.error(
                f"no story ends at the checkpoint '{mark.text}', so this one is never reached."
                f"{near(mark.text, {end.text for end in ends})}"
            )
    for mark in ends:
        if mark.text not in {begin.text for begin in begins}:
            yield mark.remark(f"no story begins at the checkpoint '{mark.text}'.")
