"""What Rasa 3.6.21 does again at every message, done once: a few changes of Rasa itself.

No extension point reaches these. `benchmarks.runtime.patches` measures them; on a busy machine it
printed, in CPU milliseconds:
- an action's answer with ten events checked: 59 -> 0.02; plain events are seen to be so, and the
  constant schema, for others, is not compiled anew
- ten events' classes found: 0.8 -> 0; not looked for among all classes
- 16 components run: 1.1 -> 0.03; no dask graph is built and scheduled at each prediction
- an action server called: 2.1 -> 0.8; the connection is kept
- a conversation of 15 turns copied, at each action: 0.75 -> 0.36; its events are not replayed
- its events that count found, ten times a message: 0.40 -> 0.18
- sixty slots copied: 0.35 -> 0.11
- what an action is told of 15 turns: 0.30 -> 0.17; events before the last message are written once
- whether the domain is empty, at each message: 0.05 -> 0; no empty one is made to compare with
- nothing is copied deeply for debug logs that are off

A change is only made where Rasa's code is, letter for letter, the one that it was written for.
Otherwise Rasa stays as it is, a warning says so, and `tests/components/test_rasa_speed.py` fails.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
import rasa.core.policies.memoization
import rasa.core.policies.rule_policy
import rasa.core.processor
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

from components.action_answers import validate_action_result
from components.action_calls import caller, to_json
from components.quick_tracker import applied_events, copy_as_it_stands

logger = logging.getLogger(__name__)

# Shorter than what action servers wait before they close an idle connection (Sanic: 5 s and more):
# a request must not be sent into a closing one.
KEEP_ALIVE_SECONDS = 3.0


@dataclass(frozen=True)
class Change:
    """A change of Rasa.

    Attributes:
        owner: the class or module that is changed.
        name: the attribute that is replaced.
        of: whose source must be as known: the attribute, or the module itself.
        digest: SHA-256 of that source.
        make: gives the new attribute, from the old one.
    """

    owner: Any
    name: str
    of: Any
    digest: str
    make: Callable[[Any], Any]

    def fits(self) -> bool:
        """Whether Rasa's source is the one that this was written for."""
        return source_digest(self.of) == self.digest


def source_digest(of: Any) -> str:
    """The SHA-256 of the source of a function, class or module."""
    return hashlib.sha256(inspect.getsource(of).encode()).hexdigest()


def _resolver(original: Callable[..., Any]) -> Any:
    """Find an event's class by its name once, not among all classes at every event."""
    known: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        found = known.get(type_name)
        if found is None:
            found = original(type_name, default)
            if found is not None and found is not default:
                known[type_name] = found
        return found

    return staticmethod(resolve_by_type)


def _run_graph(
    self: DaskGraphRunner,
    inputs: dict[str, Any] | None = None,
    targets: list[str] | None = None,
) -> dict[str, Any]:
    """Run a model's components in an order that is found once, without dask."""
    wanted = tuple(targets or self._graph_schema.target_names)
    plans: dict[tuple[str, ...], list[str]] = self.__dict__.setdefault("_frontdesk_plans", {})
    if wanted not in plans:
        plans[wanted] = _plan(self, wanted)
    plan = plans[wanted]
    done: dict[str, Any] = {}
    for name, value in (inputs or {}).items():
        if isinstance(value, str) and value in plan:
            raise GraphRunError(f"Input value '{value}' clashes with a node name.")
        done[name] = (name, value)
    try:
        for name in plan:
            needs = self._graph_schema.nodes[name].needs.values()
            done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
    except RuntimeError as problem:
        raise GraphRunError("Error running runner.") from problem
    return {name: done[name][1] for name in wanted if name in done}


def _plan(runner: DaskGraphRunner, targets: tuple[str, ...]) -> list[str]:
    """The components that targets need, each behind those that it needs itself."""
    nodes = runner._graph_schema.nodes
    plan: dict[str, None] = {}

    def add(name: str) -> None:
        if name in nodes and name not in plan:
            for need in nodes[name].needs.values():
                add(need)
            plan[name] = None

    for target in targets:
        add(target)
    return list(plan)


class _Kept:
    """A session that stays open when the block that used it ends."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_: object) -> None:
        """Leave the connection for the next call."""


def _session(self: EndpointConfig) -> Any:
    """Keep the connection to the action server open, and write the calls with a quicker JSON."""
    loop = asyncio.get_running_loop()
    kept = self.__dict__.get("_frontdesk_session")
    if kept is None or kept[0] is not loop or kept[1].closed:
        auth = None
        if self.basic_auth:
            auth = aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"])
        session = aiohttp.ClientSession(
            headers=self.headers,
            auth=auth,
            timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
            connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS),
            json_serialize=to_json,
        )
        kept = self.__dict__["_frontdesk_session"] = (loop, session)
    return _Kept(kept[1])


def _no_copies(_original: Any) -> Any:
    """In these modules Rasa copies deeply only what it then hands to a log that is switched off."""
    return SimpleNamespace(deepcopy=lambda value: value)


def _copy_of_slot(self: Slot) -> Slot:
    """What `copy.copy` gives, without asking a slot how it is pickled."""
    made = object.__new__(type(self))
    made.__dict__.update(self.__dict__)
    return made


def _copier(original: Callable[[DialogueStateTracker], DialogueStateTracker]) -> Any:
    """Copy a conversation as it stands, not by replaying all of its events."""

    def copy(self: DialogueStateTracker) -> DialogueStateTracker:
        for event in reversed(self.events):
            if isinstance(event, ActionExecuted | UserUttered):
                break
            if not isinstance(event, BotUttered | SlotSet | ActiveLoop):
                return original(self)  # it may have made an action due, which was taken up since
        else:
            return original(self)
        return copy_as_it_stands(self)

    return copy


def _caller(original: Callable[..., dict[str, Any]]) -> Any:
    """Write events once, where the connection is ours, which knows how to send them."""
    ours = caller(original)

    def _action_call_format(self: RemoteAction, *given: Any) -> dict[str, Any]:
        return (ours if EndpointConfig.session is _session else original)(self, *given)

    return _action_call_format


def _asker(original: Callable[[Domain], bool]) -> Any:
    """See once whether a domain is empty: Rasa makes an empty one to compare it with."""

    def is_empty(self: Domain) -> bool:
        known: bool | None = self.__dict__.get("_frontdesk_empty")
        if known is None:
            known = self.__dict__["_frontdesk_empty"] = original(self)
        return known

    return is_empty


def _applier(original: Callable[[DialogueStateTracker], list[Event]]) -> Any:
    return lambda self: applied_events(self, original)


# The digests are of Rasa 3.6.21.
CHANGES = (
    Change(
        Slot,
        "__copy__",
        Slot,
        "0a694d68aef367326f0d4714f862136245b05509efc5b037ab8c60fb3341e47e",
        lambda _original: _copy_of_slot,
    ),
    Change(
        DialogueStateTracker,
        "copy",
        DialogueStateTracker,
        "187ee2be2d5e793eaf4dbec3451ccbd439d5fc72d72d54268548867f65df76c5",
        _copier,
    ),
    Change(
        DialogueStateTracker,
        "applied_events",
        DialogueStateTracker,
        "187ee2be2d5e793eaf4dbec3451ccbd439d5fc72d72d54268548867f65df76c5",
        _applier,
    ),
    Change(
        RemoteAction,
        "_validate_action_result",
        RemoteAction._validate_action_result,
        "f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42",
        lambda _original: validate_action_result,
    ),
    Change(
        RemoteAction,
        "_action_call_format",
        RemoteAction,
        "dc8df00f7d7119aafa2b3a53b32518b8d283f04c175237c318c1cf483a9b46e5",
        _caller,
    ),
    Change(
        Domain,
        "is_empty",
        Domain.is_empty,
        "884be90ef485f1d2c0f140657a47f106a7d2785b63b03e46cd699b4072e95369",
        _asker,
    ),
    Change(
        Event,
        "resolve_by_type",
        Event.resolve_by_type,
        "b5cf570fa7f286c7059ec73d8880528d03a78b28cf4e80285a46079c0fa65968",
        _resolver,
    ),
    Change(
        DaskGraphRunner,
        "run",
        DaskGraphRunner.run,
        "45f0f52f574f3aa9546a552bf671183e171092c18b66e97f5771a7fa295de37e",
        lambda _original: _run_graph,
    ),
    Change(
        EndpointConfig,
        "session",
        EndpointConfig.session,
        "e55aa13d9d4fb4bc440ac33b870a97ee162b76dda7ccb6bf68433567475fdffb",
        lambda _original: _session,
    ),
    Change(
        rasa.core.processor,
        "copy",
        rasa.core.processor,
        "f42dfbf26e2ffcb66e08cf4180d1de1cce2a8f59389d5d3b4ea12a95b1f186dd",
        _no_copies,
    ),
    Change(
        rasa.core.policies.memoization,
        "copy",
        rasa.core.policies.memoization,
        "e4519f1a04ecdcce2241f5bd01f33b0b886d8a2136329da104946acaff31b775",
        _no_copies,
    ),
    Change(
        rasa.core.policies.rule_policy,
        "copy",
        rasa.core.policies.rule_policy,
        "952d1a13906511ac9b8d1c3dcd27148b24bbcd6610ebb13bff23f2fb1667b2b5",
        _no_copies,
    ),
)


def speed_up(changes: Iterable[Change] = CHANGES) -> None:
    """Make the changes in this process, once; leave out what does not fit."""
    for change in changes:
        if (change.owner, change.name) in _MADE:
            continue
        if not change.fits():
            logger.warning(
                "%s.%s is not that of Rasa 3.6.21, and stays slow; see components/rasa_speed.py.",
                change.owner.__name__,
                change.name,
            )
            continue
        made = change.make(getattr(change.owner, change.name, None))
        setattr(change.owner, change.name, made)
        _MADE.add((change.owner, change.name))


_MADE: set[tuple[Any, str]] = set()
