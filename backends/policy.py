"""What customers may have changed, read from `policy.yaml` and checked.

The classes below are the file's schema: a missing, misspelt or ill-typed value is refused with its
place in the file. Who enforces: the shop behind the contract. Who explains: the assistant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import yaml

from backends.change_models import ChangeKind, PaymentKind, ProblemKind, Remedy, TwoFactor
from backends.models import OrderState
from backends.wire import Unreadable, decode

POLICY_FILE = Path(__file__).with_name("policy.yaml")
# The setting that names another file.
SETTING = "FRONTDESK_POLICY"
# The version of the file's shape that this module reads.
VERSION = 1
DEFAULT = "default"

Proof = Literal["code", "name_and_postcode"]
# The proof that every shop accepts, and the weaker one.
CODE: Proof = "code"
NAME_AND_POSTCODE: Proof = "name_and_postcode"
CancelReason = Literal["no_longer_needed", "ordered_by_mistake", "other"]


class PolicyError(ValueError):
    """The policy file cannot be used; the message names the place and the mend, in one line."""


@dataclass(frozen=True)
class Identity:
    """What proves a customer, and for how many minutes.

    Attributes:
        proofs: what is accepted; `code` always is.
        code_only: the kinds of change that need the code, whatever else is accepted.
        valid_minutes: how long one proof is good.
    """

    proofs: tuple[Proof, ...]
    code_only: tuple[ChangeKind, ...]
    valid_minutes: int

    def settles(self, proof: str, kind: ChangeKind) -> bool:
        """Whether a customer who was proven in this way may have this kind of change."""
        return proof != NAME_AND_POSTCODE or kind not in self.code_only


@dataclass(frozen=True)
class Cancel:
    """The order states in which an order may be cancelled, and the reasons to choose from."""

    states: tuple[OrderState, ...]
    reasons: tuple[CancelReason, ...]


@dataclass(frozen=True)
class Limit:
    """The order states in which something may be changed, and how often (0: any number)."""

    states: tuple[OrderState, ...]
    times: int


@dataclass(frozen=True)
class SendBack:
    """When items that arrived may come back.

    Attributes:
        states: of the order.
        days: since delivery, by region.
        not_returnable: names of products that never come back.
        fee: taken off the refund, in minor units, by region.
    """

    states: tuple[OrderState, ...]
    days: dict[str, int]
    not_returnable: tuple[str, ...]
    fee: dict[str, int] | None = None


@dataclass(frozen=True)
class Span:
    """From `least` to `most` business days."""

    least: int
    most: int


@dataclass(frozen=True)
class Problem:
    """What is done when a delivery went wrong.

    Attributes:
        remedies: what the customer may have; the first is offered first.
        after_days: days after the expected day from which it counts; None: at once.
        within_days: days after the arrival until which it may be reported; None: any time.
        photo: whether a photo is asked for where the channel can send one.
    """

    remedies: tuple[Remedy, ...]
    after_days: int | None = None
    within_days: int | None = None
    photo: bool | None = None


@dataclass(frozen=True)
class InvoicePolicy:
    """The order states in which there is an invoice."""

    states: tuple[OrderState, ...]


@dataclass(frozen=True)
class ChangeTwoFactor:
    """Where the codes for signing in may go without a person's help."""

    ways: tuple[TwoFactor, ...]


@dataclass(frozen=True)
class CloseAccount:
    """The legal wait before a closed account is gone, in days, by region."""

    wait_days: dict[str, int]


@dataclass(frozen=True)
class Policy:
    """The whole file; each attribute is a block of it."""

    version: int
    identity: Identity
    cancel: Cancel
    change_address: Limit
    change_payment: Limit
    change_items: Limit
    return_items: SendBack
    exchange_items: SendBack
    refund_business_days: dict[str, Span]
    problems: dict[str, Problem]
    invoice: InvoicePolicy
    change_two_factor: ChangeTwoFactor
    close_account: CloseAccount


def by_region(values: Mapping[str, int], region: str) -> int:
    """The value for a region.

    Args:
        values: by region, with a `default`.
        region: ISO 3166-1 alpha-2, as the customer's.
    """
    return values.get(region, values[DEFAULT])


def configured(settings: Mapping[str, str]) -> Policy:
    """The shop's own policy, if the settings name a file of it; else `policy.yaml`.

    Args:
        settings: FRONTDESK_POLICY, the path of the file; unset or empty: ours.

    Raises:
        PolicyError: it cannot be read or a value in it makes no sense.
    """
    return load(Path(settings.get(SETTING) or POLICY_FILE))


def load(path: Path = POLICY_FILE) -> Policy:
    """Read and check a policy file.

    Args:
        path: the YAML file.

    Raises:
        PolicyError: it cannot be read or a value in it makes no sense.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PolicyError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    try:
        policy: Policy = decode(Policy, raw, path.name)
    except Unreadable as error:
        raise PolicyError(f"{error}. Correct it in {path}.") from error
    for problem in (*_unknown(Policy, raw, path.name), *_senseless(policy)):
        raise PolicyError(f"{problem}. Correct it in {path}.")
    return policy


def _unknown(kind: Any, raw: Any, where: str) -> list[str]:
    """Names in the file that mean nothing: most often a misspelt one, silently without effect."""
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    found = [f"{where}: {name!r} is not known" for name in raw if name not in known]
    for name in known & set(raw):
        hint, value = hints[name], raw[name]
        if is_dataclass(hint) and isinstance(value, dict):
            found += _unknown(hint, value, f"{where}.{name}")
        elif isinstance(value, dict) and (inner := get_args(hint)) and is_dataclass(inner[-1]):
            for key, part in value.items():
                found += _unknown(inner[-1], part, f"{where}.{name}.{key}")
    return found


def _senseless(policy: Policy) -> list[str]:
    found = []
    if policy.version != VERSION:
        found.append(f"version is {policy.version}, this program reads {VERSION}")
    for name, regions in {
        "return_items.days": policy.return_items.days,
        "return_items.fee": policy.return_items.fee or {DEFAULT: 0},
        "exchange_items.days": policy.exchange_items.days,
        "close_account.wait_days": policy.close_account.wait_days,
    }.items():
        if DEFAULT not in regions:
            found.append(f"{name}: `default` is missing")
        found += [
            f"{name}: {region!r} is not a region (two capital letters, or `default`)"
            for region in regions
            if region != DEFAULT
            and not (len(region) == 2 and region.isalpha() and region.isupper())
        ]
        if any(value < 0 for value in regions.values()):
            found.append(f"{name}: a value is below 0")
    for kind in sorted(set(get_args(PaymentKind)) - policy.refund_business_days.keys()):
        found.append(f"refund_business_days: {kind} is missing")
    for kind in sorted(set(get_args(ProblemKind)) ^ policy.problems.keys()):
        found.append(f"problems: {kind} is missing or not known")
    for kind, problem in policy.problems.items():
        if not problem.remedies:
            found.append(f"problems.{kind}: needs a remedy, if only `person`")
    for kind, span in policy.refund_business_days.items():
        if not 0 <= span.least <= span.most:
            found.append(f"refund_business_days.{kind}: `least` must be 0 to `most`")
    if not policy.identity.proofs or policy.identity.valid_minutes < 1:
        found.append("identity: needs a proof and at least one minute")
    elif CODE not in policy.identity.proofs:
        found.append("identity.proofs: `code` must be among them, some changes need it")
    return found
