"""What the project's Python code says and does, as far as designers' files depend on it.

Read from the source, nothing is imported: that takes milliseconds, and broken code is no obstacle.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Rooms whose code uses names of the domain.
ROOMS = ("actions", "channels", "components", "desk")
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass
class Code:
    """Names found in the code.

    Attributes:
        texts: every text that is a constant.
        beginnings: how texts begin that code puts together, such as `utter_order_`.
        words: names of arguments, keys and fields: what may fill a `{name}` of a reply.
        actions: what methods called `name` return, and constants that look like an action.
        settings: class name -> settings that `get_default_config` knows; None: cannot be told.
    """

    texts: set[str] = field(default_factory=set)
    beginnings: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    settings: dict[str, set[str] | None] = field(default_factory=dict)

    def uses(self, name: str) -> bool:
        """Whether code has this name as a text, or begins one like it."""
        return name in self.texts or name.startswith(tuple(self.beginnings))


def read(root: Path) -> Code:
    """Read all Python files of the rooms below `root`; one that is not Python is left out."""
    code = Code()
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except (SyntaxError, UnicodeDecodeError):
                continue  # the developer's tools say so; a designer cannot mend it
            _read(tree, code, is_actions=room == "actions")
    return code


def _read(tree: ast.Module, code: Code, *, is_actions: bool) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            code.texts.add(node.value)
            if is_actions and re.fullmatch(r"action_\w+|validate_\w+", node.value):
                code.actions.add(node.value)
            # "/track_order" is a payload
            if node.value.startswith("/"):
                code.texts.add(node.value[1:])
            if _NAME.fullmatch(node.value):
                code.words.add(node.value)
        elif isinstance(node, ast.JoinedStr) and node.values:
            first = node.values[0]
            if isinstance(first, ast.Constant) and len(str(first.value)) >= len("utter_x"):
                code.beginnings.add(str(first.value))
        elif isinstance(node, ast.keyword) and node.arg:
            code.words.add(node.arg)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            code.words.add(node.target.id)
        elif isinstance(node, ast.ClassDef):
            code.settings[node.name] = _settings(node, tree)


def _settings(made: ast.ClassDef, tree: ast.Module) -> set[str] | None:
    """Read the keys that `get_default_config` returns; None when it is computed, or missing."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for method in made.body:
        if isinstance(method, ast.FunctionDef) and method.name == "get_default_config":
            returned = [node.value for node in ast.walk(method) if isinstance(node, ast.Return)]
            if len(returned) != 1 or not isinstance(returned[0], ast.Dict):
                return None
            keys = [_key(key, constants) for key in returned[0].keys]
            return None if None in keys else {str(key) for key in keys}
    return None


def _key(key: ast.expr | None, constants: Mapping[str, object]) -> str | None:
    if isinstance(key, ast.Constant):
        return str(key.value)
    if isinstance(key, ast.Name) and isinstance(constants.get(key.id), str):
        return str(constants[key.id])
    return None
