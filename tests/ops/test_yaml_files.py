from pathlib import Path

import pytest

from ops.problem import Problem
from ops.yaml_files import check_all, domain_path, training_files
from tests.ops.project import Project

ENVIRON = {"FRONTDESK_WEB_SECRET": "x", "FRONTDESK_ACTIONS_URL": "http://127.0.0.1"}


def problem(environ: dict[str, str] = ENVIRON) -> str:
    with pytest.raises(Problem) as raised:
        check_all(environ)
    assert raised.value.status == 2
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_good_files_pass(in_project: Project) -> None:
    in_project.write("data/orders/nlu.yml", "nlu:\n- intent: a\n  examples: |\n    - café ☕\n")
    check_all(ENVIRON)


def test_the_repository_s_own_files_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from ops.settings import SETTINGS

    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    check_all(dict.fromkeys(SETTINGS, "x"))


def test_every_yaml_file_is_looked_at(in_project: Project) -> None:
    in_project.write("data/a/nlu.yml", "")
    in_project.write("data/a/b/rules.yaml", "")
    in_project.write("data/a/notes.md", "a: b: c")
    assert training_files() == [
        Path("config.yml"),
        Path("domain.yml"),
        Path("data/a/b/rules.yaml"),
        Path("data/a/nlu.yml"),
        Path("data/nlu.yml"),
    ]


def test_the_domain_may_be_a_folder(in_project: Project) -> None:
    Path("domain.yml").unlink()
    in_project.write("domain/orders.yml", "a: b: c\n")
    assert domain_path() == Path("domain")
    assert "domain/orders.yml:1: " in problem()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: c: d\n", 2, "a ':' stands where none may be"),
        ("a:\n\t- b\n", 2, "tabs must be spaces"),
        ("a: 1\nb: @shop\n", 2, "needs quotes"),
        ("a: 1\nb: 'open\nc: 2\n", 2, "a quote is opened and not closed"),
        ("a: 1\na: 2\n", 2, "the key 'a' is there twice"),
        ("a: [1, 2\n", 2, "a bracket is opened and not closed"),
        ('text: "hi" there\n', 1, "belongs to no key"),
        ("a: *greeting*\n", 1, "starts with '*'"),
        ("a: *greeting\n", 1, "starts with '*'"),
        ("- a\n- b\n", 1, "'name: value' lines"),
        ("a: 1\nb: \x00\n", 2, "a character that YAML does not allow"),
        ("a: !python/object:x y\n", 1, "tag"),
    ],
)
def test_a_broken_file_is_named_with_line_and_cause(
    in_project: Project, text: str, line: int, words: str
) -> None:
    in_project.write("data/orders/nlu.yml", text)
    said = problem()
    assert said.startswith(f"data/orders/nlu.yml:{line}: ")
    assert words in said


def test_another_encoding_is_named(in_project: Project) -> None:
    Path("data/nlu.yml").write_bytes("a: 1\nb: é\n".encode("latin-1"))
    assert problem().startswith("data/nlu.yml:2: this is not UTF-8 text")


@pytest.mark.parametrize("name", ["config.yml", "credentials.yml", "endpoints.yml", "domain.yml"])
def test_a_missing_file_is_named(in_project: Project, name: str) -> None:
    Path(name).unlink()
    assert problem().startswith(f"{name} is missing")


def test_a_variable_without_a_value_is_named(in_project: Project) -> None:
    in_project.write("credentials.yml", "# ${NOT_THIS}\na: 1 # ${NOR_THIS}\nb: ${SLACK_TOKEN}\n")
    assert problem().startswith("credentials.yml:3: ${SLACK_TOKEN} has no value. Set SLACK_TOKEN")


def test_a_variable_without_a_value_is_named_where_rasa_is_loaded(in_project: Project) -> None:
    import rasa.shared.utils.io  # noqa: F401 - it changes how YAML is read in the whole process

    test_a_variable_without_a_value_is_named(in_project)
    in_project.write("credentials.yml", "a: ${FRONTDESK_WEB_SECRET}\n")
    check_all(ENVIRON)
