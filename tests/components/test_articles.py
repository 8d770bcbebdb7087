"""Reading articles: what a good one holds, and what is said of a broken one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from components.articles import ArticleError, read_article, read_folder

GOOD = """---
question: How much is delivery?
also:
  - what does shipping cost
tags: [delivery_info]
owner: delivery
review: 2027-05-01
---
It costs 4.90, and nothing
from 75.

Express costs more.
"""


def write(folder: Path, text: str, name: str = "delivery-cost.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_one(tmp_path: Path) -> None:
    article = read_article(write(tmp_path, GOOD))
    assert article.id == "delivery-cost"
    assert article.questions == ("How much is delivery?", "what does shipping cost")
    assert article.tags == ("delivery_info",)
    assert article.review == date(2027, 5, 1)
    assert article.answer == "It costs 4.90, and nothing from 75.\n\nExpress costs more."
    assert (article.region, article.instead_of, article.withdrawn) == (None, None, None)
    assert article.audience == "customers"
    assert article.lines["tags"] == 5
    assert article.lines["answer"] == 9


def test_every_entry_is_read(tmp_path: Path) -> None:
    more = (
        "ahead_of: [delivery_info]\nregion: US\ninstead_of: delivery-cost\naudience: staff\n"
        'withdrawn: "the price: being checked"\nowner:'
    )
    article = read_article(write(tmp_path, GOOD.replace("owner:", more)))
    assert article.ahead_of == ("delivery_info",)
    assert (article.region, article.instead_of) == ("US", "delivery-cost")
    assert article.audience == "staff"
    assert article.withdrawn == "the price: being checked"


def test_windows_line_ends_make_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "delivery-cost.md"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode())
    article = read_article(path)
    assert article.answer == "It costs 4.90, and nothing from 75.\n\nExpress costs more."
    assert article.lines["answer"] == 9


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    first = read_article(write(tmp_path, GOOD)).version
    assert read_article(write(tmp_path, GOOD)).version == first
    assert read_article(write(tmp_path, GOOD.replace("4.90", "5.90"))).version != first


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("---\nquestion", "question", 1, "must begin with a line '---'"),
        ("\n---\nIt costs", "\nIt costs", 1, "a second line '---' must end"),
        ("How much is", "How: much is", 2, "needs quotes around it"),
        ("question: How much is delivery?\n", "", 2, "'question' is missing"),
        ("tags: [delivery_info]", "tags: []", 5, "'tags' is missing"),
        ("tags: [delivery_info]", "tags: delivery_info", 5, "'tags' must be a list"),
        ("- what does", "- no\n  - what does", 3, "'also' must be a list of texts"),
        ("owner: delivery", "ownr: delivery", 6, "there is no entry 'ownr'"),
        ("owner: delivery", "owner: 12", 6, "'owner' must be a text"),
        ("2027-05-01", "soon", 7, "'review' must be a day, such as 2027-05-01"),
        ("2027-05-01", "2027-02-31", 2, "a value cannot be read"),
        ("owner:", "region: usa\nowner:", 6, "'region' must be a country's two capital letters"),
        ("owner:", "region: NO\nowner:", 6, "'region' must be a country's two capital letters"),
        ("owner:", "instead_of: x\nowner:", 6, "'instead_of' needs 'region'"),
        ("owner:", "audience: all\nowner:", 6, "'audience' must be customers or staff"),
        (GOOD[GOOD.index("It costs") :], "\n", 10, "the answer is missing"),
    ],
)
def test_a_broken_one_is_told_with_file_line_and_cause(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ArticleError) as caught:
        read_article(path)
    assert str(caught.value).startswith(f"{path.as_posix()}:{line}: ")
    assert words in str(caught.value)


def test_other_letters_than_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(GOOD.replace("4.90", "4.90 £").encode("latin-1"))
    with pytest.raises(ArticleError, match=r"a\.md:9: this is not UTF-8 text"):
        read_article(path)


def test_a_name_that_no_link_can_hold(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="name the file in small letters"):
        read_article(write(tmp_path, GOOD, "Delivery Cost.md"))


def test_a_folder_gives_the_good_ones_and_says_what_is_wrong_with_the_others(
    tmp_path: Path,
) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, "nothing", "broken.md")
    write(tmp_path, "version: 1", "rules.yml")
    articles, errors = read_folder(tmp_path)
    assert [article.id for article in articles] == ["delivery-cost"]
    assert ["broken.md:1:" in str(error) for error in errors] == [True]


def test_no_folder_no_articles(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "none") == ([], [])
