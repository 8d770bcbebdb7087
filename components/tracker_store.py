"""The tracker store: every event is kept, and a turn costs the same however long the conversation.

Rasa's own SQL store reads, replays and compares the whole session at each load and each save. This
one writes only the new events, in one transaction, and gives dialogue a checkpoint and the last
turns (see `components.conversation_window`). `retrieve_full_tracker`, and with it the HTTP API's
`GET /conversations/{id}/tracker`, gives all events.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from components import conversation_rows as rows
from components.conversation_window import begins_later, checkpoint, place_to_cut, rebuilt
from components.database import open_database, reading, writing
from components.dialogue_states import hand_on_notes
from components.event_outbox import EventOutbox
from components.quick_tracker import copy_as_it_stands

_BUSY_SECONDS = 10  # that another Rasa process's write may take
_MOST_ABSENT = 1000  # conversations that are known not to be stored
_MARK = "_frontdesk_loaded"  # attribute of a tracker: its `_Loaded`


@dataclass(frozen=True)
class _Loaded:
    """How much of a tracker the database holds.

    Attributes:
        events: how many of the tracker's events need no writing.
        first: id of the window's first event, where the conversation has no row for its window.
        fixed: how many of the events are a checkpoint.
        version: of the conversation as it was loaded; None if the tracker is not its window.
    """

    events: int
    first: int = 0
    fixed: int = 0
    version: int | None = None


@dataclass(frozen=True)
class _Remembered:
    """A conversation's window, kept for as long as no other process writes.

    Attributes:
        loaded: how much of it the database holds.
        events: checkpoint and window.
        live: the tracker that was saved last, if it begins where the window does.
        domain: in which that tracker stands.
    """

    loaded: _Loaded
    events: list[Event]
    live: DialogueStateTracker | None
    domain: Domain

    def tracker(self, domain: Domain) -> DialogueStateTracker | None:
        """A copy of the saved tracker; None if it does not stand as the events say."""
        live = self.live
        if live is None or self.domain is not domain or len(live.events) != self.loaded.events:
            return None
        copied = copy_as_it_stands(live)
        hand_on_notes(live, copied)
        return copied


class ConversationStore(TrackerStore):
    """Keeps conversations in SQLite or Postgres."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        turns: int = 12,
        remembered: int = 200,
        **kwargs: Any,
    ) -> None:
        """Open the database and make what is missing in it.

        Args:
            domain: the assistant's domain.
            host: `url` in `endpoints.yml`: the path of an SQLite file, or an SQLAlchemy URL.
            event_broker: is told of each event, before it is written.
            turns: customer messages that dialogue and actions see at least; up to a half more.
            remembered: conversations whose window is kept in memory.
            kwargs: not used.

        Raises:
            RasaException: the database cannot be opened, or a number is too small; Rasa does not
                start.
        """
        super().__init__(domain, event_broker)
        if not host or turns < 4 or remembered < 0:
            raise RasaException(
                "tracker_store in endpoints.yml needs the `url` of a database, `turns` of 4 or "
                "more, and `remembered` of 0 or more."
            )
        self._keep, self._most = turns, turns + turns // 2
        self._remembered = remembered
        # by conversation, the one used last at the end
        self._memory: OrderedDict[str, _Remembered] = OrderedDict()
        # that were not found, and not saved since: Rasa then saves a new tracker at once
        self._absent: set[str] = set()
        try:
            self._engine = open_database(
                host if "://" in host else f"sqlite:///{host}",
                busy_seconds=_BUSY_SECONDS,
                survives_power_cut=True,
            )
            rows.make_tables(self._engine)
        except (SQLAlchemyError, ArgumentError, OSError) as problem:
            raise RasaException(
                f"FRONTDESK_TRACKER_DB: the database of conversations cannot be opened ({problem})."
                " Check the setting, and that its folder may be written to."
            ) from problem

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Give a conversation as dialogue needs it; None if there is none."""
        with reading(self._engine) as connection:
            found = self._memory.get(sender_id)
            if found is None or found.loaded.version != rows.version(connection, sender_id):
                window = rows.window(connection, sender_id)
                if window is None:
                    self._remember_absence(sender_id)
                    return None
                fixed = deserialise_events(window.checkpoint)
                events = fixed + deserialise_events(window.events)
                loaded = _Loaded(len(events), window.first, len(fixed), window.version)
                found = _Remembered(loaded, events, None, self.domain)
        self._remember(sender_id, found)
        loaded, events = found.loaded, found.events
        if standing := found.tracker(self.domain):
            setattr(standing, _MARK, loaded)
            return standing
        # a checkpoint may hold slots that the domain had once
        known = {slot.name for slot in self.domain.slots}
        fixed = [
            one
            for one in events[: loaded.fixed]
            if not isinstance(one, SlotSet) or one.key in known
        ]
        gone = loaded.fixed - len(fixed)
        events = fixed + events[loaded.fixed :]
        loaded = replace(loaded, events=loaded.events - gone, fixed=len(fixed))
        tracker = rebuilt(sender_id, events, self.domain.slots)
        setattr(tracker, _MARK, loaded)
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Give a conversation with every event of every session; None if there is none."""
        with reading(self._engine) as connection:
            events = rows.all_events(connection, conversation_id)
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(conversation_id, events, self.domain.slots)
        setattr(tracker, _MARK, _Loaded(len(tracker.events)))
        return tracker

    async def exists(self, conversation_id: str) -> bool:
        """Tell whether anything of a conversation is stored."""
        with reading(self._engine) as connection:
            return rows.exists(connection, conversation_id)

    async def keys(self) -> Iterable[str]:
        """Give the ids of all conversations."""
        with reading(self._engine) as connection:
            return rows.sender_ids(connection)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Publish and write the events that came since the tracker was loaded or last saved.

        All are written, or none. Where another process saved the conversation meanwhile, which
        the lock store is there to prevent, the events of both are kept.
        """
        sender_id, events = tracker.sender_id, list(tracker.events)
        loaded: _Loaded | None = getattr(tracker, _MARK, None)
        if loaded is None and sender_id in self._absent and _is_begun(events):
            setattr(tracker, _MARK, _Loaded(0, version=0))  # it is written with the first turn
            return
        loaded = loaded or self._compare(sender_id)
        new = [event.as_dict() for event in events[loaded.events :]]
        if not new:
            return
        self._absent.discard(sender_id)
        self._publish(sender_id, new)
        with writing(self._engine) as connection:
            version = rows.version_kept(connection, sender_id)
            rows.append(connection, sender_id, new)
            known = version == loaded.version
            fixed: list[Event] = []
            place = begins_later(events, loaded.events)
            if place is None and known:
                place = place_to_cut(events, loaded.fixed, self._keep, self._most)
                if place is not None:
                    fixed = checkpoint(rebuilt(sender_id, events[:place], self.domain.slots))
            first = None if version else loaded.first
            if place is not None:
                first = rows.id_from_end(connection, sender_id, len(events) - place)
            written = [event.as_dict() for event in fixed]
            rows.keep_window(connection, sender_id, version + 1, first, written)
        after = replace(loaded, events=len(events), version=version + 1 if known else None)
        setattr(tracker, _MARK, after)
        if not known:  # read anew when it is next asked for
            self._memory.pop(sender_id, None)
        elif place is None:
            self._remember(sender_id, _Remembered(after, events, tracker, self.domain))
        else:
            kept = fixed + events[place:]
            window = replace(after, events=len(kept), fixed=len(fixed))
            self._remember(sender_id, _Remembered(window, kept, None, self.domain))

    def _compare(self, sender_id: str) -> _Loaded:
        """What is to be taken as stored of a tracker that we did not load, as Rasa's store does.

        It is taken for the last session with new events behind it.
        """
        with reading(self._engine) as connection:
            count, first = rows.session_size(connection, sender_id)
        return _Loaded(count, first, version=None if count else 0)

    def _publish(self, sender_id: str, events: Sequence[dict[str, Any]]) -> None:
        bodies = [{"sender_id": sender_id, **event} for event in events]
        if isinstance(self.event_broker, EventOutbox):
            self.event_broker.publish_all(bodies)  # one transaction
        elif self.event_broker is not None:
            for body in bodies:
                self.event_broker.publish(body)

    def _remember_absence(self, sender_id: str) -> None:
        if len(self._absent) > _MOST_ABSENT:
            self._absent.clear()  # these are then looked up once more
        self._absent.add(sender_id)

    def _remember(self, sender_id: str, found: _Remembered) -> None:
        self._memory[sender_id] = found
        self._memory.move_to_end(sender_id)
        while len(self._memory) > self._remembered:
            self._memory.popitem(last=False)


def _is_begun(events: Sequence[Event]) -> bool:
    """Whether a conversation has nothing but the waiting that Rasa gives a new one."""
    return len(events) == 1 and (
        isinstance(events[0], ActionExecuted) and events[0].action_name == ACTION_LISTEN_NAME
    )
