from __future__ import annotations

from pathlib import Path

import pytest

from backends.change_models import ChangeKind
from backends.policy import POLICY_FILE, PolicyError, by_region, configured, load

TEXT = POLICY_FILE.read_text("utf-8")


def test_the_shops_own_policy() -> None:
    policy = load()
    assert policy.identity.proofs == ("code",)
    assert policy.identity.valid_minutes == 30
    assert policy.cancel.states == ("pending",)
    assert by_region(policy.return_items.days, "DE") == 30
    assert by_region(policy.return_items.fee or {}, "US") == 650
    assert by_region(policy.return_items.fee or {}, "GB") == 0
    assert policy.problems["lost"].after_days == 10
    assert policy.problems["damaged"].photo is True
    assert policy.refund_business_days["card"].most == 7
    assert policy.change_two_factor.ways == ("email", "text")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1", "version: 2", "version is 2, this program reads 1"),
        ("version: 1", "", "version: missing"),
        ("proofs: [code]", "proofs: [voice]", "identity.proofs[0]: expected one of code"),
        ("proofs: [code]", "proofs: []", "identity: needs a proof"),
        (
            "proofs: [code]",
            "proofs: [name_and_postcode]",
            "identity.proofs: `code` must be among them",
        ),
        ("code_only: [address", "code_only: [adress", "identity.code_only[0]: expected one of"),
        ("  code_only: [", "  code_onyl: [", "identity.code_only: missing"),
        ("valid_minutes: 30", "valid_minutes: soon", "valid_minutes: expected a whole number"),
        ("valid_minutes: 30", "valid_minutes: 0", "identity: needs a proof and at least one"),
        ("  states: [pending]\n  reasons", "  states: [new]\n  reasons", "cancel.states[0]"),
        ("reasons: [no_longer", "reason: [no_longer", "cancel.reasons: missing"),
        ("times: 1", "times: 1\n  tiems: 2", "change_items: 'tiems' is not known"),
        ("days: {default: 30}", "days: {DE: 30}", "return_items.days: `default` is missing"),
        ("days: {default: 30}", "days: {default: 30, Germany: 14}", "'Germany' is not a region"),
        ("days: {default: 30}", "days: {default: -1}", "return_items.days: a value is below 0"),
        ("US: 650", "US: 6.50", "fee[*]: expected a whole number"),
        ("card: {least: 5, most: 7}", "card: {least: 7, most: 5}", "card: `least` must be"),
        ("  paypal: {least: 5, most: 7}\n", "", "refund_business_days: paypal is missing"),
        ("  lost: {after", "  vanished: {after", "problems: lost is missing"),
        ("remedies: [person]", "remedies: []", "problems.late: needs a remedy"),
        ("photo: true", "foto: true", "problems.damaged: 'foto' is not known"),
        ("ways: [email, text]", "ways: [pigeon]", "change_two_factor.ways[0]: expected one of"),
        ("version: 1", "version: 1\n\tcancel: x", "cannot be read"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyError) as caught:
        load(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "by_name"),
    [
        *((kind, True) for kind in ("cancel", "return")),
        *((kind, False) for kind in ("address", "payment", "items", "exchange", "reorder")),
        *((kind, False) for kind in ("invoice", "consents", "default_address", "email", "phone")),
        *((kind, False) for kind in ("two_factor", "close_account")),
    ],
)
def test_money_parcels_and_accounts_stay_behind_the_code(kind: ChangeKind, by_name: bool) -> None:
    identity = load().identity
    assert identity.settles("code", kind)
    assert identity.settles("name_and_postcode", kind) is by_name


def test_a_shop_names_a_policy_of_its_own(tmp_path: Path) -> None:
    assert configured({}) == configured({"FRONTDESK_POLICY": ""}) == load()
    path = tmp_path / "ours.yaml"
    path.write_text(TEXT.replace("[code]", "[code, name_and_postcode]", 1), "utf-8")
    own = configured({"FRONTDESK_POLICY": str(path)})
    assert own.identity.proofs == ("code", "name_and_postcode")
    with pytest.raises(PolicyError, match=r"none\.yaml cannot be read"):
        configured({"FRONTDESK_POLICY": str(tmp_path / "none.yaml")})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"gone\.yaml cannot be read"):
        load(tmp_path / "gone.yaml")
