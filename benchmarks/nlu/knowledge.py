"""Which article is given for questions that were not copied from any.

    python -m benchmarks.nlu.knowledge [--questions FILE] [--config config.yml] [--show]

FILE has one JSON object a line: {"text": ..., "article": name or null, "region": optional}. null:
no article answers it, and none should be given. The project's own data is trained on, nothing of
FILE.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.nlu.project import CACHE, ProjectModel, embed, read_examples
from components.article_finder import ArticleFinder
from components.article_index import ArticleIndex, Hit, texts_of
from components.articles import read_folder
from components.embedding_cache import EmbeddingCache
from components.encoder import SentenceEncoder, find_model_files

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Found:
    """One question, and what was found.

    Attributes:
        wanted: name of the right article; None: there is none.
        names: names of the best three, best first.
        given: whether the first was good enough to be given.
        unsure: whether the classifier did not understand the question.
        text: the question.
    """

    wanted: str | None
    names: tuple[str, ...]
    given: bool
    unsure: bool
    text: str


def report(found: Sequence[Found]) -> str:
    """Write the figures as Markdown."""
    answerable = [one for one in found if one.wanted]
    others = [one for one in found if not one.wanted]
    rows = [
        ("all", answerable, others),
        *(
            (
                name,
                [o for o in answerable if o.unsure is flag],
                [o for o in others if o.unsure is flag],
            )
            for name, flag in (("understood by the classifier", False), ("not understood", True))
        ),
    ]
    return "\n".join(
        [
            "| questions | with an article | recall@1 | recall@3 | given the right one | "
            "given a wrong one | without an article | of these given one |",
            "|---|---|---|---|---|---|---|---|",
            *(_row(name, inside, outside) for name, inside, outside in rows),
            "",
            f"Wrong answers in all: {_share([_is_wrong(one) for one in found])} of "
            f"{len(found)} questions; wrong among the answers that were given: "
            f"{_share([_is_wrong(one) for one in found if one.given])}.",
        ]
    )


def _row(name: str, inside: Sequence[Found], outside: Sequence[Found]) -> str:
    figures = (
        _share([one.names[:1] == (one.wanted,) for one in inside]),
        _share([one.wanted in one.names for one in inside]),
        _share([one.given and not _is_wrong(one) for one in inside]),
        _share([_is_wrong(one) for one in inside]),
    )
    given = _share([one.given for one in outside])
    return f"| {name} | {len(inside)} | {' | '.join(figures)} | {len(outside)} | {given} |"


def _is_wrong(one: Found) -> bool:
    return one.given and one.names[:1] != (one.wanted,)


def _share(true: Sequence[bool]) -> str:
    return f"{np.mean(true):.3f}" if true else "-"


def finder_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """ArticleFinder's settings, and the confidence from which a message is `understood`."""
    named = {one["name"].rsplit(".", 1)[-1]: one for one in config["pipeline"]}
    return {
        **ArticleFinder.get_default_config(),
        **named.get("ArticleFinder", {}),
        "understood": named["FallbackClassifier"]["threshold"],
    }


def judge(
    line: Mapping[str, Any],
    hits: Sequence[Hit],
    intent: tuple[str, float],
    settings: Mapping[str, Any],
    tags: frozenset[str],
) -> Found:
    """Decide as ArticleFinder does whether the best article is given."""
    name, confidence = intent
    unsure = confidence < settings["understood"] or name in settings["unsure_intents"]
    looked_for = unsure or name in tags
    needed = settings["unsure_threshold" if unsure else "threshold"]
    return Found(
        wanted=line["article"],
        names=tuple(hit.article.id for hit in hits),
        given=bool(looked_for and hits and hits[0].score >= needed),
        unsure=unsure,
        text=line["text"],
    )


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=Path, default=HERE / "questions.jsonl")
    parser.add_argument("--config", type=Path, default=Path("config.yml"))
    parser.add_argument("--data", default="data", help="the training data (default: data)")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--out", type=Path, default=HERE / "KNOWLEDGE.md")
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    arguments = parser.parse_args()
    logging.getLogger("rasa").setLevel(logging.ERROR)

    settings = finder_settings(yaml.safe_load(arguments.config.read_text("utf-8")))
    lines = [json.loads(line) for line in arguments.questions.read_text("utf-8").splitlines()]
    articles, errors = read_folder(Path(settings["folder"]))
    for error in errors:
        print(f"left out: {error}")
    missing = {line["article"] for line in lines} - {one.id for one in articles} - {None}
    if missing:
        parser.error(f"there is no article {', '.join(sorted(missing))}")

    encoder = SentenceEncoder(find_model_files())
    model = ProjectModel(read_examples(arguments.data, encoder, arguments.cache), encoder)
    cache = EmbeddingCache(arguments.cache, encoder.identity)
    sources = sorted({text for article in articles for text in texts_of(article)})
    index = ArticleIndex(articles, dict(zip(sources, embed(encoder, cache, sources), strict=True)))

    asked = model.mend([line["text"] for line in lines])
    vectors = embed(encoder, None, asked)
    ranked = model.rank(asked)
    found, seconds = [], []
    for line, text, vector, ranking in zip(lines, asked, vectors, ranked, strict=True):
        started = time.process_time()
        hits = index.search(text, vector, dict(ranking[:10]), line.get("region"))
        seconds.append(time.process_time() - started)
        found.append(judge(line, hits, ranking[0], settings, index.tags))
    table = report(found)
    words = (
        f"{len(index.articles)} articles, {date.today()}, threshold {settings['threshold']}, "
        f"unsure_threshold {settings['unsure_threshold']}; "
        f"{1000 * float(np.median(seconds)):.2f} ms of CPU a search (median).\n\n{table}\n"
    )
    print(words)
    arguments.out.write_text(f"# The knowledge base, measured\n\n{words}", encoding="utf-8")
    if arguments.show:
        for one in found:
            if _is_wrong(one) or (one.wanted and not one.given):
                what = "wrong" if one.given else "not given"
                print(f"{what}: {one.text} | {one.names[0]} | right: {one.wanted}")


if __name__ == "__main__":
    main()
