from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ConversationPaused,
    ConversationResumed,
    Restarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from components.tracker_store import ConversationStore
from tests.support.killed_store import BEFORE, KEEP, TURNS
from tests.support.postgres import postgres
from tests.support.turns import SENDER, begin, turn
from tests.support.twin_store import TwinStore, differences, left_out

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def server() -> Iterator[str | None]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new/tracker.db"
        return
    address = request.getfixturevalue("server")
    if address is None:
        pytest.skip("this machine has no Postgres")
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    engine.dispose()
    yield address


def store(url: str, **named: int) -> ConversationStore:
    return ConversationStore(DOMAIN, url, **{"turns": KEEP, **named})


async def talk(target: TrackerStore, numbers: range, *, new: bool = False) -> None:
    """Some turns, each loaded and saved as Rasa does."""
    for number in numbers:
        tracker = await target.get_or_create_tracker(SENDER, append_action_listen=False)
        if new and number == numbers.start:
            begin(tracker)
        turn(tracker, number)
        await target.save(tracker)


async def loaded(target: TrackerStore) -> DialogueStateTracker:
    tracker = await target.retrieve(SENDER)
    assert tracker is not None
    return tracker


def said(tracker: DialogueStateTracker) -> list[str | None]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_rasa_finds_it_by_its_name(tmp_path: Path) -> None:
    block = EndpointConfig(
        str(tmp_path / "tracker.db"), type="components.tracker_store.ConversationStore", turns=5
    )
    found = TrackerStore.create(block, DOMAIN)
    assert isinstance(found, ConversationStore)
    await talk(found, range(1), new=True)
    assert await found.exists(SENDER)
    assert not await found.exists("somebody else")
    assert list(await found.keys()) == [SENDER]
    assert await found.retrieve("somebody else") is None
    assert await found.retrieve_full_tracker("somebody else") is None


async def test_a_conversation_is_written_with_its_first_turn(url: str) -> None:
    target = store(url)
    tracker = await target.get_or_create_tracker(SENDER)
    assert not await target.exists(SENDER)
    begin(tracker)
    turn(tracker, 0)
    await target.save(tracker)
    found = await store(url).retrieve_full_tracker(SENDER)
    assert found is not None
    assert [e.type_name for e in found.events] == [e.type_name for e in tracker.events]
    assert found.events[0].type_name == "action"


async def test_what_another_process_began_meanwhile_is_not_written_twice(url: str) -> None:
    one, other = store(url), store(url)
    assert await one.retrieve(SENDER) is None
    await talk(other, range(3), new=True)
    whole = await other.retrieve_full_tracker(SENDER)
    assert whole is not None
    put = DialogueStateTracker.from_events(SENDER, list(whole.events), DOMAIN.slots)
    turn(put, 3)
    await one.save(put)  # as by the HTTP API, which does not load it
    everything = await store(url).retrieve_full_tracker(SENDER)
    assert everything is not None
    assert said(everything) == [f"message {number}" for number in range(4)]


async def test_of_two_who_begin_one_at_once_nothing_is_lost(url: str) -> None:
    one, other = store(url), store(url)
    here = await one.get_or_create_tracker(SENDER)
    there = await other.get_or_create_tracker(SENDER)
    turn(here, 0)
    turn(there, 1)
    await one.save(here)
    await other.save(there)
    for target in (one, other, store(url)):
        assert said(await loaded(target)) == ["message 0", "message 1"]


async def test_two_thousand_turns_stand_where_rasas_own_store_has_them(url: str) -> None:
    ours = store(url)
    rasas = SQLTrackerStore(DOMAIN, db=":memory:")
    whole = DialogueStateTracker(SENDER, DOMAIN.slots)
    begin(whole)
    at = 0
    for number in range(2000):
        if number == 700:
            whole.update(ConversationPaused())
        if number == 760:
            whole.update(ConversationResumed())
        turn(whole, number)
        if number % 5 and number < 1990:
            continue  # a save holds several turns now and then, and this test is done sooner
        tracker = await ours.get_or_create_tracker(SENDER, append_action_listen=False)
        for event in itertools.islice(whole.events, at, None):
            tracker.update(event)
        at = len(whole.events)
        await ours.save(tracker)
        if number in (5, 50, 730, 1999):
            await rasas.save(whole)
            theirs = await loaded(rasas)
            assert differences(await loaded(ours), theirs) == []
            assert differences(await loaded(store(url)), theirs) == []
    window = await loaded(ours)
    assert left_out(window)
    assert KEEP <= len(said(window)) <= KEEP + KEEP // 2
    everything = await ours.retrieve_full_tracker(SENDER)
    assert everything is not None
    assert said(everything) == [f"message {number}" for number in range(2000)]


@pytest.mark.parametrize("remembered", [0, 10])
async def test_what_is_remembered_holds_only_until_another_process_writes(
    url: str, remembered: int
) -> None:
    one, other = store(url, remembered=remembered), store(url, remembered=remembered)
    await talk(one, range(3), new=True)
    await talk(other, range(3, 12))
    await talk(one, range(12, 14))
    assert said(await loaded(one))[-6:] == said(await loaded(other))[-6:]
    assert said(await loaded(one))[-1] == "message 13"
    everything = await one.retrieve_full_tracker(SENDER)
    assert everything is not None
    assert said(everything) == [f"message {number}" for number in range(14)]


async def test_of_two_who_write_at_once_nothing_is_lost(url: str) -> None:
    one, other = store(url), store(url)
    await talk(one, range(3), new=True)
    here, there = await loaded(one), await loaded(other)
    turn(here, 3)
    turn(there, 4)
    await one.save(here)
    await other.save(there)
    turn(there, 5)
    await other.save(there)
    for target in (one, other):
        assert said(await loaded(target))[-3:] == ["message 3", "message 4", "message 5"]


async def test_a_turn_that_failed_before_it_was_saved_leaves_nothing_behind(url: str) -> None:
    target = store(url)
    await talk(target, range(2), new=True)
    turn(await loaded(target), 2)
    assert said(await loaded(target)) == ["message 0", "message 1"]


async def test_a_database_of_rasas_own_store_is_taken_over_and_given_back(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    await talk(SQLTrackerStore(DOMAIN, db=str(path)), range(20), new=True)
    ours = store(f"sqlite:///{path}")
    theirs = await loaded(SQLTrackerStore(DOMAIN, db=str(path)))
    assert differences(await loaded(ours), theirs) == []
    await talk(ours, range(20, 30))
    back = SQLTrackerStore(DOMAIN, db=str(path))
    assert differences(await loaded(ours), await loaded(back)) == []
    assert left_out(await loaded(ours))
    await talk(back, range(30, 33))
    assert said(await loaded(store(f"sqlite:///{path}")))[-1] == "message 32"


async def test_a_new_session_begins_with_what_it_brings(tmp_path: Path) -> None:
    twin = TwinStore(DOMAIN, tmp_path / "tracker.db", turns=KEEP)
    await talk(twin, range(9), new=True)
    await talk(twin, range(9, 11), new=True)
    assert not left_out(await loaded(twin))
    await talk(twin, range(11, 20))
    assert left_out(await loaded(twin))
    assert twin.cuts
    assert twin.differences == []


async def test_what_a_restart_emptied_is_seen_after_any_number_of_turns(tmp_path: Path) -> None:
    twin = TwinStore(DOMAIN, tmp_path / "tracker.db", turns=KEEP)
    await talk(twin, range(2), new=True)
    tracker = await loaded(twin)
    tracker.update(SlotSet("handoff_status", "assigned"))
    tracker.update(Restarted())
    turn(tracker, 2)
    await twin.save(tracker)
    await talk(twin, range(3, 40))
    after = await loaded(twin)
    assert left_out(after)
    assert after.get_slot("handoff_status") is None
    # by this EscalationPolicy knows that a person has the conversation
    events = [one for one in after.events if isinstance(one, SlotSet)]
    assert [one.value for one in events if one.key == "handoff_status"] == ["assigned"]
    assert twin.differences == []


async def test_a_form_keeps_the_message_that_began_it(tmp_path: Path) -> None:
    twin = TwinStore(DOMAIN, tmp_path / "tracker.db", turns=KEEP)
    await talk(twin, range(2), new=True)  # the second begins a form
    for number in range(2, 40):
        tracker = await loaded(twin)
        turn(tracker, 2 + 3 * number)  # nothing of a form
        await twin.save(tracker)
    after = await loaded(twin)
    assert left_out(after)
    assert after.active_loop
    assert after.active_loop.trigger_message["text"] == "message 1"
    assert twin.differences == []


async def test_events_put_by_the_http_api_are_added_as_by_rasas_store(url: str) -> None:
    target = store(url)
    await talk(target, range(9), new=True)
    whole = await target.retrieve_full_tracker(SENDER)
    assert whole is not None
    # as Rasa's store gives it: from the start of the session on
    replaced = DialogueStateTracker.from_events(SENDER, list(whole.events)[1:], DOMAIN.slots)
    turn(replaced, 9)
    await target.save(replaced)
    assert said(await loaded(target))[-2:] == ["message 8", "message 9"]
    turn(whole, 10)
    await target.save(whole)
    assert said(await loaded(target))[-3:] == ["message 8", "message 9", "message 10"]


async def test_a_slot_that_the_domain_no_longer_has_is_left_out(tmp_path: Path) -> None:
    target = store(str(tmp_path / "tracker.db"))
    await talk(target, range(1), new=True)
    tracker = await loaded(target)
    tracker.update(SlotSet("topic", "returns"))
    await target.save(tracker)
    await talk(target, range(1, 20))
    assert (await loaded(target)).get_slot("topic") == "returns"
    target.domain = Domain.from_dict(
        {
            **DOMAIN.as_dict(),
            "slots": {k: v for k, v in DOMAIN.as_dict()["slots"].items() if k != "topic"},
        }
    )
    tracker = await loaded(target)
    assert "topic" not in {e.key for e in tracker.events if isinstance(e, SlotSet)}
    await talk(target, range(20, 22))
    assert said(await loaded(target))[-1] == "message 21"


async def test_killed_before_any_statement_no_saved_turn_is_lost_and_none_is_halved(
    tmp_path: Path,
) -> None:
    await_it = [sys.executable, "-m", "tests.support.killed_store", str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(await_it, cwd=ROOT, env=environ, check=True, timeout=250)
    lives = [path for path in tmp_path.glob("*.db") if path.stem != "base"]
    assert len(lives) > 8 * (TURNS - BEFORE)
    for path in lives:
        acknowledged = int(path.with_suffix(".txt").read_text())
        target = store(str(path))
        whole = await target.retrieve_full_tracker(SENDER)
        assert whole is not None
        kept = len(said(whole))
        assert acknowledged <= kept <= acknowledged + 1
        expected = DialogueStateTracker(SENDER, DOMAIN.slots)
        begin(expected)
        for number in range(kept):
            turn(expected, number)
        assert [e.type_name for e in whole.events] == [e.type_name for e in expected.events]
        rasas = SQLTrackerStore(DOMAIN, db=str(path))
        assert differences(await loaded(target), await loaded(rasas)) == []


def test_it_says_what_is_wrong_and_rasa_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RasaException, match="FRONTDESK_TRACKER_DB"):
        ConversationStore(DOMAIN, f"{tmp_path}/file/tracker.db")
    with pytest.raises(RasaException, match="FRONTDESK_TRACKER_DB"):
        ConversationStore(DOMAIN, "nonsense://")
    with pytest.raises(RasaException, match="url"):
        ConversationStore(DOMAIN)
    with pytest.raises(RasaException, match="turns"):
        ConversationStore(DOMAIN, str(tmp_path / "x.db"), turns=1)
