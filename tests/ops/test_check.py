import pytest

from ops.check import is_known_to_code
from tests.ops.project import Project

CODE = """
dispatcher.utter_message(response="utter_order_delayed")
dispatcher.utter_message(response=f"utter_state_{state}")
await start("/start_conversation")
"""
FAKE_VALIDATE = """
import sys
from pathlib import Path
assert sys.argv[1:3] == ["data", "validate"], sys.argv
data = Path("data/nlu.yml").read_text()
if "gret" in data:
    print("\\x1b[93m/x.py:1: UserWarning: The intent 'gret' is used in your stories.\\n\\x1b[0m")
if "unused" in data:
    print("\\x1b[93mx.py:1: UserWarning: The intent 'unused' is listed in the domain file.\\x1b[0m")
if "broken" in data:
    print("\\x1b[91mProject validation completed with errors.\\x1b[0m")
    sys.exit(1)
"""


@pytest.mark.parametrize(
    ("warning", "known"),
    [
        ("The utterance 'utter_order_delayed' is not used in any story or rule.", True),
        ("The utterance 'utter_state_packed' is not used in any story or rule.", True),
        ("The utterance 'utter_ask_order_form_number' is not used in any story or rule.", True),
        ("The utterance 'utter_nobody' is not used in any story or rule.", False),
        ("The intent 'start_conversation' is listed in the domain file, but is not found.", True),
        ("The intent 'gone' is listed in the domain file, but is not found.", False),
        ("The action 'utter_order_delayed' is used, but is not listed.", False),
    ],
)
def test_what_our_code_uses_is_no_remark(warning: str, known: bool) -> None:
    assert is_known_to_code(warning, CODE) is known


@pytest.fixture
def checked(project: Project) -> Project:
    project.write("rasa/__main__.py", FAKE_VALIDATE)
    return project


def test_all_in_order(checked: Project) -> None:
    status, said = checked.run("ops.check")
    assert status == 0
    assert "5 YAML files can be read." in said
    assert "All in order." in said


def test_remarks_are_told_and_do_not_fail(checked: Project) -> None:
    checked.write("data/nlu.yml", "# unused\n")
    status, said = checked.run("ops.check")
    assert status == 0
    assert "Worth a look:\n  - The intent 'unused' is listed in the domain file." in said


def test_what_the_code_knows_is_left_out(checked: Project) -> None:
    checked.write("data/nlu.yml", "# unused\n")
    checked.write("channels/web.py", "INTENT = '/unused'\n")
    assert "All in order." in checked.run("ops.check")[1]


def test_errors_are_told_and_fail(checked: Project) -> None:
    checked.write("data/nlu.yml", "# gret, broken\n")
    status, said = checked.run("ops.check")
    assert status == 1
    assert "must be corrected before a model can be trained:\n  - The intent 'gret'" in said
    assert "UserWarning" not in said


def test_broken_yaml_is_told_without_asking_rasa(checked: Project) -> None:
    checked.write("data/nlu.yml", "a: b: c\n")
    status, said = checked.run("ops.check")
    assert status == 2
    assert "data/nlu.yml:1: " in said
