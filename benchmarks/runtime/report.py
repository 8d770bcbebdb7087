"""The results as Markdown and as a plot."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from benchmarks.runtime.systems import SYSTEMS

_LOAD = {
    "rate": "messages/s",
    "cpu": "CPU ms a message",
    "p50": "p50 ms",
    "p95": "p95 ms",
    "p99": "p99 ms",
}
_FLAT = 10, 500, 2000  # latency at the later ones is compared with the first

Found = dict[str, Any]


def table(parts: Found) -> str:
    """Write everything that was measured, with the ratio of Frontdesk to stock.

    Args:
        parts: by the name of a part, its `machine` and its `systems`.
    """
    lines: list[str] = []
    for name, part in parts.items():
        machine = ", ".join(f"{key} {value}" for key, value in part["machine"].items())
        lines += [f"## {name}", "", f"{machine}.", ""]
        if note := part.get("note"):
            lines += [note, ""]
            continue
        if set(part["systems"]) - set(SYSTEMS):
            lines += [*_side_by_side(part["systems"]), ""]
            continue
        lines += ["| | stock | frontdesk | ratio |", "|---|---|---|---|"]
        both = [_figures(part["systems"].get(system, {})) for system in SYSTEMS]
        for row in dict.fromkeys([*both[0], *both[1]]):
            lines.append(_row(row, both[0].get(row), both[1].get(row)))
        lines += ["", *_remarks(part["systems"])]
    return "\n".join(lines)


def _side_by_side(systems: Found) -> list[str]:
    """A table of others than stock and Frontdesk, without a ratio."""
    names = list(systems)
    figures = [_figures(systems[name]) for name in names]
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for row in dict.fromkeys(itertools.chain(*figures)):
        cells = ("-" if (value := each.get(row)) is None else f"{value:.4g}" for each in figures)
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return lines


def _figures(found: Found) -> dict[str, float]:
    """The figures of a system, by the name of their row."""
    rows: dict[str, float] = {
        name: value for name, value in found.items() if isinstance(value, (int, float))
    }
    for load in found.get("load", []):
        rows |= {f"{load['senders']} senders: {_LOAD[key]}": load[key] for key in _LOAD}
    if turns := found.get("turns"):
        by_turn = turns["milliseconds"]
        rows |= {f"ms at turn {turn}": value for turn, value in by_turn.items()}
        first, *later = (str(turn) for turn in _FLAT)
        rows |= {
            f"turn {turn} / turn {first}": by_turn[turn] / by_turn[first]
            for turn in later
            if turn in by_turn and first in by_turn
        }
    return rows


def _row(name: str, stock: float | None, ours: float | None) -> str:
    ratio = f"{ours / stock:.2f}" if stock and ours else "-"
    cells = ["-" if value is None else f"{value:.4g}" for value in (stock, ours)]
    return f"| {name} | {cells[0]} | {cells[1]} | {ratio} |"


def _remarks(systems: Found) -> list[str]:
    lines = []
    for system, found in systems.items():
        turns = found.get("turns")
        if turns and turns["written"] < max(map(int, turns["milliseconds"])):
            lines += [
                f"{system} was written to for {turns['written']} turns; further turns were copied "
                "into its session, but for the ten before each figure.",
                "",
            ]
    return lines


def plot(parts: Found, path: Path) -> bool:
    """Draw the time that a message takes by the length of its session; tell if there was any."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 5))
    for store, part in parts.items():
        for system, found in part.get("systems", {}).items():
            if turns := found.get("turns"):
                points = [(int(turn), value) for turn, value in turns["milliseconds"].items()]
                style = "o-" if system == "frontdesk" else "x--"
                axes.plot(*zip(*points, strict=True), style, label=f"{system}, {store}")
    drawn = bool(axes.lines)
    if drawn:
        axes.set(xscale="log", yscale="log", xlabel="turns in the session", ylabel="ms a message")
        axes.legend()
        axes.grid(visible=True, which="both", alpha=0.3)
        figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return drawn
