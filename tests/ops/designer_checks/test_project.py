from pathlib import Path

import pytest

from ops.designer_checks import findings

ROOT = Path(__file__).parents[3]


def test_this_project_has_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert [str(finding) for finding in findings() if finding.is_error] == []
