"""What `make check` says of the knowledge base."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ops import articles
from ops.articles import check_articles
from ops.problem import Problem
from tests.ops.project import Project

TODAY = date(2026, 11, 26)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes an article below data/knowledge; without more, nothing is wrong with it."""
    folder = tmp_path / "data" / "knowledge"
    folder.mkdir(parents=True)
    (tmp_path / "domain.yml").write_text("intents: [delivery_info, gift_card, {greet: {}}]\n")
    monkeypatch.chdir(tmp_path)

    def one(name: str, question: str, answer: str = "Yes.", **more: str) -> Path:
        entries = {"question": question, "tags": "[delivery_info]", "owner": "kim"}
        entries |= {"review": "2027-01-01", **more}
        head = "\n".join(f"{key}: {value}" for key, value in entries.items())
        path = folder / f"{name}.md"
        path.write_text(f"---\n{head}\n---\n{answer}\n", encoding="utf-8")
        return path

    return one


def remarks(today: date = TODAY) -> list[str]:
    return check_articles(today)[1]


def test_good_ones_cause_no_remark(write: Write) -> None:
    write("cost", "How much is delivery?", also="[what does shipping cost]")
    write("time", "How long does delivery take?")
    write("hello", "How do you say hello?", tags="[greet]")
    assert check_articles(TODAY) == (3, [])


def test_no_articles_are_no_trouble(write: Write) -> None:
    assert check_articles(TODAY) == (0, [])


def test_broken_ones_are_all_told_at_once(write: Write) -> None:
    write("cost", "How much: is it?")
    write("time", "How long?", review="soon")
    with pytest.raises(Problem) as caught:
        check_articles(TODAY)
    assert "these articles cannot be used" in str(caught.value)
    assert "  - data/knowledge/cost.md:2: " in str(caught.value)
    assert "  - data/knowledge/time.md:5: 'review' must be a day" in str(caught.value)


@pytest.mark.parametrize(("review", "said"), [("2026-11-26", ""), ("2026-11-25", "by 1 day.")])
def test_an_overdue_review(write: Write, review: str, said: str) -> None:
    write("cost", "How much is delivery?", review=review)
    found = remarks()
    assert bool(found) == bool(said)
    if said:
        assert found[0].startswith("data/knowledge/cost.md:5: the review is overdue by 1 day. kim:")


def test_too_long_for_a_phone(write: Write) -> None:
    write("cost", "How much is delivery?", "x" * 400)
    assert remarks() == []
    write("cost", "How much is delivery " + "very " * 20, "x" * 401)
    answer, question = remarks()
    assert "cost.md:7: the answer has 401 characters, too many for a phone" in answer
    assert "cost.md:2: the question has" in question


def test_a_tag_that_is_no_intent(write: Write) -> None:
    write("cost", "How much is delivery?", tags="[delivery_info, delivry]")
    assert remarks() == [
        "data/knowledge/cost.md:3: 'delivry' is no intent of domain.yml, so no message is of it; "
        "correct the tag."
    ]


def test_a_task_that_is_no_tag(write: Write) -> None:
    write("cost", "How much is delivery?", ahead_of="[gift_card]")
    assert "'gift_card' is not among the article's tags" in remarks()[0]


def test_a_withdrawn_article_is_not_forgotten(write: Write) -> None:
    write("cost", "How much is delivery?", withdrawn="the price is wrong")
    assert "the article is not given: the price is wrong." in remarks()[0]


def test_duplicates(write: Write) -> None:
    write("cost", "How much is delivery?", also="[what does shipping cost]")
    write(
        "price", "What's the price?", also="[What do you have: does cost shipping]".replace(":", "")
    )
    write("twice", "Is it free?", also="[is it free]")
    first, second = remarks()
    assert "price.md:6: 'What do you have does cost shipping' asks the same as" in first
    assert "'what does shipping cost' of cost.md: duplicates." in first
    assert "twice.md:6: 'is it free' is there twice" in second


def test_the_same_question_with_other_tags_is_a_contradiction(write: Write) -> None:
    write("cost", "How much is delivery?")
    write("price", "How much is delivery?", tags="[gift_card]")
    contradiction, duplicate = remarks()
    assert "price.md:3: the tags gift_card contradict those of cost.md" in contradiction
    assert "duplicates" in duplicate


def test_a_region_may_ask_what_its_general_article_asks(write: Write) -> None:
    write("cost", "How much is delivery?")
    write("cost-us", "How much is delivery?", region="US", instead_of="cost")
    write("cost-fr", "How much is delivery?", region="FR", instead_of="cost")
    assert remarks() == []


def test_regions_that_do_not_fit(write: Write) -> None:
    write("cost", "How much is delivery?")
    write("cost-us", "Delivery to Texas?", region="US", instead_of="cost", tags="[gift_card]")
    write("cost-usa", "Delivery to Ohio?", region="US", instead_of="cost")
    write("cost-uk", "Delivery to Wales?", region="GB", instead_of="coast")
    found = remarks()
    assert len(found) == 3
    assert "cost-uk.md:7: there is no general article coast.md" in found[0]
    assert "cost-us.md:3: the tags gift_card contradict those of cost.md" in found[1]
    assert "cost-usa.md:7: cost-us.md stands in the place of cost in US too" in found[2]


def test_staff_and_customers_may_ask_the_same(write: Write) -> None:
    write("cost", "How much is delivery?")
    write("cost-inside", "How much is delivery?", audience="staff", tags="[gift_card]")
    assert remarks() == []


def test_a_domain_in_a_folder(write: Write, tmp_path: Path) -> None:
    (tmp_path / "domain.yml").unlink()
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "one.yml").write_text("intents: [delivery_info]\n")
    (tmp_path / "domain" / "two.yml").write_text("responses: {}\n")
    write("cost", "How much is delivery?")
    assert remarks() == []


def test_make_check_tells_it(project: Project) -> None:
    project.write("rasa/__main__.py", "")
    project.write("data/knowledge/cost.md", "---\nquestion: a\n")
    status, said = project.run("ops.check")
    assert status == 2
    assert "data/knowledge/cost.md:1: a second line '---' must end the front matter" in said
    project.write(
        "data/knowledge/cost.md",
        "---\nquestion: a?\ntags: [nothing]\nowner: kim\nreview: 2020-01-01\n---\nYes.\n",
    )
    status, said = project.run("ops.check")
    assert status == 0
    assert "1 article of the knowledge base can be read." in said
    assert "worth a look: data/knowledge/cost.md:5: the review is overdue" in said


def test_our_own_articles() -> None:
    """Review days apart, which come whether or not anybody works on the project."""
    count, found = check_articles(date(2000, 1, 1), Path(__file__).parents[2] / articles.KNOWLEDGE)
    assert count >= 60
    assert found == []
