"""How well a customer is proven, by the policy that the shop has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions import naming, shop
from actions.proven import is_proven_for, is_verified, need_of, proof_of, proven, proven_by_name
from actions.transcript import shown_slots
from backends.models import Customer
from tests.actions.support import tracker
from tests.support.own_policy import own_policy

DORA = Customer("cus_0004", "Dora", "Lind", "dora.lind@example.com", None, "DE", False)


@pytest.fixture
def lenient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shop that takes name and postcode, too."""
    monkeypatch.setenv("FRONTDESK_POLICY", str(own_policy(tmp_path)))
    shop.policy.cache_clear()
    yield
    shop.policy.cache_clear()


def by_name(**more: Any) -> dict[str, Any]:
    return {**proven_by_name(DORA), **more}


def test_a_name_proves_for_looking_and_not_for_money(lenient: None) -> None:
    dora = tracker(**by_name())
    assert is_verified(dora)
    assert is_proven_for(dora, "order")
    assert is_proven_for(dora, need_of(["cancel"]))
    assert not is_proven_for(dora, need_of(["payment"]))
    assert is_proven_for(tracker(**proven(DORA)), need_of(["payment"]))


def test_a_name_tells_nobody_the_address_on_file(lenient: None) -> None:
    assert DORA.email not in str(proven_by_name(DORA))


def test_the_weaker_proof_expires_as_the_code_does(lenient: None) -> None:
    until = proven_by_name(DORA)["verified_until"]
    assert until == pytest.approx(time.time() + 30 * 60, abs=5)
    late = tracker(**by_name(verified_until=time.time() - 1))
    assert not is_verified(late)
    assert not is_proven_for(late, "order")


@pytest.mark.parametrize(
    ("kinds", "need"),
    [
        (["cancel"], "customer"),
        (["invoice"], "code"),
        (["return", "exchange"], "customer"),  # not known yet which of them
        (["address", "payment", "items"], "code"),
        ([None], "customer"),
        ([], "customer"),
    ],
)
def test_what_a_change_needs(kinds: list[Any], need: str, lenient: None) -> None:
    assert need_of(kinds) == need


def test_with_codes_only_there_is_nothing_to_tell_apart() -> None:
    assert need_of(["payment"]) == "customer"
    asking = tracker(identity_need="customer")
    assert not naming.is_accepted(asking)


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        (by_name, "verified by name and postcode"),
        (lambda: proven(DORA), "verified by code"),
        (dict, "not verified"),
    ],
)
def test_the_person_who_takes_over_reads_how(slots: Any, said: str, lenient: None) -> None:
    known = tracker(**slots())
    assert shown_slots(known, verified=is_verified(known))["identity"] == said


def test_a_conversation_of_before_was_proven_by_code() -> None:
    assert proof_of(tracker(customer_id="cus_1", verified_until=time.time() + 9)) == "code"
