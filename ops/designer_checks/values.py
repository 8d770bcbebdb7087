"""YAML values that know their file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from ops.designer_checks.finding import Finding

# The parser in C is some thirty times faster; both give the same marks.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Value:
    """A value of a YAML file: a text, a list or a mapping; of other kinds it is an empty one."""

    path: Path
    node: yaml.Node

    @property
    def line(self) -> int:
        """The line on which it begins, from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def text(self) -> str:
        """A scalar as it is written, without quotes; "" for a list or mapping."""
        return str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else ""

    @property
    def is_text(self) -> bool:
        """Whether it is a scalar that says something."""
        return isinstance(self.node, yaml.ScalarNode) and not self.is_null

    @property
    def is_null(self) -> bool:
        """Whether nothing, `null` or `~` is written."""
        return self.node.tag == "tag:yaml.org,2002:null"

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping of names to values."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def style(self) -> str:
        """How a scalar is written: "|", ">", a quote, or "" for plain."""
        return str(getattr(self.node, "style", "") or "")

    def items(self) -> list[tuple[Value, Value]]:
        """Names and values of a mapping; names of the same mapping merged in by `<<` included."""
        if not isinstance(self.node, yaml.MappingNode):
            return []
        found = []
        for key, value in self.node.value:
            pair = Value(self.path, key), Value(self.path, value)
            found += pair[1].items() if pair[0].text == "<<" else [pair]
        return found

    def entries(self) -> list[Value]:
        """The entries of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            return []
        return [Value(self.path, entry) for entry in self.node.value]

    def get(self, name: str) -> Value | None:
        """The value under this name; None without one."""
        return next((value for key, value in self.items() if key.text == name), None)

    def at(self, name: str) -> Value:
        """The value under this name; this value itself, as a place, without one."""
        return self.get(name) or self

    def key(self, name: str) -> Value:
        """The name itself, as a place; this value without it."""
        return next((key for key, _ in self.items() if key.text == name), self)

    def names(self) -> list[Value]:
        """The names of a mapping, or of a list whose entries are names or `name: {...}`."""
        if self.is_mapping:
            return [key for key, _ in self.items()]
        return [name for name, _ in self.named()]

    def named(self) -> list[tuple[Value, Value | None]]:
        """The entries of a list with names: `- name` (no value) and `- name: value`."""
        found: list[tuple[Value, Value | None]] = []
        for entry in self.entries():
            found += entry.items() or [(entry, None)]
        return found

    def every(self) -> Iterator[Value]:
        """This value and all inside it, names included, each once."""
        yield from self._every(set())

    def _every(self, seen: set[int]) -> Iterator[Value]:
        if id(self.node) in seen:
            return
        seen.add(id(self.node))
        yield self
        for key, value in self.items():
            yield from key._every(seen)
            yield from value._every(seen)
        for entry in self.entries():
            yield from entry._every(seen)

    def error(self, text: str) -> Finding:
        """A mistake here."""
        return Finding(self.path, self.line, text)

    def remark(self, text: str) -> Finding:
        """Something here that is worth a look."""
        return Finding(self.path, self.line, text, is_error=False)


def read(path: Path) -> Value | None:
    """Read a file that is known to be YAML; None when there is nothing in it."""
    with path.open(encoding="utf-8") as file:
        node = yaml.compose(file, Loader=_Loader)
    return Value(path, node) if node is not None else None
