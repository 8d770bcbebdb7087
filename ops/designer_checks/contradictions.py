"""Rules and stories that say different things about the same moment.

Rasa finds these too, in training, and names the rules but not their lines. Of two rules, the one
with more conditions wins; only those with equal conditions can contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ops.designer_checks.bot import Bot
from ops.designer_checks.finding import Finding
from ops.designer_checks.values import Value

LISTEN = "wait for the customer"


@dataclass(frozen=True)
class Path:
    """What leads to each action of a rule: conditions, then its steps as comparable texts."""

    name: Value
    conditions: frozenset[str]
    steps: tuple[str, ...]
    places: tuple[Value, ...]


def check(bot: Bot) -> Iterator[Finding]:
    """Compare all rules with one another, and stories with the rules."""
    rules = [path for entry in bot.blocks("rules") if (path := _path(entry)) is not None]
    for number, rule in enumerate(rules):
        for other in rules[:number]:
            if rule.conditions == other.conditions:
                yield from _compare(rule, other)
    simple = {
        rule.steps[0]: rule
        for rule in reversed(rules)
        if not rule.conditions and rule.steps[0].startswith("intent ") and len(rule.steps) > 1
    }
    for entry in bot.blocks("stories"):
        yield from _story(entry, simple)


def _path(entry: Value) -> Path | None:
    """Read a rule; None when it is not whole (said elsewhere) or has alternatives."""
    name, steps = entry.get("rule"), entry.get("steps")
    if name is None or steps is None or not steps.entries():
        return None
    texts, places = [], []
    for step in steps.entries():
        if step.get("or"):
            return None
        texts.append(_step(step))
        places.append(step)
    if entry.at("wait_for_user_input").text.lower() != "false":
        texts.append(f"action {LISTEN}")
        places.append(name)
    conditions = entry.at("condition").entries() if entry.get("condition") else []
    start = entry.at("conversation_start").text.lower() == "true"
    marks = {_step(step) for step in conditions} | ({"conversation start"} if start else set())
    return Path(name, frozenset(marks), tuple(texts), tuple(places))


def _step(step: Value) -> str:
    for key in ("intent", "user", "action", "bot"):
        if written := step.get(key):
            entities = sorted(_plain(entity) for entity in step.at("entities").entries())
            extra = f" with {entities}" if step.get("entities") else ""
            return f"{'action' if key == 'action' else key} {written.text}{extra}"
    return _plain(step)


def _plain(value: Value) -> str:
    """A step as a text that is equal for equal steps."""
    if value.is_mapping:
        return ", ".join(sorted(f"{key.text}={_plain(inner)}" for key, inner in value.items()))
    if value.is_list:
        return " and ".join(sorted(_plain(entry) for entry in value.entries()))
    return "null" if value.is_null else value.text


def _compare(rule: Path, other: Path) -> Iterator[Finding]:
    if rule.steps == other.steps:
        yield rule.name.remark(
            f"the rule '{rule.name.text}' says the same as '{other.name.text}' in "
            f"{_place(other.name)}. Take one out."
        )
        return
    for position, (one, two) in enumerate(zip(rule.steps, other.steps, strict=False)):
        if one == two:
            continue
        if position and one.startswith("action ") and two.startswith("action "):
            yield rule.places[position].error(
                f"the rules '{rule.name.text}' and '{other.name.text}' ({_place(other.name)}) "
                f"contradict each other: after the same beginning this one goes on with "
                f"'{one.removeprefix('action ')}', that one with '{two.removeprefix('action ')}'."
            )
        return


def _story(entry: Value, simple: dict[str, Path]) -> Iterator[Finding]:
    name, steps = entry.get("story"), entry.get("steps")
    if name is None or steps is None:
        return
    written = steps.entries()
    in_form = False
    for step, following in pairwise(written):
        if step.get("active_loop"):
            in_form = not step.at("active_loop").is_null
        action = following.get("action")
        rule = simple.get(_step(step))
        if rule is None or action is None or in_form:
            continue
        if rule.steps[1].startswith("action ") and rule.steps[1] != f"action {action.text}":
            yield action.error(
                f"the story '{name.text}' goes on with '{action.text}', but the rule "
                f"'{rule.name.text}' ({_place(rule.name)}) with "
                f"'{rule.steps[1].removeprefix('action ')}'. A story may not contradict a rule."
            )


def _place(value: Value) -> str:
    return f"{value.path}:{value.line}"
