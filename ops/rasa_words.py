"""Find in Rasa's output what a person has to read.

A training prints some ten thousand characters of progress bars and notices of libraries; what is
wrong stands in one or two sentences in between: errors in red, warnings as UserWarning, crashes
as the last line of a traceback.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_RED = re.compile(r"\x1b\[91m(.*?)\x1b\[0m", re.DOTALL)
_WARNING = re.compile(
    r"UserWarning: (.*?)(?=\n\s*More info at|\x1b\[|\n\S*: ?\w*Warning|\Z)", re.DOTALL
)
# The last line of a traceback is the first that is not indented.
_CRASH = re.compile(r"^Traceback \(most recent call last\):\n(?:[ \t].*\n|\n)+(\S.*)", re.MULTILINE)
_NOISE = re.compile(
    r"Warning|^\s*$|^Processed |it/s|^\S+ \S+ (INFO|DEBUG) |^\s+\S.*|^Implementing implicit"
)
_SUMMARY = "Project validation completed with errors."
LAST_LINES = 5


@dataclass(frozen=True)
class Words:
    """What Rasa said: `errors` stop a training, `warnings` do not. One text each, no colours."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def read(output: str) -> Words:
    """Read the whole output of a Rasa command."""
    errors = [_tidy(found) for found in _RED.findall(output)]
    warnings = dict.fromkeys(_tidy(found) for found in _WARNING.findall(output))
    if _SUMMARY in errors:
        # Rasa prints what is wrong as warnings, and then only that something is.
        errors = [text for text in errors if text != _SUMMARY] + list(warnings)
        warnings = {}
    if not errors and (crash := _CRASH.findall(_COLOUR.sub("", output))):
        errors = [_tidy(crash[-1])]
    return Words(tuple(filter(None, errors)), tuple(filter(None, warnings)))


def last_lines(output: str, count: int = LAST_LINES) -> list[str]:
    """Give the last lines that are no progress bar and no notice of a library."""
    lines = [_COLOUR.sub("", line).rstrip() for line in re.split(r"[\r\n]+", output)]
    telling = [line for line in lines if line and not _NOISE.search(line)]
    return (telling or [line for line in lines if line])[-count:]


def _tidy(text: str) -> str:
    """Take out colours, line breaks inside a sentence and this machine's paths."""
    plain = _COLOUR.sub("", text).replace(f"{Path.cwd()}/", "")
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return " ".join(lines)
