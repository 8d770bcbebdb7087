from __future__ import annotations

import ast
import copy
import inspect
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import CategoricalSlot, Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from components import rasa_speed
from components.rasa_speed import CHANGES, Change, speed_up
from tests.support.any_events import DOMAIN, anything, rare
from tests.support.twin_store import state

SLOTS = DOMAIN.slots
NAMES = [f"{change.owner.__name__}.{change.name}" for change in CHANGES]


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_rasa_is_as_it_was_when_the_change_was_written(change: Change) -> None:
    """Where this fails: read what Rasa changed, adapt or remove the change, then the digest."""
    assert change.fits()


@pytest.mark.parametrize(
    "module",
    [change.of for change in CHANGES if inspect.ismodule(change.of)],
    ids=lambda m: m.__name__,
)
def test_the_copies_that_are_left_out_go_into_debug_logs_only(module: Any) -> None:
    tree = ast.parse(inspect.getsource(module))
    logged = {
        id(part)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
        for part in ast.walk(call)
    }
    uses = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "copy"
    ]
    assert uses
    for node in uses:
        assert node.attr == "deepcopy"
        assert id(node) in logged


def test_what_does_not_fit_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    class Owner:
        attribute = "old"

    unfit = Change(Owner, "attribute", speed_up, "another digest", lambda _old: "new")
    with caplog.at_level(logging.WARNING):
        speed_up([unfit])
    assert Owner.attribute == "old"
    assert "Owner.attribute" in caplog.text
    fit = replace(unfit, digest=rasa_speed.source_digest(speed_up))
    speed_up([fit])
    assert Owner.attribute == "new"


@pytest.fixture(params=[False, True], ids=["Rasa's", "ours"])
def made(request: pytest.FixtureRequest) -> Callable[[type, str], Any]:
    """Rasa's own attribute, or the one that takes its place."""

    def give(owner: type, name: str) -> Any:
        change = next(c for c in CHANGES if c.owner is owner and c.name == name)
        given = change.make(change.of) if request.param else change.of
        return given.__func__ if isinstance(given, staticmethod) else given

    return give


ODD: list[dict[str, Any]] = [
    {"name": "a"},
    {"event": "slot", "name": "a"},
    {"event": "slot", "name": None, "value": 1},
    {"event": "slot", "name": "a", "value": None, "timestamp": None, "metadata": {}, "fine": True},
    {"event": "slot", "name": "a", "value": [1], "timestamp": 1.5, "metadata": None, "fine": True},
    {"event": "slot", "name": "a", "value": 1, "timestamp": True},
    {"event": "slot", "name": "a", "value": 1, "timestamp": "now"},
    {"event": "slot", "name": "a", "value": 1, "metadata": "none"},
    {"event": "active_loop", "name": 5, "timestamp": 3, "fine": True},
    {"event": "active_loop", "metadata": []},
    *({"event": name, "fine": True} for name in ("pause", "resume", "reset_slots", "followup")),
    {"event": "restart", "fine": True},
    {"event": "action", "name": "a", "fine": True},
    {"event": "action", "name": 5},
    {"event": "unheard_of"},
    {"event": None},
    {"event": {}},
]
GOOD = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "hi"}]}


def test_an_answer_of_an_action_is_judged_as_by_rasa(made: Callable[[type, str], Any]) -> None:
    validate = made(RemoteAction, "_validate_action_result")
    action = RemoteAction("action_x", None)
    assert validate(action, GOOD) is True
    assert validate(action, {}) is True
    for event in ODD:
        good = event.get("fine", False)
        answer = {"events": [{k: v for k, v in event.items() if k != "fine"}]}
        if good:
            assert validate(action, answer) is True
        else:
            with pytest.raises(ValidationError, match="Failed to validate Action server response"):
                validate(action, answer)
    for bad in ({"events": "none"}, {"events": [7]}, {"responses": [1]}, {"responses": {}}, []):
        with pytest.raises(ValidationError, match="Failed to validate Action server response"):
            validate(action, bad)


def test_an_event_finds_its_class_as_with_rasa(made: Callable[[type, str], Any]) -> None:
    resolve = made(Event, "resolve_by_type")
    for _ in range(2):
        assert resolve("user") is UserUttered
        assert resolve("topic") is None
        assert resolve("unheard_of", UserUttered) is UserUttered
        with pytest.raises(ValueError, match="unheard_of"):
            resolve("unheard_of")


def test_a_copied_slot_is_another_one_with_the_same_value() -> None:
    speed_up(change for change in CHANGES if change.owner is Slot)
    slot = CategoricalSlot("size", [{}], values=["small", "large"])
    slot.value = "large"
    twin = copy.copy(slot)
    assert type(twin) is CategoricalSlot
    assert vars(twin) == vars(slot)
    twin.value = "small"
    assert slot.value == "large"


ORIGINAL_COPY = DialogueStateTracker.copy


def test_a_copied_conversation_stands_as_one_that_was_replayed() -> None:
    dice = random.Random(5)
    for _ in range(60):
        tracker = DialogueStateTracker("c", SLOTS)
        for _ in range(30):
            tracker.update(rare(dice) if dice.random() < 0.05 else anything(dice))
            if dice.random() < 0.1:
                tracker.clear_followup_action()  # as Rasa does before it runs an action
            twin = rasa_speed._copier(ORIGINAL_COPY)(tracker)
            replayed = ORIGINAL_COPY(tracker)
            for one in (twin, replayed):
                if one.latest_message and one.latest_message.is_empty():
                    one.latest_message = None  # made anew, with its own time
            assert state(twin) == state(replayed)
            assert twin.events == replayed.events
            assert list(twin.slots) == list(replayed.slots)


ORIGINAL_APPLIED = DialogueStateTracker.applied_events


def test_the_events_that_count_are_those_that_rasa_applies() -> None:
    dice = random.Random(9)
    for _ in range(60):
        tracker = DialogueStateTracker("c", SLOTS)
        for _ in range(60):
            tracker.update(rare(dice) if dice.random() < 0.02 else anything(dice))
            ours, theirs = rasa_speed._applier(ORIGINAL_APPLIED)(tracker), ORIGINAL_APPLIED(tracker)
            assert [id(event) for event in ours] == [id(event) for event in theirs]


def test_whether_a_domain_is_empty_is_seen_once(made: Callable[[type, str], Any]) -> None:
    asked = made(Domain, "is_empty")
    some, none = Domain.from_dict({"intents": ["greet"]}), Domain.empty()
    assert [asked(some), asked(some), asked(none), asked(none)] == [False, False, True, True]


def test_a_copied_conversation_is_another_one() -> None:
    tracker = DialogueStateTracker("c", SLOTS)
    for event in (
        ActionExecuted("action_listen"),
        UserUttered("hi"),
        SlotSet("known", True),
        ActionExecuted("a_form"),
        ActiveLoop("a_form"),
    ):
        tracker.update(event)
    twin = rasa_speed._copier(ORIGINAL_COPY)(tracker)
    before = state(tracker)
    for event in (SlotSet("known", False), LoopInterrupted(True), ActionExecuted("utter_a")):
        twin.update(event)
    assert state(tracker) == before
    assert len(tracker.events) == 5


def _graph() -> DaskGraphRunner:
    """a(message) -> b(a), c(a); d(b, c); e is not needed by d."""
    needs = {
        "a": {"x": "message"},
        "b": {"x": "a"},
        "c": {"x": "a"},
        "d": {"x": "b", "y": "c"},
        "e": {"x": "a"},
    }
    schema = GraphSchema(
        {
            name: SchemaNode(
                needs=need,
                uses=object,
                constructor_name="",
                fn="",
                config={},
                is_target=name in "de",
            )  # type: ignore[arg-type]
            for name, need in needs.items()
        }
    )
    runner = object.__new__(DaskGraphRunner)
    runner._graph_schema = schema
    runner._execution_context = SimpleNamespace()  # type: ignore[assignment]
    ran: list[str] = []

    def node(name: str) -> Any:
        def call(*parts: tuple[str, str]) -> tuple[str, str]:
            ran.append(name)
            return name, f"{name}({','.join(value for _, value in parts)})"

        return call

    runner._instantiated_nodes = {name: node(name) for name in needs}
    runner.ran = ran  # type: ignore[attr-defined]
    return runner


def test_the_components_of_a_model_run_as_with_dask(made: Callable[[type, str], Any]) -> None:
    run = made(DaskGraphRunner, "run")
    runner = _graph()
    d = "d(b(a(hi)),c(a(hi)))"
    assert run(runner, {"message": "hi"}, ["d"]) == {"d": d}
    assert sorted(runner.ran) == ["a", "b", "c", "d"]  # type: ignore[attr-defined]
    assert run(runner, {"message": "hi"}) == {"d": d, "e": "e(a(hi))"}
    with pytest.raises(GraphRunError, match="clashes"):
        run(runner, {"message": "a"}, ["d"])


def test_a_component_that_fails_fails_as_with_dask(made: Callable[[type, str], Any]) -> None:
    run = made(DaskGraphRunner, "run")
    for problem, raised in ((RuntimeError("x"), GraphRunError), (KeyError("x"), KeyError)):
        runner = _graph()

        def fail(*_: Any, problem: Exception = problem) -> None:
            raise problem

        runner._instantiated_nodes["c"] = fail  # type: ignore[assignment]
        with pytest.raises(raised), dask.config.set(scheduler="sync"):
            run(runner, {"message": "hi"}, ["d"])


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    app = web.Application()
    app["connections"] = set()

    async def answer(request: web.Request) -> web.Response:
        app["connections"].add(id(request.transport))
        app.setdefault("transports", []).append(request.transport)  # or ids are used again
        status = 500 if request.path == "/fails" else 200
        return web.json_response({"auth": request.headers.get("Authorization")}, status=status)

    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as running:
        yield running


async def test_the_connection_to_the_action_server_is_kept(
    server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EndpointConfig, "session", rasa_speed._session)
    endpoint = EndpointConfig(
        str(server.make_url("/webhook")), basic_auth={"username": "u", "password": "p"}
    )
    for _ in range(5):
        assert await endpoint.request(json={}) == {"auth": "Basic dTpw"}
    assert len(server.app["connections"]) == 1  # type: ignore[index]
    await endpoint.__dict__["_frontdesk_session"][1].close()
    assert await endpoint.request(json={}) == {"auth": "Basic dTpw"}
    await endpoint.__dict__["_frontdesk_session"][1].close()
