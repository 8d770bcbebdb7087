"""Every state of the contract can be told to a customer."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import yaml

from actions.orders import _DAYS
from backends.models import OrderState

DOMAIN = Path(__file__).resolve().parents[2] / "domain.yml"


def test_each_state_has_its_day_and_its_words() -> None:
    responses = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["responses"]
    states = set(get_args(OrderState))
    assert set(_DAYS) == states
    assert {f"utter_order_{state}" for state in states} <= set(responses)
