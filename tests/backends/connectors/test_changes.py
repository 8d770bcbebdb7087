"""Changes that happen once, whatever is lost on the way."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.engine import Engine

from backends.change_models import Address, ChangeRecord, MadeBy, OrderChange, ProfileChange
from backends.connectors import places
from backends.connectors.changes import SETTLE_SECONDS, ConnectedChanges
from backends.connectors.journal import Journal
from backends.connectors.profile import UnchangedProfile
from backends.errors import (
    BackendError,
    BackendUnavailable,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotOffered,
)
from backends.policy import load
from tests.backends.connectors.conftest import Clock, Store

KEY = "0123456789abcdef"
CANCEL = OrderChange(kind="cancel", reason="other")
BY = MadeBy("web", "c-1", "code")


@pytest.fixture
def changes(store: Store, engine: Engine, clock: Clock) -> ConnectedChanges:
    return ConnectedChanges(store, Journal(engine, clock), load())


async def _make(changes: ConnectedChanges, quote: str, key: str = KEY) -> ChangeRecord:
    return await changes.make("71", "10023", CANCEL, quote=quote, made_by=BY, idempotency_key=key)


async def test_what_was_not_made_after_all_is_made_by_the_same_key(
    changes: ConnectedChanges, store: Store, clock: Clock
) -> None:
    quote = (await changes.preview("71", "10023", CANCEL)).quote
    store.fails = [BackendUnavailable("lost")]
    with pytest.raises(BackendUnavailable):
        await _make(changes, quote)
    with pytest.raises(BackendUnavailable):  # it may still arrive
        await _make(changes, quote)
    assert store.done is None
    clock.now += SETTLE_SECONDS
    with pytest.raises(NotFound):
        await changes.look_up("71", KEY)
    record = await _make(changes, quote)
    assert store.done == ["cancelled"]
    assert await changes.look_up("71", KEY) == record


async def test_what_was_made_though_the_answer_was_lost_is_found_at_once(
    changes: ConnectedChanges, store: Store
) -> None:
    quote = (await changes.preview("71", "10023", CANCEL)).quote
    store.fails, store.does = [BackendUnavailable("lost")], True
    with pytest.raises(BackendUnavailable):
        await _make(changes, quote)
    record = await _make(changes, quote)
    assert (record.reference[:2], store.done) == ("C-", ["cancelled"])


@pytest.mark.parametrize(
    "refusal",
    [
        NotOffered(),
        InvalidInput(),
        NotAllowed(rule="state"),
        BackendUnavailable(undone=True),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_surely_was_not_made_may_be_tried_again_at_once(
    changes: ConnectedChanges, store: Store, refusal: BackendError
) -> None:
    quote = (await changes.preview("71", "10023", CANCEL)).quote
    store.fails = [refusal]
    with pytest.raises(type(refusal)):
        await _make(changes, quote)
    with pytest.raises(NotFound):
        await changes.look_up("71", KEY)
    await _make(changes, quote)
    assert store.done == ["cancelled"]


async def test_two_at_once_make_it_once(changes: ConnectedChanges, store: Store) -> None:
    quote = (await changes.preview("71", "10023", CANCEL)).quote
    both = await asyncio.gather(*[_make(changes, quote) for _ in range(6)], return_exceptions=True)
    assert store.done == ["cancelled"]
    records = {one.reference for one in both if isinstance(one, ChangeRecord)}
    assert len(records) == 1
    lost = [one for one in both if isinstance(one, BaseException)]
    assert all(isinstance(one, (Conflict, BackendUnavailable)) for one in lost)


async def test_a_store_that_is_away_leaves_the_outcome_unknown(
    changes: ConnectedChanges, store: Store, clock: Clock
) -> None:
    quote = (await changes.preview("71", "10023", CANCEL)).quote
    store.fails = [BackendUnavailable("lost")]
    with pytest.raises(BackendUnavailable):
        await _make(changes, quote)
    clock.now += SETTLE_SECONDS
    store.away = BackendUnavailable("away")
    with pytest.raises(BackendUnavailable):
        await changes.look_up("71", KEY)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (("Hafenweg 5", "24103", "Kiel"), ("hafenweg  5.", "24 103", "KIEL"), True),
        (("Hafenweg 5", "24103", "Kiel"), ("Hafenweg 6", "24103", "Kiel"), False),
        (("1 Main St", "53703", "Madison, WI"), ("1 Main St", "53703", "Madison WI"), True),
    ],
)
def test_an_address_is_the_same_however_it_is_written(
    one: tuple[str, str, str], other: tuple[str, str, str], alike: bool
) -> None:
    assert places.same(Address(*one, "US"), Address(*other, "US")) is alike
    assert not places.same(Address(*one, "US"), None)


async def test_a_profile_is_a_persons(store: Store) -> None:
    profile = UnchangedProfile(store)
    change = ProfileChange("close_account")
    with pytest.raises(NotOffered):
        await profile.preview("71", change)
    with pytest.raises(NotOffered):
        await profile.send_codes("71", "phone", "+12025550199", idempotency_key=KEY)


@pytest.mark.parametrize("by_name", [True, False])
async def test_what_needs_a_code_is_not_done_by_name(
    by_name: bool, changes: ConnectedChanges, store: Store
) -> None:
    moved = OrderChange(kind="address", address=Address("Hafenweg 1", "24105", "Kiel", "DE"))
    quote = (await changes.preview("71", "10023", moved)).quote
    made_by = MadeBy("web", "c-1", "name_and_postcode") if by_name else BY
    asked = changes.make(
        "71", "10023", moved, quote=quote, made_by=made_by, idempotency_key="move-it-1"
    )
    if by_name:
        with pytest.raises(NotAllowed) as caught:
            await asked
        assert (caught.value.rule, store.done) == ("proof", None)
    else:
        await asked
        assert store.done == ["moved"]
