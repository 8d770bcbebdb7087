"""What is saved while `make run` runs is checked, trained and taken up."""

import signal

import pytest

from tests.ops.project import Project, until

WATCHING = "trained and taken up at once."
TAKEN_UP = "The running assistant has it"


@pytest.fixture
def running(project: Project) -> Project:
    project.start()
    project.until_said(WATCHING)
    return project


def models_put(project: Project) -> list[str]:
    """The models that the stand-in of Rasa was given."""
    put = project.folder / "put"
    return put.read_text().splitlines() if put.exists() else []


def test_a_saved_file_is_trained_and_taken_up(running: Project) -> None:
    running.write("data/nlu.yml", 'version: "3.1"\n# saved\n')
    running.until_said(TAKEN_UP)
    assert "Saved: data/nlu.yml" in running.said
    assert running.trainings() == 2
    (put,) = models_put(running)
    assert put in {str(path) for path in (running.folder / "models").glob("frontdesk-*.tar.gz")}


def test_a_mistake_is_told_and_the_mended_file_is_taken_up(running: Project) -> None:
    running.write("data/nlu.yml", "a: b: c\n")
    running.until_said("The assistant answers as before.")
    assert "data/nlu.yml:1" in running.said
    assert (running.trainings(), models_put(running)) == (1, [])
    running.write("data/nlu.yml", 'version: "3.1"\n# mended\n')
    running.until_said(TAKEN_UP)
    assert len(models_put(running)) == 1


def test_a_training_that_fails_is_told(running: Project) -> None:
    running.write("data/nlu.yml", 'version: "3.1"\n# contradiction\n')
    running.until_said("The assistant answers as before.")
    assert "Contradicting rules or stories found" in running.said
    assert "Contradicting" in (running.folder / "var/logs/train.log").read_text()
    assert models_put(running) == []


def test_a_model_that_rasa_does_not_take_is_told(project: Project) -> None:
    project.environ["FAKE_RASA"] = "refuses"
    project.start()
    project.until_said(WATCHING)
    project.write("data/nlu.yml", 'version: "3.1"\n# saved\n')
    project.until_said("the model is trained, but Rasa does not take it (400)")


def test_an_article_needs_no_training(running: Project) -> None:
    running.write("data/knowledge/a.md", "---\ntitle: A\n---\n")
    running.write("data/nlu.yml", 'version: "3.1"\n# saved after it\n')
    running.until_said(TAKEN_UP)
    assert "Saved: data/nlu.yml\n" in running.said


def test_told_to_end_it_ends_a_training_too(running: Project) -> None:
    running.write("data/nlu.yml", 'version: "3.1"\n# wait\n')
    until(lambda: running.trainings() == 2, "the training begins")
    running.signal(signal.SIGTERM)
    assert running.wait() == 0
    until(lambda: running.processes() == [], "all processes have ended")
    assert "The assistant answers as before." not in running.said
    assert not list((running.folder / "var/logs").glob(".train-*"))


def test_it_can_be_switched_off(project: Project) -> None:
    project.environ["FRONTDESK_WATCH"] = "off"
    project.start()
    project.until_said("Frontdesk is running.")
    project.write("data/nlu.yml", 'version: "3.1"\n# saved\n')
    project.signal(signal.SIGTERM)
    assert project.wait() == 0
    assert WATCHING not in project.said
    assert project.trainings() == 1
