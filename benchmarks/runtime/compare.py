"""Stock Rasa and Frontdesk side by side: `make bench`.

Both are trained on our data, run on the same store, are sent the same conversations over Rasa's
REST channel, and have the same action server and demo shop behind them. Frontdesk runs with our
tracker store, as it is shipped, and writes its events for the desk. It is measured in
parts, each of which can be measured alone; the results of all parts so far are written together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.runtime import own_channel, training
from benchmarks.runtime.load import by_turn, under_load, worded
from benchmarks.runtime.report import plot, table
from benchmarks.runtime.server import FLOORS
from benchmarks.runtime.systems import ROOT, SYSTEMS, actions, serving
from ops.entities import ensure_pipeline
from ops.problem import Problem, entry, say
from ops.testing import model_for_tests
from tests.support.postgres import postgres

BENCH = ROOT / "var" / "bench"
RESULTS = BENCH / "runtime"
NO_POSTGRES = "Not measured: this machine has no Postgres (apt-get install postgresql)."


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    senders: tuple[int, ...] = (1, 8, 32)
    seconds: float = 15.0  # of load for each number of senders
    turns: tuple[int, ...] = (1, 10, 100, 500, 2000)
    turns_seconds: float = 120.0  # that one customer may take for them
    epochs: int = training.EPOCHS
    stock_model: Path | None = None
    systems: tuple[str, ...] = SYSTEMS


QUICK = Plan(senders=(1, 8), seconds=8, turns=(1, 10, 100), turns_seconds=30, epochs=1)


def on_store(store: str) -> Callable[[Plan], dict[str, Any]]:
    """The part that measures both systems on `memory` or `sqlite`, or a server's URL."""

    def measure(plan: Plan) -> dict[str, Any]:
        ensure_pipeline()
        found: dict[str, Any] = {}
        with tempfile.TemporaryDirectory(dir=BENCH) as name:
            folder = Path(name)
            with actions(folder) as url:
                for system in plan.systems:
                    model = stock(plan) if system == "stock" else model_for_tests()
                    say(f"Measuring {system} ...")
                    with serving(system, model, store, url, folder / system) as server:
                        words = worded()
                        loads = [
                            asyncio.run(under_load(server, senders, plan.seconds, words))
                            for senders in plan.senders
                        ]
                        megabytes = server.megabytes()
                        turns = asyncio.run(by_turn(server, plan.turns, plan.turns_seconds, words))
                        found[system] = {
                            "s from start to first answer": server.first_answer,
                            "MB": megabytes,
                            "load": [asdict(load) for load in loads],
                            "turns": asdict(turns),
                        }
        return {"systems": found}

    return measure


def on_postgres(plan: Plan) -> dict[str, Any]:
    """The part that measures both systems on a Postgres server of its own."""
    found: dict[str, Any] = {}
    for system in plan.systems:  # each on an empty one
        with postgres() as url:
            if url is None:
                return {"note": NO_POSTGRES}
            alone = Plan(**{**vars(plan), "systems": (system,)})
            found |= on_store(url)(alone)["systems"]
    return {"systems": found}


def training_ours(plan: Plan) -> dict[str, Any]:
    """The part that trains Frontdesk: from nothing, and after each one-line change."""
    with tempfile.TemporaryDirectory(dir=BENCH) as name:
        folder = Path(name)
        training.copy_checkout(folder)
        found = _spent("cold", training.train_ours(folder))
        for what in training.CHANGES:
            training.change(folder, what)
            found |= _spent(f"after a change of {what}", training.train_ours(folder))
    return {"systems": {**_stored("training").get("systems", {}), "frontdesk": found}}


def training_stock(plan: Plan) -> dict[str, Any]:
    """The part that trains stock Rasa after each one-line change; it takes very long."""
    with tempfile.TemporaryDirectory(dir=BENCH) as name:
        folder = Path(name) / "copy"
        shutil.copytree(stock(plan).parent, folder)  # with Rasa's cache of the training
        found = {}
        for what in training.CHANGES:
            training.change(folder, what)
            found |= _spent(f"after a change of {what}", training.train_stock(folder, plan.epochs))
    return _with_stock(found)


def floor(plan: Plan) -> dict[str, Any]:
    """The part that measures what no dialogue could be cheaper than, at one and eight senders.

    A bare Sanic handler with a fixed answer, and one that also understands the message: what a
    message takes beyond the second is dialogue, store, actions and shop.
    """
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=BENCH) as name:
        for system in FLOORS:
            say(f"Measuring {system} ...")
            with serving(system, model_for_tests(), "memory", "", Path(name) / system) as server:
                words = worded()
                loads = [asyncio.run(under_load(server, n, plan.seconds, words)) for n in (1, 8)]
                found[system] = {"MB": server.megabytes(), "load": [asdict(load) for load in loads]}
    return {"systems": found}


def web(plan: Plan) -> dict[str, Any]:
    """The part that measures Frontdesk through its own web channel, on SQLite, with all it has."""
    return {"systems": {"frontdesk": own_channel.measure(plan.senders, plan.seconds)}}


def stock(plan: Plan) -> Path:
    """Give stock's model of the present training data, trained now if there is none."""
    if plan.stock_model:
        return plan.stock_model.resolve()
    folder = BENCH / f"stock-{training.stock_digest(plan.epochs)}"
    model = folder / training.MODEL
    if not model.exists():
        say(f"Training stock Rasa, {plan.epochs} epochs: many minutes ...")
        shutil.rmtree(folder, ignore_errors=True)
        training.copy_checkout(folder)
        part = _with_stock(_spent("cold", training.train_stock(folder, plan.epochs)))
        _store("training", part)
    return model


def _with_stock(found: dict[str, float]) -> dict[str, Any]:
    systems = _stored("training").get("systems", {})
    return {"systems": {**systems, "stock": {**systems.get("stock", {}), **found}}}


def _spent(what: str, spent: training.Spent) -> dict[str, float]:
    say(f"{what}: {spent.seconds:.0f} s, {spent.cpu:.0f} s of CPU")
    return {f"{what}, s": spent.seconds, f"{what}, CPU s": spent.cpu}


# by name: what is measured, and under which name it is stored
PARTS: dict[str, tuple[str, Callable[[Plan], dict[str, Any]]]] = {
    "training": ("training", training_ours),
    "sqlite": ("sqlite", on_store("sqlite")),
    "memory": ("memory", on_store("memory")),
    "postgres": ("postgres", on_postgres),
    "floor": ("floor", floor),
    "web": ("web", web),
    "training-stock": ("training", training_stock),
}


def main() -> int:
    """Measure, print and write the results. Gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}")
    parser.add_argument(
        "--quick", action="store_true", help="one epoch, 1 and 8 senders, 100 turns"
    )
    parser.add_argument(
        "--epochs",
        type=int,
        help="of stock's training, in place of 100: serving costs the same, training far less",
    )
    parser.add_argument("--stock-model", type=Path, help="trained before, on other data")
    parser.add_argument("--only", choices=SYSTEMS, help="measure one of the two again")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        raise Problem(f"there is no part {unknown.pop()!r}: {', '.join(PARTS)}.", status=2)
    plan = QUICK if given.quick else Plan()
    systems = (given.only,) if given.only else SYSTEMS
    changed = {"stock_model": given.stock_model, "systems": systems}
    if given.epochs:
        changed["epochs"] = given.epochs
    plan = Plan(**{**vars(plan), **changed})
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in given.parts or PARTS:
        say(f"\n{name}:")
        stored_as, measure = PARTS[name]
        part = measure(plan)
        before = _stored(stored_as).get("systems", {}) if given.only else {}
        if "systems" in part:
            part["systems"] = {**before, **part["systems"]}
        _store(stored_as, part)
    say((RESULTS / "results.md").read_text())
    say(f"Written to {RESULTS.relative_to(ROOT)}: results.md, results.json, turns.png.")
    return 0


def _all_stored() -> dict[str, Any]:
    path = RESULTS / "results.json"
    return json.loads(path.read_text()) if path.exists() else {}


def _stored(part: str) -> dict[str, Any]:
    found: dict[str, Any] = _all_stored().get(part, {})
    return found


def _store(name: str, part: dict[str, Any]) -> None:
    """Keep what a part has measured, and write the report of all parts anew."""
    # through JSON, so that it is what is read again: numbers as names become texts
    parts = json.loads(json.dumps({**_all_stored(), name: {"machine": machine(), **part}}))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "results.json").write_text(json.dumps(parts, indent=1))
    (RESULTS / "results.md").write_text(table(parts))
    plot(parts, RESULTS / "turns.png")


def machine() -> dict[str, str]:
    """What was measured, and on what."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "commit": commit,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        "load at the end": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("rasa", "tensorflow", "sanic", "sqlalchemy")},
    }


if __name__ == "__main__":
    entry(main)
