"""Training examples: enough, none twice, written as a list that Rasa reads, annotated rightly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ops.designer_checks.bot import Bot
from ops.designer_checks.finding import Finding, near
from ops.designer_checks.values import Value

# Fewer give the classifier too little to go by (docs/nlu.md).
FEWEST = 10
# What the channel puts in the place of a secret: brackets that are no annotation.
_MASK = re.compile(r"\[(?:card number|SSN|password|one-time code)\]")
_ANNOTATION = re.compile(r"\[(?P<words>[^\[\]]*)\](?:\((?P<entity>[^)]*)\)|(?P<json>\{[^}]*\}))")
# A mask keeps its brackets, so that "[password]" is not the word "password".
_PIECES = re.compile(r"\[[^\]]*\]|[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True)
class Example:
    """One example, without its annotations."""

    intent: str
    text: str
    entry: Value
    line: int

    def error(self, text: str) -> Finding:
        """A mistake in this example."""
        return Finding(self.entry.path, self.line, text)

    def remark(self, text: str) -> Finding:
        """Something about it that is worth a look."""
        return Finding(self.entry.path, self.line, text, is_error=False)


def check(bot: Bot) -> Iterator[Finding]:
    """Check all examples."""
    found: list[Example] = []
    for entry in bot.blocks("nlu"):
        kind = next((key for key in ("intent", "synonym", "regex", "lookup") if entry.get(key)), "")
        if not kind:
            yield entry.error("an entry below `nlu:` begins with `- intent: its_name`.")
            continue
        examples = entry.get("examples")
        name = entry.at(kind).text
        if examples is None or examples.is_null:
            yield entry.error(f"'{name}' has no `examples: |` with examples below it.")
            continue
        if kind == "intent":
            yield from _read(bot, entry, examples, name, found)
        elif examples.is_list:
            yield examples.error(f"write `examples: |`, with the |, for '{name}'.")
    yield from _enough(bot, found)
    yield from _twice(found)


def _read(
    bot: Bot, entry: Value, examples: Value, intent: str, found: list[Example]
) -> Iterator[Finding]:
    """Read an intent's examples into `found`; yields what is wrong with them."""
    if examples.is_list:
        if any(not item.is_mapping for item in examples.entries()):
            yield entry.key("examples").error(
                f"write `examples: |` for '{intent}': the | is missing after `examples:`."
            )
            return
        for item in examples.entries():
            text = item.at("text")
            yield from _example(bot, entry, intent, text.text.strip(), text.line, found)
        return
    if examples.style != "|":
        yield examples.error(
            f"write `examples: |` for '{intent}', each example on a line of its own below it, "
            "after `- `."
        )
        return
    for offset, line in enumerate(examples.text.splitlines(), start=1):
        number = examples.line + offset
        written = line.strip()
        if not written:
            continue
        if not line.startswith("-") or (not written.startswith(("- ", "-\t")) and written != "-"):
            yield Finding(
                entry.path,
                number,
                f"an example of '{intent}' begins with `- ` and stands exactly below the others; "
                f"this line does not: {_short(written)}",
            )
            continue
        yield from _example(bot, entry, intent, written[1:].strip(), number, found)


def _example(
    bot: Bot, entry: Value, intent: str, written: str, line: int, found: list[Example]
) -> Iterator[Finding]:
    text = _ANNOTATION.sub(lambda match: match["words"], written)
    example = Example(intent, text, entry, line)
    if not written:
        yield example.error(f"an example of '{intent}' is empty. Write it, or take the line out.")
        return
    found.append(example)
    for match in _ANNOTATION.finditer(written):
        yield from _annotation(bot, example, match)
    rest = _MASK.sub("", _ANNOTATION.sub("", written))
    if "[" in rest or "](" in rest:
        yield example.error(
            "a bracket that is no annotation; write [words](entity), without a space between: "
            f"{_short(written)}"
        )


def _annotation(bot: Bot, example: Example, match: re.Match[str]) -> Iterator[Finding]:
    entity = match["entity"]
    if match["json"]:
        try:
            entity = json.loads(match["json"]).get("entity", "")
        except json.JSONDecodeError as error:
            yield example.error(f"what follows the bracket is no JSON: {error.msg}.")
            return
    name = entity.split(":")[0]
    if name not in bot.entities:
        yield example.error(f"the entity '{name}' is not in the domain.{near(name, bot.entities)}")
    if not match["words"].strip():
        yield example.error("the brackets of an annotation are empty.")


def _enough(bot: Bot, found: list[Example]) -> Iterator[Finding]:
    counts: dict[str, int] = {}
    for example in found:
        name = example.intent.split("/")[0]
        counts[name] = counts.get(name, 0) + 1
    for intent, entries in bot.examples.items():
        if intent in counts and counts[intent] < FEWEST:
            yield (
                entries[0]
                .at("intent")
                .remark(
                    f"'{intent}' has {counts[intent]} examples; {FEWEST} are the least that works, "
                    "30 are good."
                )
            )


def _twice(found: list[Example]) -> Iterator[Finding]:
    first: dict[str, Example] = {}
    for example in found:
        other = first.setdefault(_plain(example.text), example)
        if other is example:
            continue
        place = f"{other.entry.path}:{other.line}"
        if other.intent == example.intent:
            yield example.remark(
                f"this example of '{example.intent}' is there already, in {place}: "
                f"{_short(example.text)}"
            )
        else:
            yield example.error(
                f"this is an example of '{example.intent}' and, in {place}, of '{other.intent}'. "
                f"Decide for one: {_short(example.text)}"
            )


def _plain(text: str) -> str:
    """The text as a reader compares it: no case, no punctuation, single spaces."""
    words = _PIECES.findall(text.lower())
    return " ".join(words).replace("'", "").replace("’", "") or text.strip()


def _short(text: str) -> str:
    return f"'{text if len(text) <= 60 else text[:57] + '...'}'"
