from pathlib import Path

import pytest

from ops.fingerprint import fingerprint
from tests.ops.project import Project


def test_is_the_same_for_the_same_content(in_project: Project) -> None:
    before = fingerprint()
    Path("config.yml").touch()
    assert fingerprint() == before


@pytest.mark.parametrize(
    "name",
    [
        "config.yml",
        "domain.yml",
        "data/nlu.yml",
        "data/orders/rules.yml",
        "data/knowledge/rules.yml",
        "components/featurizer.py",
        "components/deep/er.py",
        "requirements.lock",
    ],
)
def test_changes_with_what_a_model_is_made_from(in_project: Project, name: str) -> None:
    before = fingerprint()
    in_project.write(name, "something: else\n")
    assert fingerprint() != before


@pytest.mark.parametrize(
    "name",
    [
        "credentials.yml",
        "endpoints.yml",
        "actions/orders.py",
        "data/.nlu.yml.swp",
        "data/nlu.yml~",
        "components/__pycache__/featurizer.cpython-310.pyc",
        "components/README.md",
        "data/knowledge/returns.md",
    ],
)
def test_does_not_change_with_anything_else(in_project: Project, name: str) -> None:
    before = fingerprint()
    in_project.write(name, "something: else\n")
    assert fingerprint() == before


def test_changes_when_a_file_moves(in_project: Project) -> None:
    before = fingerprint()
    Path("data/nlu.yml").rename("data/other.yml")
    assert fingerprint() != before


def test_a_domain_in_a_folder_counts(in_project: Project) -> None:
    Path("domain.yml").unlink()
    in_project.write("domain/orders.yml", "a: 1\n")
    before = fingerprint()
    in_project.write("domain/orders.yml", "a: 2\n")
    assert fingerprint() != before
