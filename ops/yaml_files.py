"""The YAML files of a bot: which there are, whether they parse, which variables they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ops.problem import Problem

CONFIG, CREDENTIALS, ENDPOINTS = Path("config.yml"), Path("credentials.yml"), Path("endpoints.yml")
DOMAIN_FILE, DOMAIN_FOLDER = Path("domain.yml"), Path("domain")
DATA = Path("data")

# What the parser says, as a person who writes YAML now and then would say it.
_IN_PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "a ':' stands where none may be; is the indentation right, or does a text with ':' need "
        "quotes around it?",
    ),
    (
        "cannot start any token",
        "a character that may not start a value; tabs must be spaces, and a text that starts "
        "with @, ` or % needs quotes around it",
    ),
    (
        "did not find expected '-' indicator",
        "an entry of a list does not start with '-', or its indentation does not fit",
    ),
    (
        "did not find expected key",
        "something follows that belongs to no key; is the indentation right, or does the text "
        "need quotes around all of it?",
    ),
    ("did not find expected ',' or", "a bracket is opened and not closed"),
    ("found undefined alias", "a value starts with '*'; put quotes around it"),
    (
        "expected alphabetic or numeric character",
        "a value starts with '*' or '&'; put quotes around it",
    ),
)


class _PlainConstructor(SafeConstructor):  # type: ignore[misc]
    """Makes values as ruamel's own does, also where Rasa has been imported.

    Rasa teaches ruamel's to replace `${NAME}` and to raise where NAME is not set. Which file and
    line that was, only a look of our own can tell.
    """


_PlainConstructor.add_constructor("!env_var", SafeConstructor.construct_yaml_str)


def domain_path() -> Path:
    """Give the domain: `domain.yml`, or the folder `domain`. Raises Problem without either."""
    for path in (DOMAIN_FILE, DOMAIN_FOLDER):
        if path.exists():
            return path
    raise Problem("domain.yml is missing. Put it back (git checkout domain.yml).", status=2)


def training_files() -> list[Path]:
    """List the YAML files that a model is trained from, sorted. Raises Problem."""
    return [CONFIG, *domain_files(), *_below(DATA)]


def domain_files() -> list[Path]:
    """List the domain's files, sorted. Raises Problem when there is none."""
    domain = domain_path()
    return [domain] if domain.is_file() else _below(domain)


def _below(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.suffix in (".yml", ".yaml") and path.is_file()
    )


def check_all(environ: Mapping[str, str]) -> None:
    """Check every YAML file of the bot, as check_files does. Raises Problem."""
    check_files([*training_files(), CREDENTIALS, ENDPOINTS], environ)


def check_files(files: Iterable[Path], environ: Mapping[str, str]) -> None:
    """Parse YAML files and look for variables in them that are not in `environ`.

    Raises Problem naming file, line, cause and mend.
    """
    for path in files:
        text = _text(path)
        parse(path, text)
        _check_variables(path, text, environ)


def parse(path: Path, text: str) -> None:
    """Parse `text` as Rasa would. Raises Problem when it is no YAML or no mapping."""
    # Rasa reads YAML 1.2 with ruamel's safe loader; so do we, or the two would disagree.
    parser = YAML(typ="safe")
    parser.version = (1, 2)  # type: ignore[assignment]
    parser.Constructor = _PlainConstructor
    try:
        content = parser.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        if "unexpected end of stream" in str(error.problem) and error.context_mark:
            # The mark is at the file's end, the mistake where the quote was opened.
            line = error.context_mark.line + 1
            raise _broken(path, line, "a quote is opened and not closed") from None
        raise _broken(path, line, _explain(error)) from None
    except YAMLError as error:
        position = getattr(error, "position", 0)
        line = text[:position].count("\n") + 1
        raise _broken(path, line, "a character that YAML does not allow") from None
    if content is not None and not isinstance(content, dict):
        raise _broken(path, 1, "the file must hold 'name: value' lines at its top level")


def _explain(error: MarkedYAMLError) -> str:
    problem = str(error.problem)
    duplicate = re.match(r'found duplicate key "(.*?)"', problem)
    if duplicate:
        return f"the key '{duplicate.group(1)}' is there twice"
    for words, plain in _IN_PLAIN_WORDS:
        if words in problem:
            return plain
    return problem


def _broken(path: Path, line: int, cause: str) -> Problem:
    return Problem(f"{path}:{line}: {cause}. Correct it there and start again.", status=2)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _broken(path, line, "this is not UTF-8 text; save the file as UTF-8") from None
    except FileNotFoundError:
        raise Problem(f"{path} is missing. Put it back (git checkout {path}).", status=2) from None
    except OSError as error:
        raise Problem(
            f"{path} cannot be read ({error.strerror}). Mend that and start again.", status=2
        ) from None


def _check_variables(path: Path, text: str, environ: Mapping[str, str]) -> None:
    """Find `${NAME}` without a value: Rasa would stop with an error that names no file."""
    for number, line in enumerate(text.splitlines(), start=1):
        for name in re.findall(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", line.split(" #")[0]):
            if name not in environ and not line.lstrip().startswith("#"):
                raise Problem(
                    f"{path}:{number}: ${{{name}}} has no value. Set {name} in .env, or take the "
                    "line out, and start again.",
                    status=2,
                )
