"""What each change of Rasa saves: `make bench ARGS=benchmarks.runtime.patches`.

CPU milliseconds for one call, Rasa's own and ours, in this process; no model is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import inspect
import json
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from rasa.core.actions.action import RemoteAction
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from components.action_calls import to_json
from components.rasa_speed import CHANGES, _session
from ops.problem import entry, say
from tests.support.turns import turn

EVENTS = [{"event": "slot", "timestamp": 1.0, "name": f"slot_{n}", "value": "x"} for n in range(10)]
CALLS = 50
NODES = 16  # our pipeline and policies
TURNS = 15  # what a window holds on average


def _milliseconds(call: Callable[[], Any]) -> float:
    call()  # what is done once
    began = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - began) * 1000 / CALLS


def _runner() -> DaskGraphRunner:
    def schema(number: int) -> SchemaNode:
        needs = {"x": f"n{number - 1}" if number else "message"}
        return SchemaNode(needs, object, "", "", {}, is_target=number == NODES - 1)  # type: ignore[arg-type]

    def node(name: str) -> Any:
        return lambda *parts: (name, parts)

    runner = object.__new__(DaskGraphRunner)
    runner._graph_schema = GraphSchema({f"n{number}": schema(number) for number in range(NODES)})
    runner._instantiated_nodes = {f"n{number}": node(f"n{number}") for number in range(NODES)}
    runner._execution_context = SimpleNamespace()  # type: ignore[assignment]
    return runner


def _copies(of_slot: Any) -> float:
    class Copied(TextSlot):
        pass

    if inspect.isfunction(of_slot):
        Copied.__copy__ = of_slot  # type: ignore[attr-defined]
    slots = [Copied(f"slot_{number}", [{}]) for number in range(60)]
    return _milliseconds(lambda: [copy.copy(slot) for slot in slots])


def _requests(session: Any) -> float:
    async def measure() -> float:
        app = web.Application()
        app.router.add_post("/", lambda _request: _answer())
        async with TestServer(app) as server:
            endpoint = EndpointConfig(str(server.make_url("/")))
            endpoint.session = session.__get__(endpoint)  # type: ignore[method-assign]
            await endpoint.request(json={})
            began = time.process_time()
            for _ in range(CALLS):
                await endpoint.request(json={})
            used = (time.process_time() - began) * 1000 / CALLS
            kept = endpoint.__dict__.get("_frontdesk_session")
            if kept is not None:
                await kept[1].close()
            return used

    return asyncio.run(measure())


def _talk() -> DialogueStateTracker:
    tracker = DialogueStateTracker("c", _DOMAIN.slots)
    for number in range(TURNS):
        turn(tracker, number)
    return tracker


def _told(call_format: Any) -> float:
    action = RemoteAction("action_x", EndpointConfig("", enable_selective_domain=True))
    rasas = call_format is RemoteAction._action_call_format
    write = json.dumps if rasas else to_json
    with _changed(EndpointConfig, "session", _session):
        return _milliseconds(lambda: write(call_format(action, _TRACKER, _DOMAIN)))


@contextlib.contextmanager
def _changed(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


async def _answer() -> web.Response:
    return web.json_response({})


def main() -> int:
    """Measure and print. Gives the exit status."""
    action = RemoteAction("action_x", None)
    calls: dict[str, tuple[str, Callable[[Any], float]]] = {
        "_validate_action_result": (
            "an action's answer with ten events",
            lambda given: _milliseconds(lambda: given(action, {"events": EVENTS, "responses": []})),
        ),
        "resolve_by_type": (
            "ten events' classes",
            lambda given: _milliseconds(lambda: [given("session_started") for _ in range(10)]),
        ),
        "run": (
            f"a prediction by {NODES} components that do nothing",
            lambda given: _milliseconds(
                lambda: given(_RUNNER, {"message": "hi"}, [f"n{NODES - 1}"])
            ),
        ),
        "__copy__": ("sixty slots copied", _copies),
        "copy": (
            f"a conversation of {TURNS} turns copied",
            lambda given: _milliseconds(lambda: given(_TRACKER)),
        ),
        "applied_events": (
            "the events of it that count",
            lambda given: _milliseconds(lambda: given(_TRACKER)),
        ),
        "_action_call_format": (f"what an action is told of {TURNS} turns, as JSON", _told),
        "is_empty": (
            "whether the domain is empty",
            lambda given: _milliseconds(lambda: given(_DOMAIN)),
        ),
        "session": ("a call of an action server, which is in it", _requests),
    }
    for change in CHANGES:
        if change.name not in calls or inspect.ismodule(change.owner):
            continue
        what, measure = calls[change.name]
        theirs = getattr(change.owner, change.name, None)
        ours = change.make(theirs)
        ours = ours.__func__ if isinstance(ours, staticmethod) else ours
        say(f"{what}: {measure(theirs):.2f} ms, ours {measure(ours):.2f} ms")
    return 0


_DOMAIN = Domain.load("domain.yml")
_RUNNER = _runner()
_TRACKER = _talk()

if __name__ == "__main__":
    entry(main)
