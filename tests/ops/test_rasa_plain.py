from pathlib import Path

import pytest

from ops.rasa_plain import plain


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yml"
    path.write_text("rules:\n# utter_x is no more\n- rule: wrapping again\n  - action: utter_x\n")
    return path


@pytest.mark.parametrize(
    ("complaint", "line", "words"),
    [
        (
            "Cannot access action 'utter_x', as that name is not a registered action for this "
            "domain. Available actions are: a, b",
            2,
            "there is no action or reply 'utter_x'",
        ),
        (
            "Contradicting rules or stories found 🚨 - the prediction of the action 'utter_x' in "
            "rule 'wrapping again' is contradicting with rule(s) 'wrapping'.",
            3,
            "the rule 'wrapping again' goes on with 'utter_x', which 'wrapping' forbids",
        ),
        (
            "The example 'wrapping again' was found labeled with multiple different intents in the "
            "training data. Each annotated message should only appear with one intent. The example "
            "is labeled with: a, b. You should fix that.",
            3,
            "belongs to several intents (a, b)",
        ),
    ],
)
def test_what_rasa_says_is_said_plainly_with_its_place(
    rules: Path, complaint: str, line: int, words: str
) -> None:
    said = plain(complaint, [rules])

    assert said.startswith(f"{rules}:{line}: ")
    assert words in said


def test_a_name_that_is_nowhere_has_no_place(rules: Path) -> None:
    assert plain("Cannot access action 'gone', as", [rules]).startswith("there is no action")


def test_what_is_not_known_stays_as_it_is(rules: Path) -> None:
    assert plain("Something new.", [rules]) == "Something new."
