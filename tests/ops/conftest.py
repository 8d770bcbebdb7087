from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path)
    yield project
    project.end()


@pytest.fixture
def in_project(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project, with this process in its folder."""
    monkeypatch.chdir(project.folder)
    return project
