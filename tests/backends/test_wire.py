from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.models import Customer, Money, NewTicket, Order, Ticket, TranscriptLine
from backends.wire import Unreadable, decode, encode
from tests.backends.samples import CUSTOMER, ORDER, TICKET, new_ticket


@dataclass(frozen=True)
class Everything:
    text: str
    count: int
    ratio: float
    flag: bool
    at: datetime
    day: date
    word: Literal["yes", "no"]
    parts: tuple[Money, ...]
    names: dict[str, str]
    maybe: str | None
    extra: int = 7


GOOD: dict[str, Any] = {
    "text": "ä📦",
    "count": 3,
    "ratio": 1,
    "flag": True,
    "at": "2025-03-04T09:30:00Z",
    "day": "2025-03-04",
    "word": "yes",
    "parts": [{"amount": 1, "currency": "EUR"}],
    "names": {"a": "b"},
    "maybe": None,
}


def test_every_kind_is_read() -> None:
    assert decode(Everything, GOOD) == Everything(
        text="ä📦",
        count=3,
        ratio=1.0,
        flag=True,
        at=datetime(2025, 3, 4, 9, 30, tzinfo=timezone.utc),
        day=date(2025, 3, 4),
        word="yes",
        parts=(Money(1, "EUR"),),
        names={"a": "b"},
        maybe=None,
    )


@pytest.mark.parametrize(
    ("field", "wrong", "where"),
    [
        ("text", 5, "$.text: expected a string, got a number"),
        ("text", None, "$.text: expected a string, got null"),
        ("count", "3", "$.count: expected a whole number, got another string"),
        ("count", 3.5, "$.count: expected a whole number, got a number"),
        ("count", True, "$.count: expected a whole number, got a boolean"),
        ("ratio", "1", "$.ratio: expected a number"),
        ("ratio", False, "$.ratio: expected a number"),
        ("flag", 1, "$.flag: expected true or false"),
        ("at", 1741080600, "$.at: expected a time"),
        ("at", "2025-03-04T09:30:00", "$.at: expected a time with its offset"),
        ("at", "2025-02-30T09:30:00Z", "$.at: expected a time"),
        ("at", "0001-01-01T00:00:00+23:59", "$.at: expected a time"),
        ("at", "٢٠٢٥-03-04T09:30:00Z", "$.at: expected a time"),
        ("day", "04.03.2025", "$.day: expected a day"),
        ("day", "2025-02-30", "$.day: expected a day"),
        ("day", "2025-03-04T00:00:00Z", "$.day: expected a day"),
        ("word", "perhaps", "$.word: expected one of yes, no"),
        ("word", ["yes"], "$.word: expected one of yes, no"),
        ("parts", {}, "$.parts: expected a list, got an object"),
        ("parts", [GOOD["parts"][0], {"amount": 1}], "$.parts[1].currency: missing"),
        ("parts", [5], "$.parts[0]: expected an object"),
        ("names", [], "$.names: expected an object, got a list"),
        ("names", {"a": 1}, "$.names[*]: expected a string"),
        ("maybe", 5, "$.maybe: expected a string"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(field: str, wrong: object, where: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(Everything, GOOD | {field: wrong})
    assert str(caught.value).startswith(where)


@pytest.mark.parametrize("field", sorted(set(GOOD) - {"maybe"}))
def test_a_missing_field_is_refused(field: str) -> None:
    with pytest.raises(Unreadable, match=rf"\$\.{field}: missing"):
        decode(Everything, {name: value for name, value in GOOD.items() if name != field})


def test_a_field_that_may_be_null_may_be_left_out() -> None:
    without = {name: value for name, value in GOOD.items() if name != "maybe"}
    assert decode(Everything, without).maybe is None


def test_an_unknown_field_is_ignored() -> None:
    assert decode(Everything, GOOD | {"new_in_2030": {}}) == decode(Everything, GOOD)


@pytest.mark.parametrize("value", [None, [], "text", 5, True])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(Unreadable, match=r"^\$: expected an object"):
        decode(Order, value)


def test_the_message_never_repeats_a_value() -> None:
    secret = "anna.berg@example.com"
    for field in GOOD:
        if field not in ("text", "maybe"):
            with pytest.raises(Unreadable) as caught:
                decode(Everything, GOOD | {field: secret})
            assert secret not in str(caught.value)
    with pytest.raises(Unreadable) as caught:
        decode(Everything, GOOD | {"names": {secret: 1}})
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-04T09:30:00.5Z", datetime(2025, 3, 4, 9, 30, 0, 500_000, timezone.utc)),
        ("2025-03-04T09:30:00.123456789Z", datetime(2025, 3, 4, 9, 30, 0, 123_456, timezone.utc)),
        ("2025-03-04t09:30:00z", datetime(2025, 3, 4, 9, 30, tzinfo=timezone.utc)),
        ("2025-03-04T10:30:00+01:00", datetime(2025, 3, 4, 9, 30, tzinfo=timezone.utc)),
    ],
)
def test_times_are_read_as_other_languages_write_them(text: str, expected: datetime) -> None:
    read = decode(Everything, GOOD | {"at": text}).at
    assert read == expected
    assert read.tzinfo is timezone.utc


def test_the_contracts_models_are_read() -> None:
    order = decode(Order, ORDER)
    assert order.total == Money(9900, "EUR")
    assert order.items[0].quantity == 2
    assert order.shipments[0].item_ids == ("i1",)
    assert decode(Customer, CUSTOMER).vip is False
    assert decode(Ticket, TICKET).number == "T-100123"


def test_a_state_outside_the_contract_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"\$\.state: expected one of pending, packed"):
        decode(Order, ORDER | {"state": "teleported"})


texts = st.text(st.characters(exclude_categories=["Cs"]))
times = st.datetimes(
    min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(timezone.utc)
)


@given(
    st.lists(st.builds(TranscriptLine, st.sampled_from(["customer", "assistant"]), texts, times)),
    st.dictionaries(texts, texts),
    st.none() | texts,
)
def test_what_is_written_is_read_back(
    lines: list[TranscriptLine], slots: dict[str, str], contact: str | None
) -> None:
    ticket = new_ticket(transcript=tuple(lines), slots=slots, contact=contact)
    over_the_wire = json.loads(json.dumps(encode(ticket)).encode("utf-8"))
    assert decode(NewTicket, over_the_wire) == ticket


def test_times_are_written_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    assert encode(datetime(2025, 3, 4, 10, 30, tzinfo=berlin)) == "2025-03-04T09:30:00Z"
    assert encode(date(2025, 3, 4)) == "2025-03-04"


def test_half_a_surrogate_pair_can_be_sent() -> None:
    sent = encode({"text \ud83d": ["\ude00 end"]})
    assert sent == {"text \ufffd": ["\ufffd end"]}
    json.dumps(sent, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("value", [datetime(2025, 3, 4), b"bytes", object(), {"a": {1, 2}}, Money])
def test_what_has_no_json_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize("value", ["text", 7, None, [{"a": 1}], {"b": []}])
def test_what_is_to_be_left_as_it_is_stays_so(value: object) -> None:
    assert decode(dict[str, object], {"any": value}) == {"any": value}
