"""Reading the knowledge base: one small question and answer a Markdown file (docs/knowledge.md)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

CUSTOMERS, STAFF = "customers", "staff"
_REQUIRED = ("question", "tags", "owner", "review")
_OPTIONAL = ("also", "ahead_of", "region", "instead_of", "audience", "withdrawn")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_REGION = re.compile(r"[A-Z]{2}")
# Line 1 is the opening "---".
_FIRST_LINE = 2


class ArticleError(ValueError):
    """An article cannot be used; its text names file, line, cause and mend."""

    def __init__(self, path: Path, line: int, cause: str) -> None:
        super().__init__(f"{path.as_posix()}:{line}: {cause}")


@dataclass(frozen=True)
class Article:
    """One small question and its answer.

    Attributes:
        id: the file's name without `.md`.
        question: what it answers, in a customer's words; shown as its title.
        also: other ways to ask it.
        tags: the intents that it belongs to.
        region: two letters (ISO 3166-1) if it holds for one country only.
        instead_of: id of the general article in whose place it stands there.
        audience: `customers`, or `staff` for what the chat never shows.
        ahead_of: those of its tags that start a task, before which it is given to a message that
            is nearly one of its own questions.
        owner: who keeps it right.
        review: the day on which its owner looks at it again.
        withdrawn: why it is not given at present.
        answer: plain text.
        version: of its content, 12 hexadecimal digits.
        path: its file.
        lines: the line of each entry of the front matter, and of the `answer`.
    """

    id: str
    question: str
    also: tuple[str, ...]
    tags: tuple[str, ...]
    owner: str
    review: date
    answer: str
    ahead_of: tuple[str, ...] = ()
    region: str | None = None
    instead_of: str | None = None
    audience: str = CUSTOMERS
    withdrawn: str | None = None
    version: str = ""
    path: Path = field(default=Path(), compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def questions(self) -> tuple[str, ...]:
        """Every way to ask it, the title first."""
        return (self.question, *self.also)


def article_files(folder: Path) -> list[Path]:
    """The articles' files in a folder, sorted; empty if there is no such folder."""
    return sorted(path for path in folder.glob("*.md") if not path.name.startswith("."))


def read_folder(folder: Path) -> tuple[list[Article], list[ArticleError]]:
    """Read all articles of a folder.

    Args:
        folder: such as `data/knowledge`.

    Returns:
        The articles that can be used, and what is wrong with the others.
    """
    articles, errors = [], []
    for path in article_files(folder):
        try:
            articles.append(read_article(path))
        except ArticleError as error:
            errors.append(error)
    return articles, errors


def read_article(path: Path) -> Article:
    """Read one article.

    Args:
        path: a Markdown file with front matter.

    Returns:
        The article.

    Raises:
        ArticleError: the file cannot be read, or something in it is missing or wrong.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ArticleError(path, line, "this is not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise ArticleError(path, 1, f"the file cannot be read ({error.strerror})") from None
    if not _ID.fullmatch(path.stem):
        raise ArticleError(
            path, 1, "name the file in small letters, digits and -, such as delivery-cost.md"
        )
    head, body = _split(path, text)
    values, lines = _front_matter(path, head)
    answer = "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", body.strip()))
    before = text[: len(text) - len(body.lstrip())]
    lines["answer"] = before.count("\n") + 1
    if not answer:
        raise ArticleError(path, lines["answer"], "the answer is missing below the second '---'")
    reader = _Reader(path, values, lines)
    instead_of = reader.text("instead_of")
    region = reader.region()
    if instead_of and not region:
        raise reader.wrong("instead_of", "'instead_of' needs 'region', such as region: US")
    return Article(
        id=path.stem,
        question=reader.text("question") or "",
        also=reader.texts("also"),
        tags=reader.texts("tags"),
        owner=reader.text("owner") or "",
        review=reader.day("review"),
        answer=answer,
        ahead_of=reader.texts("ahead_of"),
        region=region,
        instead_of=instead_of,
        audience=reader.audience(),
        withdrawn=reader.text("withdrawn"),
        version=hashlib.sha256(content).hexdigest()[:12],
        path=path,
        lines=lines,
    )


def _split(path: Path, text: str) -> tuple[str, str]:
    handler = YAMLHandler()
    if not handler.detect(text):
        raise ArticleError(path, 1, "the file must begin with a line '---' and the front matter")
    try:
        head, body = handler.split(text)
    except ValueError:
        raise ArticleError(path, 1, "a second line '---' must end the front matter") from None
    return head.removeprefix("\n"), body


def _front_matter(path: Path, head: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The entries of the front matter, and the line of each."""
    try:
        node = yaml.compose(head, Loader=yaml.CSafeLoader)
        values = yaml.load(head, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + _FIRST_LINE
        cause = getattr(error, "problem", None) or "this is no YAML"
        raise ArticleError(
            path, line, f"{cause}; a text with ':' or '#' in it needs quotes around it"
        ) from None
    except ValueError as error:  # such as a day that does not exist
        raise ArticleError(path, _FIRST_LINE, f"a value cannot be read ({error})") from None
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        raise ArticleError(path, _FIRST_LINE, "the front matter must hold 'name: value' lines")
    lines = {str(key.value): key.start_mark.line + _FIRST_LINE for key, _ in node.value}
    for name in values:
        if name not in (*_REQUIRED, *_OPTIONAL):
            raise ArticleError(
                path,
                lines[str(name)],
                f"there is no entry '{name}'; there are {', '.join((*_REQUIRED, *_OPTIONAL))}",
            )
    for name in _REQUIRED:
        if not values.get(name):
            raise ArticleError(path, lines.get(name, _FIRST_LINE), f"'{name}' is missing")
    return values, lines


class _Reader:
    """Takes entries of the front matter, each as what it must be."""

    def __init__(self, path: Path, values: dict[str, Any], lines: dict[str, int]) -> None:
        self._path, self._values, self._lines = path, values, lines

    def wrong(self, name: str, cause: str) -> ArticleError:
        return ArticleError(self._path, self._lines.get(name, _FIRST_LINE), cause)

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(name, f"'{name}' must be a text; put quotes around it")
        return " ".join(value.split())

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._values.get(name) or []
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.wrong(
                name,
                f"'{name}' must be a list of texts; a text with ':', or one like yes, no or 12, "
                "needs quotes around it",
            )
        return tuple(" ".join(v.split()) for v in value)

    def day(self, name: str) -> date:
        value = self._values[name]
        if type(value) is not date:
            raise self.wrong(name, f"'{name}' must be a day, such as 2027-05-01")
        return value

    def region(self) -> str | None:
        value = self._values.get("region")
        # Norway's NO is a truth value in YAML 1.1
        if value is None or (isinstance(value, str) and _REGION.fullmatch(value)):
            return value
        raise self.wrong(
            "region",
            "'region' must be a country's two capital letters (ISO 3166-1), "
            "such as US; Norway's need quotes: 'NO'",
        )

    def audience(self) -> str:
        value = self._values.get("audience", CUSTOMERS)
        if value not in (CUSTOMERS, STAFF):
            raise self.wrong("audience", f"'audience' must be {CUSTOMERS} or {STAFF}")
        return str(value)
