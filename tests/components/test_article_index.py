"""Which article is found, with vectors made by hand: words, meaning, intent and region."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from components.article_index import ArticleIndex, Weights, given, texts_of, words
from components.articles import Article

DAY = date(2030, 1, 1)


def article(name: str, question: str, answer: str = "", **more: Any) -> Article:
    more.setdefault("tags", ("delivery_info",))
    return Article(
        id=name,
        question=question,
        also=more.pop("also", ()),
        owner="a",
        review=DAY,
        answer=answer or f"About {name}.",
        **more,
    )


COST = article("cost", "How much is delivery?", "It costs 4.90.", also=("what does shipping cost",))
TIME = article("time", "How long does delivery take?", "Three to six days.")
KETTLE = article("kettle", "Is the kettle for induction?", tags=("product_question",))
US = article("cost-us", "Delivery in America?", "It costs $9.90.", region="US", instead_of="cost")
ALASKA = article("alaska", "Do you deliver to Alaska?", "Yes.", region="US")

# Each text points its own way, so that a question is near nothing but what the test says.
EVERY = (COST, TIME, KETTLE, US, ALASKA)
TEXTS = [text for one in EVERY for text in texts_of(one)]
WAYS = np.eye(len(TEXTS) + 1, dtype=np.float32)
VECTORS = dict(zip(TEXTS, WAYS, strict=False))
NOWHERE = WAYS[-1]


def near(text: str, cosine: float) -> np.ndarray:
    """A vector with this cosine to a text's, and 0 to all others'."""
    return cosine * VECTORS[text] + np.float32(np.sqrt(1 - cosine**2)) * NOWHERE


def index(*articles: Article, **weights: float) -> ArticleIndex:
    # What sets articles apart is added only where a test is about it.
    return ArticleIndex(articles, VECTORS, Weights(**{"apart": 0.0, **weights}))


def found(*arguments: Any, articles: tuple[Article, ...] = EVERY, **more: Any) -> list[str]:
    return [hit.article.id for hit in index(*articles).search(*arguments, **more)]


def test_meaning_finds_what_shares_no_word() -> None:
    assert found("zzz", near("what does shipping cost", 0.8), {})[0] == "cost"


def test_the_answer_is_looked_at_too() -> None:
    assert found("zzz", near("Three to six days.", 0.6), {})[0] == "time"


def test_words_find_what_the_embedding_does_not_know() -> None:
    assert found("does it work on induktion, I mean induction", NOWHERE, {})[0] == "kettle"


def test_both_count_together() -> None:
    (best, second, *_) = index(*EVERY).search(
        "how long until it's here", near(COST.question, 0.3), {}
    )
    assert (best.article.id, second.article.id) == ("cost", "time")
    (best, *_) = index(*EVERY, words=4.0).search("how long it takes", near(COST.question, 0.3), {})
    assert best.article.id == "time"


def test_what_sets_an_article_apart_is_added() -> None:
    vector = near(COST.question, 0.5)
    scores = {}
    for apart in (0.0, 1.0):
        hits = index(*EVERY, apart=apart).search("zzz", vector, {}, count=len(EVERY))
        scores[apart] = {hit.article.id: hit.score for hit in hits}
    gain = {name: score - scores[0.0][name] for name, score in scores[1.0].items()}
    assert max(gain, key=lambda name: gain[name]) == "cost"
    assert gain["cost"] > gain["kettle"] + 0.1


def test_the_intent_decides_between_equals() -> None:
    vector = (near(KETTLE.question, 0.5) + near(TIME.question, 0.5)) / 2
    assert found("zzz", vector, {"product_question": 0.9})[0] == "kettle"
    assert found("zzz", vector, {"delivery_info": 0.9})[0] == "time"


def test_the_score_is_cosine_words_and_intent() -> None:
    (best, *_) = index(COST).search("zzz", near(COST.question, 0.5), {"delivery_info": 0.8})
    assert best.score == pytest.approx(0.5 + 0.15 * 0.8, abs=1e-6)


@pytest.mark.parametrize(
    ("region", "first", "left_out"),
    [
        (None, "cost", {"cost-us", "alaska"}),
        ("DE", "cost", {"cost-us", "alaska"}),
        ("US", "cost-us", {"cost"}),
    ],
)
def test_the_regions_article_stands_in_the_place_of_the_general_one(
    region: str | None, first: str, left_out: set[str]
) -> None:
    vector = near("what does shipping cost", 0.9)  # which only the general one asks
    hits = found("zzz", vector, {}, region, count=9)
    assert hits[0] == first
    assert not left_out & set(hits)


def test_staff_and_withdrawn_articles_are_not_given() -> None:
    staff = article("staff", "a", audience="staff")
    gone = article("gone", "b", withdrawn="the price is wrong")
    assert given([COST, staff, gone]) == [COST]
    # and need no vectors
    assert [a.id for a in ArticleIndex([COST, staff, gone], VECTORS).articles] == ["cost"]


def test_a_region_without_its_general_article_is_found_all_the_same() -> None:
    vector = near(US.question, 0.9)
    assert found("zzz", vector, {}, "US", articles=(US, TIME))[0] == "cost-us"


@pytest.mark.parametrize("text", ["", "???", "the of and", "🎁", "x" * 20_000, "\ud800"])
def test_odd_texts_raise_nothing(text: str) -> None:
    assert len(found(text, NOWHERE, {})) == 3


def test_an_empty_knowledge_base_answers_nothing() -> None:
    empty = ArticleIndex([], {})
    assert empty.search("delivery", NOWHERE, {}) == []
    assert (empty.tags, empty.dimension) == (frozenset(), 0)


def test_what_it_is_about() -> None:
    assert index(*EVERY).tags == {"delivery_info", "product_question"}
    assert index(*EVERY).dimension == len(WAYS)


def test_words_are_plain_singulars_without_the_small_ones() -> None:
    assert words("How do I wash the WOOL Blankets? It's glass.") == [
        "wash",
        "wool",
        "blanket",
        "glass",
    ]
