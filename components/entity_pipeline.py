"""The spaCy pipeline that finds entities, built from pattern files, and no model downloaded."""

# No `from __future__ import annotations`: spaCy reads the factories' annotations as classes.
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import registry
from spacy.vocab import Vocab

from components.entity_patterns import (
    FOUND,
    IGNORED,
    REACH,
    EntityFile,
    Pattern,
    PatternError,
    patterns_of,
)
from components.entity_values import NORMALISERS, Lists

TOKENIZER = "frontdesk.character_classes.v1"
PATTERNS_PIPE = "entity_regexes"
WORDS_PIPE = "entity_ruler"

# Characters read of a message: entities stand at its beginning, and time stays bounded.
READ = 2000
_RULES_FILE = "patterns.json"
_TOKEN = re.compile(r"[^\W\d_]+|\d+|\s+|.", re.DOTALL)


class ClassTokenizer:
    """Splits a text where letters, digits, signs and blanks meet.

    spaCy's own English rules take quadratic time for a long run of signs, and glue "£10" and "km"
    to what entities must be told apart from.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Make the document of a text, of its first READ characters if it is longer."""
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _TOKEN.findall(text[:READ]):
            if piece[0] == " " and words and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
                piece = piece[1:]
            if piece:
                words.append(piece)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_disk(self, path: Any, **_: Any) -> None:
        """Nothing: it has no state."""

    def from_disk(self, path: Any, **_: Any) -> "ClassTokenizer":
        """Nothing: it has no state."""
        return self

    def to_bytes(self, **_: Any) -> bytes:
        """Nothing: it has no state."""
        return b""

    def from_bytes(self, data: bytes, **_: Any) -> "ClassTokenizer":
        """Nothing: it has no state."""
        return self


@registry.tokenizers(TOKENIZER)
def make_tokenizer() -> Any:
    """Give spaCy what makes the tokenizer of a pipeline."""
    return lambda nlp: ClassTokenizer(nlp.vocab)


class RegexEntities:
    """A spaCy component: sets `doc.ents` by regexes; a value other than the text is the ent_id."""

    def __init__(self, rules: list[tuple[Pattern, Lists]] | None = None) -> None:
        self.rules = rules or []

    def __call__(self, doc: Doc) -> Doc:
        """Find the entities; where two overlap, the one of higher priority stays."""
        taken: list[tuple[int, int]] = []
        kept: list[tuple[Pattern, int, int, str]] = []
        text = doc.text
        for pattern, lists in self.rules:
            for start, end, value in _matches(text, pattern, lists):
                if all(end <= begin or start >= stop for begin, stop in taken):
                    taken.append((start, end))
                    kept.append((pattern, start, end, value))
        spans = []
        for pattern, start, end, value in kept:
            span = doc.char_span(start, end, label=pattern.entity)
            if span is not None:  # it would be None if a match ended within a run of letters
                spans.append(Span(doc, span.start, span.end, label=pattern.entity, span_id=value))
        doc.set_ents([span for span in spans if span.label_ != IGNORED])
        for span in doc.ents:
            for token in span:
                token.ent_id_ = span.id_
        return doc

    def to_disk(self, path: Path, **_: Any) -> None:
        """Store the rules below a folder, as JSON."""
        Path(path).mkdir(parents=True, exist_ok=True)
        rules = [
            {
                **asdict(pattern),
                "regex": pattern.regex.pattern,
                "not_after": pattern.not_after and pattern.not_after.pattern,
                "lists": lists,
            }
            for pattern, lists in self.rules
        ]
        text = json.dumps(rules, ensure_ascii=False, indent=1)
        (Path(path) / _RULES_FILE).write_text(text, encoding="utf-8")

    def from_disk(self, path: Path, **_: Any) -> "RegexEntities":
        """Read the rules that `to_disk` stored."""
        stored = json.loads((Path(path) / _RULES_FILE).read_text(encoding="utf-8"))
        self.rules = []
        for rule in stored:
            lists = rule.pop("lists")
            for key in ("regex", "not_after"):
                rule[key] = re.compile(rule[key], re.IGNORECASE) if rule[key] else None
            rule["length"] = tuple(rule["length"]) if rule["length"] else None
            self.rules.append((Pattern(**rule), lists))
        return self


@Language.factory(PATTERNS_PIPE)
def make_regex_entities(nlp: Language, name: str) -> RegexEntities:
    """Give spaCy an empty component, which `from_disk` or `build` fills."""
    return RegexEntities()


def _matches(text: str, pattern: Pattern, lists: Lists) -> Iterable[tuple[int, int, str]]:
    """Where a pattern matches, with the value."""
    normalise = NORMALISERS[pattern.value]
    position = 0
    while found := pattern.regex.search(text, position):
        start, end = found.span(FOUND)
        position = found.start() + 1
        if start == end:
            continue
        before = max(0, start - REACH)
        if pattern.not_after and pattern.not_after.search(text, before, start):
            continue
        value = normalise(found.group(FOUND), lists)
        if value is None:
            continue
        if pattern.length and not pattern.length[0] <= len(value) <= pattern.length[1]:
            continue
        position = end
        yield start, end, value


def build(files: Iterable[EntityFile]) -> Language:
    """Build the pipeline from pattern files, and try their examples.

    Raises:
        PatternError: an example finds something else than its file says; all such are named.
    """
    files = list(files)
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})
    regexes = nlp.add_pipe(PATTERNS_PIPE)
    regexes.rules = patterns_of(files)  # type: ignore[attr-defined]
    ruler = nlp.add_pipe(WORDS_PIPE, config={"phrase_matcher_attr": "LOWER"})
    listed = [
        {"label": file.entity, "pattern": word, "id": value}
        for file in files
        for value, words in file.words.items()
        for word in dict.fromkeys(words)
    ]
    with nlp.select_pipes(enable=[]):
        ruler.add_patterns(listed)  # type: ignore[attr-defined]
    wrong = [line for file in files for line in failing_examples(nlp, file)]
    if wrong:
        raise PatternError("\n".join(wrong))
    return nlp


def failing_examples(nlp: Language, file: EntityFile) -> list[str]:
    """One line for each example of a file in which other values are found than it says."""
    lines = []
    expected = {**file.examples, **dict.fromkeys(file.no_examples, ())}
    for text, values in expected.items():
        found = tuple(value_of(ent) for ent in nlp(text).ents if ent.label_ == file.entity)
        if found != values:
            lines.append(
                f"{file.path}: in the example '{text}' {file.entity} should be "
                f"{_listed(values)}, but {_listed(found)} is found. Correct the example, or the "
                "patterns above it."
            )
    return lines


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values) or "nothing"


def value_of(ent: Span) -> str:
    """The value of an entity that the pipeline found."""
    return str(ent.ent_id_ or ent.text)
