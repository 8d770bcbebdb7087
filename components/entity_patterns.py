"""Entity patterns as a designer writes them, in data/entities/*.yml (docs/nlu.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from components.entity_values import NORMALISERS, Lists
from components.spoken_numbers import NUMBER_WORDS

# What stands for "found, and to be left alone": numbers that are nothing of ours.
IGNORED = "ignored"
# The group of a regex that is the entity; what stands before it says only that it is one.
FOUND = "found"
# Characters before a match that `not_after` sees.
REACH = 60

_LIST_NAME = re.compile(r"%(\w+)%")
_KEYS = {
    *("entity", "about", "value", "priority", "length", "lists", "patterns", "words"),
    *("after", "not_after", "before", "not_before", "examples", "no_examples"),
}
_PATTERN_KEYS = {"name", "regex", "after", "not_after", "before", "not_before"}


class PatternError(Exception):
    """A pattern file cannot be used; the text names file, cause and mend."""


@dataclass(frozen=True)
class Pattern:
    """One way in which an entity is written.

    Attributes:
        entity: the entity's name, or IGNORED.
        priority: where two entities claim the same words, the higher one has them.
        value: name of the normaliser.
        length: how many characters a value may have, least and most; None: any number.
        regex: what is matched as the group `found`, with what must stand before and behind it.
        not_after: what must not stand directly before it; None: nothing.
    """

    entity: str
    priority: int
    value: str
    length: tuple[int, int] | None
    regex: re.Pattern[str]
    not_after: re.Pattern[str] | None


@dataclass(frozen=True)
class EntityFile:
    """One pattern file.

    Attributes:
        path: where it is.
        entity: the entity's name.
        patterns: its regexes, in the order of the file.
        words: words that are the entity, by the value that they stand for.
        lists: lists that the regexes and the value are made with.
        examples: texts with the values that must be found in them, in order.
        no_examples: texts in which nothing of this entity may be found.
    """

    path: Path
    entity: str
    patterns: tuple[Pattern, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: Lists = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no_examples: tuple[str, ...] = ()


def read_folder(folder: Path) -> list[EntityFile]:
    """Read all pattern files of a folder, by name.

    Raises:
        PatternError: a file, or the folder, cannot be used.
    """
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise PatternError(f"{folder}: there is no pattern file (*.yml). Put them back.")
    raw = {path: _load(path) for path in paths}
    shared: dict[str, Mapping[str, Any]] = {}
    for content in raw.values():
        words = content.get("words") or {}
        shared[content["entity"]] = {**shared.get(content["entity"], {}), **words}
    return [_entity_file(path, content, shared) for path, content in raw.items()]


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PatternError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict) or not isinstance(content.get("entity"), str):
        raise PatternError(f"{path}: it must say which entity it finds, as 'entity: order_number'.")
    if unknown := set(content) - _KEYS:
        raise PatternError(
            f"{path}: '{sorted(unknown)[0]}' is no key of a pattern file. There are: "
            f"{', '.join(sorted(_KEYS))}."
        )
    if content.get("value", "text") not in NORMALISERS:
        raise PatternError(
            f"{path}: 'value: {content['value']}' is unknown. There are: {', '.join(NORMALISERS)}."
        )
    for key in ("lists", "words", "examples"):
        if not isinstance(content.get(key) or {}, dict):
            raise PatternError(f"{path}: below '{key}' there must be 'name: value' lines.")
    if not (content.get("patterns") or content.get("words")):
        raise PatternError(f"{path}: it needs 'patterns' or 'words', or it finds nothing.")
    if not content.get("examples") and content["entity"] != IGNORED:
        raise PatternError(f"{path}: it needs 'examples', to show that its patterns work.")
    return content


def _entity_file(
    path: Path, content: Mapping[str, Any], shared: Mapping[str, Mapping[str, Any]]
) -> EntityFile:
    lists = {
        name: {str(key): _texts(value) for key, value in listed.items()}
        for name, listed in (content.get("lists") or {}).items()
    }
    known = {**shared, **lists}
    return EntityFile(
        path=path,
        entity=content["entity"],
        patterns=tuple(_pattern(path, entry, content, known) for entry in _entries(path, content)),
        words={str(k): (str(k), *_texts(v)) for k, v in (content.get("words") or {}).items()},
        lists=lists,
        examples={str(k): _texts(v) for k, v in (content.get("examples") or {}).items()},
        no_examples=_texts(content.get("no_examples")),
    )


def _entries(path: Path, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The patterns of a file, checked for their keys."""
    entries = content.get("patterns") or []
    for entry in entries:
        if not isinstance(entry, dict) or not entry.get("regex") or set(entry) - _PATTERN_KEYS:
            raise PatternError(
                f"{path}: a pattern has a 'name' and a 'regex', and may have 'after', 'not_after', "
                f"'before' and 'not_before'; this one is {entry!r}."
            )
    return list(entries)


def _pattern(
    path: Path,
    entry: Mapping[str, Any],
    content: Mapping[str, Any],
    lists: Mapping[str, Mapping[str, Any]],
) -> Pattern:
    def one_of(texts: Iterable[str]) -> str:
        return "|".join(f"(?:{_expand(text, lists, path)})" for text in texts)

    # what must be there is the pattern's own, or else the file's; what must not be adds up
    after, before = (
        one_of(_texts(entry.get(key)) or _texts(content.get(key))) for key in ("after", "before")
    )
    not_after, not_before = (
        one_of([*_texts(entry.get(key)), *_texts(content.get(key))])
        for key in ("not_after", "not_before")
    )
    regex = f"(?P<{FOUND}>{_expand(entry['regex'], lists, path)})"
    regex = (f"(?:{after})" if after else "") + regex
    regex += (f"(?={before})" if before else "") + (f"(?!{not_before})" if not_before else "")
    length = content.get("length")
    name = str(entry.get("name", entry["regex"]))
    return Pattern(
        entity=content["entity"],
        priority=int(content.get("priority", 50)),
        value=content.get("value", "text"),
        length=(int(length[0]), int(length[1])) if length else None,
        regex=_compiled(regex, path, name),
        not_after=_compiled(rf"(?:{not_after})\Z", path, name) if not_after else None,
    )


def _texts(value: Any) -> tuple[str, ...]:
    """A value, a list of values or nothing, as texts."""
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else (str(value),)


def _expand(regex: str, lists: Mapping[str, Mapping[str, Any]], path: Path) -> str:
    """Put the words of a list where a regex names it, as in %currency%."""

    def words(found: re.Match[str]) -> str:
        name = found.group(1)
        if name == "number_word":
            return f"(?:{'|'.join(NUMBER_WORDS)})"
        if name not in lists:
            raise PatternError(
                f"{path}: the regex names the list %{name}%, which is neither below 'lists' nor "
                "the words of another entity."
            )
        listed = {w for key, value in lists[name].items() for w in (str(key), *_texts(value))}
        ordered = sorted(listed, key=lambda w: (-len(w), w))
        return f"(?:{'|'.join(re.escape(word) for word in ordered)})"

    return _LIST_NAME.sub(words, regex)


def _compiled(regex: str, path: Path, name: str) -> re.Pattern[str]:
    try:
        return re.compile(regex, re.IGNORECASE)
    except re.error as error:
        raise PatternError(f"{path}: the pattern '{name}' is no regex: {error}.") from None


def patterns_of(files: Iterable[EntityFile]) -> list[tuple[Pattern, Lists]]:
    """All patterns with the lists of their file, the highest priority first."""
    pairs = [(pattern, file.lists) for file in files for pattern in file.patterns]
    return sorted(pairs, key=lambda pair: -pair[0].priority)
