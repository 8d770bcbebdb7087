"""Building the entity patterns, by the command that a designer's `make check` runs."""

import shutil
from pathlib import Path

from ops.entities import PIPELINE, is_built
from tests.ops.project import ROOT, Project

SEAT = "entity: seat\nwords:\n  window: [window seat]\nexamples:\n  {text}: window\n"


def test_training_builds_the_patterns_once_for_the_same_files(in_project: Project) -> None:
    in_project.write("data/entities/seat.yml", SEAT.format(text="a window seat"))
    status, said = in_project.run("ops.train")
    assert status == 0, said
    assert is_built()
    built = (PIPELINE / "config.cfg").stat().st_mtime_ns
    assert in_project.run("ops.train")[0] == 0
    assert (PIPELINE / "config.cfg").stat().st_mtime_ns == built
    in_project.write("data/entities/seat.yml", SEAT.format(text="any window"))
    assert not is_built()
    assert in_project.run("ops.train")[0] == 0
    assert is_built()
    assert in_project.trainings() == 2


def test_an_example_that_does_not_fit_stops_and_is_named(in_project: Project) -> None:
    in_project.write("data/entities/seat.yml", SEAT.format(text="an aisle"))
    status, said = in_project.run("ops.train")
    assert status == 1
    assert "data/entities/seat.yml: in the example 'an aisle' seat should be 'window'" in said
    assert "Traceback" not in said
    assert not PIPELINE.exists()
    assert in_project.trainings() == 0


def test_without_patterns_nothing_is_built(in_project: Project) -> None:
    assert in_project.run("ops.train")[0] == 0
    assert not PIPELINE.exists()


def test_the_words_of_the_catalogue_are_those_of_the_demo_shop(tmp_path, monkeypatch) -> None:
    from ops import catalogue

    before = {p.name: p.read_text() for p in (ROOT / "data" / "entities").glob("catalogue_*.yml")}
    shutil.copytree(ROOT / "data" / "entities", tmp_path / "entities")
    monkeypatch.setattr(catalogue, "ENTITIES", tmp_path / "entities")
    catalogue.main()
    after = {p.name: p.read_text() for p in Path(tmp_path / "entities").glob("catalogue_*.yml")}
    assert after == before, "run python -m ops.catalogue"
