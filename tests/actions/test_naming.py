"""The identity form's other way: when it is open, and what it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import naming, shop
from actions.identity import ValidateIdentityForm
from actions.reading import Message
from backends.errors import NotFound, TooManyRequests
from backends.models import Customer
from tests.actions.support import tracker
from tests.support.own_policy import own_policy

FORM = ValidateIdentityForm()
DORA = Customer("cus_0004", "Dora", "Lind", "dora.lind@example.com", None, "DE", False)
BOTH = {"name_and_postcode": "Dora Lind\n24103"}


@dataclass
class People:
    """A shop's customers, who are asked for."""

    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    fails: Exception | None = None

    async def find(self, name: str, postcode: str, *, number: str | None = None) -> Customer:
        self.asked.append((name, postcode, number))
        if self.fails:
            raise self.fails
        return DORA


@pytest.fixture(autouse=True)
def lenient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shop that takes name and postcode, too."""
    monkeypatch.setenv("FRONTDESK_POLICY", str(own_policy(tmp_path)))
    shop.policy.cache_clear()
    yield
    shop.policy.cache_clear()


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> People:
    found = People()
    monkeypatch.setattr(naming, "backends", lambda: SimpleNamespace(crm=found))
    return found


def said(text: str) -> Message:
    return Message(text, "inform", {}, {})


@pytest.mark.parametrize("need", ["order", "customer"])
@pytest.mark.parametrize("requested", ["email", "code", "name_and_postcode"])
def test_it_is_taken_where_an_address_or_a_code_was_asked_for(need: str, requested: str) -> None:
    asking = tracker(identity_need=need)
    assert FORM.read(requested, said("Dora Lind 24103"), asking) == BOTH


@pytest.mark.parametrize("need", ["code", "email"])
def test_it_is_not_taken_where_it_would_not_do(need: str) -> None:
    asking = tracker(identity_need=need)
    for words in ("my name is Dora Lind, postcode 24103", "I can't read my e-mail"):
        assert naming.SLOT not in FORM.read("email", said(words), asking)


def test_where_a_number_was_asked_for_it_must_be_said() -> None:
    asking = tracker(identity_need="order")
    assert FORM.read("order_number", said("oak table 10023"), asking) == {"order_number": "10023"}
    named = FORM.read("order_number", said("my name is Dora Lind, zip 24103"), asking)
    assert named == BOTH


async def test_the_order_asked_about_narrows_it(people: People) -> None:
    asking = tracker(identity_need="order")
    found = FORM.read("email", said("order 10041, Dora Lind, 24103"), asking)
    assert found == {**BOTH, "order_number": "10041"}
    asking.slots.update(found)
    dispatcher = CollectingDispatcher()
    known = await FORM.check("name_and_postcode", BOTH["name_and_postcode"], dispatcher, asking)
    assert people.asked == [("Dora Lind", "24103", "10041")]
    assert (known["customer_id"], known["proven_by"]) == ("cus_0004", "name_and_postcode")


async def _checked(people: People, **slots: Any) -> dict[str, Any]:
    asking = tracker(identity_need="customer", requested_slot="name_and_postcode", **slots)
    value = BOTH["name_and_postcode"]
    return await FORM._outcome("name_and_postcode", value, CollectingDispatcher(), asking)


async def test_neither_name_nor_postcode_is_kept(people: People) -> None:
    for fails in (None, NotFound(), TooManyRequests(retry_after=600)):
        people.fails = fails
        outcome = await _checked(people, half_proof="Dora Lind\n")
        assert "Lind" not in str(outcome)
        assert "24103" not in str(outcome)


async def test_what_is_wrong_is_not_said(people: People) -> None:
    people.fails = NotFound()
    outcome = await _checked(people)
    assert (outcome["failure"], outcome["name_and_postcode"]) == ("customer_not_found", None)
    people.fails = TooManyRequests(retry_after=840)
    outcome = await _checked(people)
    assert (outcome["failure"], outcome["wait_minutes"]) == ("too_many_names", "14 minutes")


async def test_an_address_leaves_this_way(people: People) -> None:
    asking = tracker(
        identity_need="customer", requested_slot="name_and_postcode", half_proof="Dora Lind\n"
    )
    read = FORM.read("name_and_postcode", said("dora.lind@example.com"), asking)
    assert read == {"email": "dora.lind@example.com"}
    assert naming.way("email", asking) == {"half_proof": None}
    asking.slots.update(naming.way("email", asking))
    assert await FORM.required_slots([], CollectingDispatcher(), asking, {}) == ["email", "code"]


def test_the_way_of_an_earlier_form_is_forgotten() -> None:
    begun = tracker(identity_need="customer", half_proof="")
    assert [event["value"] for event in naming.begin(begun)] == [None]
    assert not naming.is_chosen(begun)
    going_on = tracker(identity_need="customer", half_proof="", requested_slot="name_and_postcode")
    assert naming.begin(going_on) == []
    assert naming.is_chosen(going_on)
