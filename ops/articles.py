"""What is wrong with the knowledge base's articles, for `make check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from components.article_index import words
from components.articles import Article, read_folder
from ops.problem import Problem
from ops.yaml_files import DATA, domain_files

KNOWLEDGE = DATA / "knowledge"
# What a phone shows of a chat without scrolling: some 12 lines of 35 characters.
LONGEST_ANSWER = 400
LONGEST_QUESTION = 80


def check_articles(today: date, folder: Path = KNOWLEDGE) -> tuple[int, list[str]]:
    """Read all articles and look for what does not fit.

    Args:
        today: the day that review days are compared with.
        folder: where the articles are.

    Returns:
        How many articles there are, and remarks, each with file, line, cause and mend.

    Raises:
        Problem: articles that cannot be read; the assistant would leave them out.
    """
    articles, errors = read_folder(folder)
    if errors:
        wrong = "\n".join(f"  - {error}" for error in errors)
        raise Problem(f"these articles cannot be used until they are corrected:\n{wrong}", status=2)
    remarks = [*_each(articles, today, _intents()), *_regions(articles), *_questions(articles)]
    return len(articles), remarks


def _at(article: Article, entry: str, words: str) -> str:
    return f"{article.path.as_posix()}:{article.lines.get(entry, 1)}: {words}"


def _each(articles: Sequence[Article], today: date, intents: set[str]) -> Iterator[str]:
    for article in articles:
        if article.review < today:
            days = (today - article.review).days
            yield _at(
                article,
                "review",
                f"the review is overdue by {days} day{'s' if days > 1 else ''}. {article.owner}: "
                "see whether the answer is still right, and write the next day.",
            )
        if len(article.answer) > LONGEST_ANSWER:
            yield _at(
                article,
                "answer",
                f"the answer has {len(article.answer)} characters, too many for a phone; make it "
                f"{LONGEST_ANSWER} or less, or two articles.",
            )
        if len(article.question) > LONGEST_QUESTION:
            yield _at(
                article,
                "question",
                f"the question has {len(article.question)} characters; a title of "
                f"{LONGEST_QUESTION} or less can be read at a glance.",
            )
        for tag in article.tags:
            if tag not in intents:
                yield _at(
                    article,
                    "tags",
                    f"'{tag}' is no intent of domain.yml, so no message is of it; correct the tag.",
                )
        for tag in article.ahead_of:
            if tag not in article.tags:
                yield _at(
                    article,
                    "ahead_of",
                    f"'{tag}' is not among the article's tags; add it there or take it out here.",
                )
        if article.withdrawn:
            yield _at(
                article, "withdrawn", f"the article is not given: {article.withdrawn}. Mend it."
            )


def _regions(articles: Sequence[Article]) -> Iterator[str]:
    """What a region's article and the general one must have in common."""
    by_id = {article.id: article for article in articles}
    seen: dict[tuple[str | None, str], Article] = {}
    for article in articles:
        if not article.instead_of:
            continue
        general = by_id.get(article.instead_of)
        if general is None or general.region:
            yield _at(
                article,
                "instead_of",
                f"there is no general article {article.instead_of}.md; correct the name.",
            )
            continue
        if set(general.tags) != set(article.tags):
            yield _contradiction(article, general)
        other = seen.setdefault((article.region, general.id), article)
        if other is not article:
            yield _at(
                article,
                "instead_of",
                f"{other.path.name} stands in the place of {general.id} in {article.region} too; "
                "keep one of them.",
            )


def _questions(articles: Sequence[Article]) -> Iterator[str]:
    """Questions that two articles answer."""
    asked = [
        (_plain(question), question, article)
        for article in articles
        for question in article.questions
    ]
    told: set[tuple[str, str]] = set()
    for place, (plain, question, article) in enumerate(asked):
        for other_plain, other_question, other in asked[:place]:
            pair = (other.id, article.id)
            if pair in told or not _meet(article, other):
                continue
            if other is article:
                if plain == other_plain:
                    told.add(pair)
                    yield _at(article, "also", f"'{question}' is there twice; take one out.")
            elif plain == other_plain:
                told.add(pair)
                if set(other.tags) != set(article.tags):
                    yield _contradiction(article, other)
                yield _at(
                    article,
                    "question" if question == article.question else "also",
                    f"'{question}' asks the same as '{other_question}' of {other.path.name}: "
                    "duplicates. Make them one article, or ask for different things.",
                )


def _meet(one: Article, other: Article) -> bool:
    """Whether a customer could be given either; a region's article replaces its general one."""
    if one is other:
        return True
    related = one.id == other.instead_of or other.id == one.instead_of
    apart = one.region and other.region and one.region != other.region
    return one.audience == other.audience and not related and not apart


def _contradiction(article: Article, other: Article) -> str:
    return _at(
        article,
        "tags",
        f"the tags {', '.join(article.tags)} contradict those of {other.path.name}, "
        f"{', '.join(other.tags)}, which answers the same question; make them the same.",
    )


def _plain(question: str) -> str:
    """The words that tell a question from others, in no order: what a search would see."""
    return " ".join(sorted(set(words(question)))) or question.lower()


def _intents() -> set[str]:
    """The intents of the domain, from its file or its folder."""
    return {name for path in domain_files() for name in _names(_load(path).get("intents"))}


def _load(path: Path) -> dict[str, Any]:
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def _names(intents: Iterable[Any] | None) -> Iterator[str]:
    for intent in intents or ():
        yield from intent if isinstance(intent, dict) else [str(intent)]
