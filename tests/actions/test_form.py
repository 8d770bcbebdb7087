"""What the forms' code and domain.yml must say alike."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from actions.changes.form import ValidateChangeForm
from actions.form import SupportForm
from actions.handoff import ValidateContactForm
from actions.identity import ValidateIdentityForm
from actions.orders import ValidateOrderForm
from actions.survey import ValidateSurveyForm

DOMAIN = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "domain.yml").read_text(encoding="utf-8")
)
FORMS = (
    ValidateChangeForm,
    ValidateContactForm,
    ValidateIdentityForm,
    ValidateOrderForm,
    ValidateSurveyForm,
)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_asks_for_the_slots_of_domain_yml(form: type[SupportForm]) -> None:
    made = form()
    assert made.domain_slots({}) == DOMAIN["forms"][made.form_name()]["required_slots"]


def test_every_form_is_looked_at() -> None:
    assert {form().form_name() for form in FORMS} == set(DOMAIN["forms"])
