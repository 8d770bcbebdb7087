"""The articles of which customers said that they did not help (`make flagged`)."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import datetime, timezone

from backends.article_verdicts import ArticleVerdicts, FlaggedArticle, VerdictsUnusable
from components.articles import read_folder
from ops.articles import KNOWLEDGE
from ops.environment import prepare
from ops.problem import Problem, entry, say


def main(arguments: list[str] | None = None) -> int:
    """List the flagged articles, or settle one. Gives the exit status. Raises Problem."""
    parser = argparse.ArgumentParser(prog="make flagged", description=(__doc__ or "").strip())
    parser.add_argument(
        "--settle", metavar="ARTICLE", help="take it off the list: it is mended, or was right"
    )
    given = parser.parse_args(arguments)
    try:
        verdicts = ArticleVerdicts(prepare()["FRONTDESK_KNOWLEDGE_DB"])
    except VerdictsUnusable as error:
        raise Problem(f"{error}.") from None
    try:
        return _settle(verdicts, given.settle) if given.settle else _list(verdicts)
    finally:
        verdicts.close()


def _list(verdicts: ArticleVerdicts) -> int:
    flagged = verdicts.flagged()
    if not flagged:
        say("No article is flagged.")
        return 0
    versions = {article.id: article.version for article in read_folder(KNOWLEDGE)[0]}
    for one in flagged:
        say(_line(one, versions.get(one.article_id)))
        for question in one.questions:
            say(f"    asked: {question}")
    say('Mend them in data/knowledge, then: make flagged ARGS="--settle ARTICLE"')
    return 0


def _line(one: FlaggedArticle, version: str | None) -> str:
    day = datetime.fromtimestamp(one.last_at, timezone.utc).date()
    path = (KNOWLEDGE / f"{one.article_id}.md").as_posix()
    if version is None:
        now = " The article is not there any more."
    else:
        now = "" if version == one.version else " It was changed since."
    return (
        f'{path}: "{one.title}" did not help {one.not_helped}, helped {one.helped}, '
        f"last on {day}.{now}"
    )


def _settle(verdicts: ArticleVerdicts, article: str) -> int:
    article = article.removesuffix(".md").rsplit("/", 1)[-1]
    count = verdicts.settle(article, getpass.getuser())
    if not count:
        raise Problem(f"no article {article} is flagged. make flagged lists those that are.")
    say(f"{article} is off the list ({count} verdict{'s' if count > 1 else ''}).")
    return 0


if __name__ == "__main__":
    entry(lambda: main(sys.argv[1:]))
