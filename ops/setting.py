"""What one setting is, and a group of them."""

from __future__ import annotations

from dataclasses import dataclass

from ops import checks


@dataclass(frozen=True)
class Setting:
    """One setting.

    `default` may name earlier settings in braces (their values are put in) and {reachable}, the
    address under which FRONTDESK_HOST is reached from this machine; empty means unset is right.
    A `secret` has no default: one is generated and kept when none is given. An `optional` setting
    has no default either, and is empty when none is given: what it is for is then off. `also` is a
    shorter name under which it is read too.
    """

    name: str
    default: str
    check: checks.Check
    about: str
    secret: bool = False
    optional: bool = False
    also: str = ""


@dataclass(frozen=True)
class Group:
    """Settings that belong together, under one heading of `.env.example`."""

    title: str
    settings: tuple[Setting, ...]
