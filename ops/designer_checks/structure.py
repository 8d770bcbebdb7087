"""Names of YAML keys that Rasa knows, and characters that look right and are not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ops.designer_checks.bot import Bot
from ops.designer_checks.finding import Finding, near
from ops.designer_checks.values import Value

_DOMAIN = frozenset(
    [
        "version",
        "intents",
        "entities",
        "slots",
        "forms",
        "actions",
        "responses",
        "session_config",
        "e2e_actions",
    ]
)
_TRAINING = frozenset(["version", "nlu", "rules", "stories", "responses"])
_NLU = frozenset(["intent", "synonym", "regex", "lookup", "examples", "metadata"])
_STEP = frozenset(
    [
        "intent",
        "user",
        "entities",
        "or",
        "action",
        "bot",
        "slot_was_set",
        "active_loop",
        "checkpoint",
        "metadata",
    ]
)
_RULE = frozenset(
    ["rule", "condition", "steps", "conversation_start", "wait_for_user_input", "metadata"],
)
_STORY = frozenset(["story", "steps", "metadata"])
_REPLY = frozenset(
    [
        "text",
        "buttons",
        "condition",
        "image",
        "custom",
        "attachment",
        "elements",
        "quick_replies",
        "channel",
        "id",
        "metadata",
        "button_type",
        "template_type",
    ]
)
_BUTTON = frozenset(["title", "payload", "type", "url"])
_SLOT = frozenset(
    [
        "type",
        "values",
        "mappings",
        "influence_conversation",
        "initial_value",
        "min_value",
        "max_value",
    ]
)
_FORM = frozenset(["required_slots", "ignored_intents"])
_CURLY = "“”„‟«»‘’‚‹›"
_NAME = re.compile(r"[A-Za-z0-9_.\-/+]+")


def check(bot: Bot) -> Iterator[Finding]:
    """Check the keys of all files, and the characters of names and payloads."""
    for file in bot.domain:
        yield from _keys(file, _DOMAIN, "a domain file")
        for section, known in (("slots", _SLOT), ("forms", _FORM)):
            for name, value in file.at(section).items() if file.get(section) else []:
                yield from _keys(value, known, f"'{name.text}'")
    for file in bot.training:
        yield from _keys(file, _TRAINING, "a file of training data")
    for entry in bot.blocks("nlu"):
        yield from _keys(entry, _NLU, "an entry of `nlu`")
    for section, known in (("rules", _RULE), ("stories", _STORY)):
        for entry in bot.blocks(section):
            yield from _keys(entry, known, f"a {section.replace('ies', 'y').rstrip('s')}")
            for step in entry.at("steps").entries() if entry.get("steps") else []:
                yield from _keys(step, _STEP, "a step")
    for name, variation in bot.variations():
        if not variation.is_mapping:
            yield variation.error(f"a wording of '{name.text}' must be written `- text: ...`.")
        yield from _keys(variation, _REPLY, f"a wording of '{name.text}'")
    for button in bot.buttons():
        yield from _keys(button, _BUTTON, "a button")
    yield from _curly(bot)


def _keys(value: Value, known: Collection[str], what: str) -> Iterator[Finding]:
    for key, _ in value.items():
        if key.text not in known:
            yield key.error(
                f"{what} cannot have '{key.text}'.{near(key.text, known)} It may have: "
                f"{', '.join(sorted(known))}."
            )


def _curly(bot: Bot) -> Iterator[Finding]:
    """Find quotes that a word processor made: YAML takes them for part of the text."""
    for file in (*bot.domain, *bot.training):
        for value in file.every():
            text = value.text
            if value.style == "" and len(text) > 1 and text[0] in _CURLY and text[-1] in _CURLY:
                yield value.error(
                    f"{text[0]} and {text[-1]} are no quotes to YAML but part of the text. "
                    "Write straight quotes: \" or '."
                )
    for section in (bot.intents, bot.actions, bot.entities):
        for name, value in section.items():
            if not _NAME.fullmatch(name):
                yield value.error(
                    f"the name '{name}' may have letters, digits and _ only. Is a space, or a "
                    "quote from a word processor, in it?"
                )
