"""Training, with a stand-in for Rasa that is quick and fails on demand."""

import os
from pathlib import Path

from ops.train import KEPT, model_path, newest
from tests.ops.project import Project, until


def models() -> list[Path]:
    return sorted(Path("models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)


def test_trains_once_for_the_same_data(in_project: Project) -> None:
    status, said = in_project.run("ops.train")
    assert (status, in_project.trainings()) == (0, 1)
    assert str(model_path()) in said
    status, said = in_project.run("ops.train")
    assert (status, in_project.trainings()) == (0, 1)
    assert "nothing changed" in said
    assert models() == [model_path()]
    assert not Path("models/.fresh").exists()


def test_processes_that_ask_at_once_train_once(in_project: Project) -> None:
    in_project.start("ops.train")
    first = in_project.process
    in_project.start("ops.train")
    assert first.wait(60) == 0
    assert in_project.wait() == 0
    assert in_project.trainings() == 1


def test_keeps_the_newest_and_what_is_not_ours(in_project: Project) -> None:
    in_project.write("models/bought.tar.gz", "")
    for number in range(KEPT + 2):
        in_project.write("data/nlu.yml", f'version: "3.1"\n# {number}\n')
        assert in_project.run("ops.train")[0] == 0
    assert len(models()) == KEPT + 1
    assert Path("models/bought.tar.gz") in models()
    assert model_path() in models()


def test_going_back_to_older_data_makes_its_model_the_newest(in_project: Project) -> None:
    old = Path("data/nlu.yml").read_text()
    in_project.run("ops.train")
    older = model_path()
    os.utime(older, (1, 1))
    in_project.write("data/nlu.yml", f"{old}# new\n")
    in_project.run("ops.train")
    assert newest() == model_path() != older
    in_project.write("data/nlu.yml", old)
    in_project.run("ops.train")
    assert newest() == older
    assert in_project.trainings() == 2


def test_a_failure_is_told_in_rasa_s_words_and_leaves_no_model(in_project: Project) -> None:
    in_project.write("data/nlu.yml", 'version: "3.1"\n# contradiction\n')
    status, said = in_project.run("ops.train")
    assert status == 1
    assert "RasaException: Contradicting rules or stories found" in said
    assert "it/s" not in said
    assert models() == []


def test_a_crash_is_told_by_its_last_line(in_project: Project) -> None:
    in_project.write("data/nlu.yml", 'version: "3.1"\n# crash\n')
    status, said = in_project.run("ops.train")
    assert status == 1
    assert "RuntimeError: the featurizer fell over" in said
    assert "Traceback" not in said
    assert "Traceback" in Path("var/logs/train.log").read_text()


def test_a_failure_keeps_the_last_good_model(in_project: Project) -> None:
    in_project.run("ops.train")
    good = model_path()
    in_project.write("data/nlu.yml", 'version: "3.1"\n# contradiction\n')
    assert in_project.run("ops.train")[0] == 1
    assert newest() == good


def test_a_killed_training_leaves_nothing_that_looks_like_a_model(in_project: Project) -> None:
    in_project.write("data/nlu.yml", 'version: "3.1"\n# wait\n')
    in_project.start("ops.train")
    until(lambda: in_project.trainings() == 1, "the training begins")
    in_project.end()
    assert models() == []
    in_project.write("data/nlu.yml", 'version: "3.1"\n')
    assert in_project.run("ops.train")[0] == 0
    assert models() == [model_path()]


def test_a_broken_file_is_told_before_any_training(in_project: Project) -> None:
    in_project.write("data/nlu.yml", "a: b: c\n")
    status, said = in_project.run("ops.train")
    assert status == 2
    assert said.strip().count("\n") == 0
    assert in_project.trainings() == 0


def test_what_designers_got_wrong_is_told_before_any_training(in_project: Project) -> None:
    rule = "  - rule: a\n    steps:\n    - intent: greet\n    - action: utter_gret\n"
    in_project.write("data/rules.yml", f'version: "3.1"\nrules:\n{rule}')
    status, said = in_project.run("ops.train")
    assert status == 1
    assert "data/rules.yml:6" in said
    assert "utter_gret" in said
    assert in_project.trainings() == 0
