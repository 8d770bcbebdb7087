from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.idempotency import key, sendable

SENDABLE = re.compile(r"[!-~]{8,200}")


def test_the_same_parts_give_the_same_key_in_every_process() -> None:
    # Written down, because a key outlives the process that made it: the outbox sends it days later.
    assert key("conversation-1", "handoff", 1) == "3a096e50bca84b87fb2bf54070878248"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "bc"), ("ab", "c")),
        (("a", "b"), ("b", "a")),
        (("a", 1), ("a", "1")),
        (("a", "b"), ("a", "b", "")),
        (('a","b',), ("a", "b")),
    ],
)
def test_other_parts_give_another_key(one: tuple[str | int], other: tuple[str | int]) -> None:
    assert key(*one) != key(*other)


def test_a_key_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        key()


@given(st.lists(st.text(st.characters()), min_size=1))
def test_any_text_makes_a_key_that_a_header_can_carry(parts: list[str]) -> None:
    assert SENDABLE.fullmatch(key(*parts))


def test_a_key_that_a_header_can_carry_is_left_alone() -> None:
    assert sendable("conversation-1:handoff:1") == "conversation-1:handoff:1"


@pytest.mark.parametrize(
    "given_key", ["", "short", "x" * 201, "with space", "umläute-ä", "a\r\nb: c-d-e"]
)
def test_a_key_that_no_header_can_carry_is_sent_as_its_digest(given_key: str) -> None:
    sent = sendable(given_key)
    assert SENDABLE.fullmatch(sent)
    assert sent == sendable(given_key)
    assert given_key not in sent or not given_key
