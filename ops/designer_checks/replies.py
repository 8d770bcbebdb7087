"""Replies: existing, used, with braces that something fills in and buttons that do something."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ops.designer_checks.bot import Bot
from ops.designer_checks.finding import Finding, near
from ops.designer_checks.values import Value

_BRACES = re.compile(r"(?<!\{)\{([^{}\n]*)\}(?!\})")
_PAYLOAD = re.compile(r"/([^\s{]+)\s*(\{.*\})?", re.DOTALL)
# A reply that is no reply: actions read the titles of intents from it.
TITLES = "utter_suggestion_titles"
# Another: by intent, the reply that is given when no article of the knowledge base answers.
WITHOUT_ARTICLE = "utter_without_article"
_QUESTION = "utter_ask_"


def check(bot: Bot) -> Iterator[Finding]:
    """Check all replies."""
    yield from _used(bot)
    fillers = set(bot.slots) | bot.code.words
    for name, variation in bot.variations():
        if not name.text.startswith("utter_"):
            yield name.error(f"the name of a reply begins with utter_: 'utter_{name.text}'.")
        text = variation.get("text")
        if text is not None:
            if not text.text.strip():
                yield text.error(f"a wording of '{name.text}' says nothing. Write its text.")
            yield from _braces(text, name, fillers)
        elif not any(variation.get(key) for key in ("custom", "image", "attachment", "buttons")):
            yield variation.error(f"a wording of '{name.text}' has no `text:`.")
    for button in bot.buttons():
        yield from _button(bot, button)
    for key, reply in _listed(bot, WITHOUT_ARTICLE):
        if key.text not in bot.known_intents:
            yield key.error(
                f"'{key.text}' is no intent of the domain.{near(key.text, bot.intents)}"
            )
        if reply.text not in bot.responses:
            yield reply.error(f"there is no reply '{reply.text}'.{near(reply.text, bot.responses)}")
    for key, _ in _listed(bot, TITLES):
        if key.text not in bot.known_intents:
            yield key.error(
                f"'{key.text}' has a title here, but is no intent of the domain."
                f"{near(key.text, bot.intents)}"
            )


def _listed(bot: Bot, name: str) -> Iterator[tuple[Value, Value]]:
    """What a reply that is no reply lists for actions."""
    if name in bot.responses:
        for variation in bot.responses[name][1].entries():
            yield from variation.at("custom").items()


def _used(bot: Bot) -> Iterator[Finding]:
    named = {
        value.text
        for entry in (*bot.blocks("rules"), *bot.blocks("stories"))
        for step in entry.every()
        if (value := step.get("action"))
    }
    if bot.config:
        named |= {value.text for value in bot.config.every() if value.is_text}
    named |= {reply.text for _, reply in _listed(bot, WITHOUT_ARTICLE)}
    questions = {
        f"{_QUESTION}{prefix}{slot.text}"
        for form, value in bot.forms.items()
        for slot in value.at("required_slots").entries()
        for prefix in ("", f"{form}_")
    }
    for name, (place, _) in bot.responses.items():
        if name in named or name in questions or bot.code.uses(name):
            continue
        if name.startswith(_QUESTION):
            yield place.remark(f"no form asks '{name}'.{near(name, questions)}")
        else:
            missing = {action for action in named if action not in bot.known_actions}
            yield place.remark(
                f"nothing says '{name}'.{near(name, missing)} Take it out, or use it."
            )
    for name in sorted(bot.code.texts):
        if re.fullmatch(r"utter_\w*[a-z0-9]", name) and name not in bot.responses:
            alike = near(name, set(bot.responses))
            prefix = any(response.startswith(name) for response in bot.responses)
            if not prefix and bot.domain:
                yield Finding(
                    bot.domain[0].path,
                    bot.domain[0].key("responses").line,
                    f"the code says '{name}', but there is no such reply.{alike}",
                )


def _braces(text: Value, name: Value, fillers: set[str]) -> Iterator[Finding]:
    for match in _BRACES.finditer(text.text):
        if match[1] in fillers:
            continue
        yield Finding(
            text.path,
            text.line + _lines_before(text, match.start()),
            f"nothing fills in {{{match[1]}}} in '{name.text}': the customer would see the "
            f"braces.{near(match[1], fillers)}",
        )
    if text.text.count("{") != text.text.count("}"):
        yield text.error(f"'{name.text}' has a {{ without its }}, or the other way round.")


def _lines_before(text: Value, position: int) -> int:
    """Count lines of a block (after `>-` or `|`) up to a place in its text, as well as can be."""
    if text.style not in ("|", ">"):
        return 0
    if text.style == "|":
        return 1 + text.text[:position].count("\n")
    # Folding made one line of several; how they were divided is in the file.
    lines = text.path.read_text(encoding="utf-8").splitlines()
    wanted = re.search(r"\{[^{}\n]*\}", text.text[position:])
    for number in range(text.line, min(text.node.end_mark.line + 1, len(lines))):
        if wanted and wanted[0] in lines[number]:
            return int(number + 1 - text.line)
    return 0


def _button(bot: Bot, button: Value) -> Iterator[Finding]:
    for needed in ("title", "payload"):
        if not (button.get(needed) and button.at(needed).text.strip()):
            if needed == "payload" and button.get("url"):
                continue
            yield button.error(f"a button needs `{needed}:`.")
            return
    payload = button.at("payload")
    if not payload.text.startswith("/"):
        if payload.text.split("{")[0] in bot.intents:
            yield payload.error(f"a payload begins with a slash: '/{payload.text}'.")
        return
    match = _PAYLOAD.fullmatch(payload.text.strip())
    intent = match[1] if match else payload.text[1:].split("{")[0]
    if intent not in bot.known_intents:
        yield payload.error(
            f"there is no intent '{intent}' for the button '{button.at('title').text}'."
            f"{near(intent, bot.known_intents)}"
        )
    if match and match[2]:
        yield from _entities(bot, payload, match[2])
    elif not match:
        yield payload.error("a payload is a slash, an intent, and, in { }, entities.")


def _entities(bot: Bot, payload: Value, written: str) -> Iterator[Finding]:
    # In a reply Rasa takes {{ for {.
    text = written.replace("{{", "{").replace("}}", "}")
    try:
        entities = json.loads(text)
    except json.JSONDecodeError as error:
        yield payload.error(
            f"what follows the intent in a payload must be JSON, such as "
            f'{{"order_number": "10023"}}: {error.msg}.'
        )
        return
    for entity in entities:
        if entity not in bot.entities and entity not in bot.slots:
            known = set(bot.entities) | set(bot.slots)
            yield payload.error(f"there is no entity '{entity}'.{near(entity, known)}")
