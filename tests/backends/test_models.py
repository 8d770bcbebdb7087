from __future__ import annotations

import dataclasses

import pytest

from backends.models import CodeChallenge, Customer, Money
from backends.wire import decode
from tests.backends.samples import CHALLENGE, CUSTOMER, new_ticket


def test_values_cannot_be_changed() -> None:
    money = Money(1999, "EUR")
    with pytest.raises(dataclasses.FrozenInstanceError):
        money.amount = 1  # type: ignore[misc]


def test_personal_data_is_not_in_a_repr() -> None:
    shown = repr([decode(Customer, CUSTOMER), decode(CodeChallenge, CHALLENGE), new_ticket()])
    for secret in ("Anna", "Berg", "anna.berg", "+4940123456", "a***@", "parcel", "order 10031"):
        assert secret not in shown
    assert "c-1" in shown
