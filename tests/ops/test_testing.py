from pathlib import Path

import pytest

from ops.problem import Problem
from ops.settings import SETTINGS
from ops.testing import VAR, environ_for_tests, model_for_tests
from tests.ops.project import Project


def test_tests_run_on_defaults_whatever_this_machine_s_settings_are(in_project: Project) -> None:
    in_project.write(".env", "FRONTDESK_WEB_RATE=1/day\n")
    environ = environ_for_tests({"PATH": "/bin", "FRONTDESK_RASA_PORT": "1"})
    assert environ["FRONTDESK_WEB_RATE"] == "30/minute"
    assert environ["FRONTDESK_RASA_PORT"] == "5005"
    assert environ["FRONTDESK_TRACKER_DB"] == f"{VAR}/tracker.db"
    assert environ["PATH"] == "/bin"


def test_the_chosen_browser_reaches_the_tests(in_project: Project) -> None:
    environ = environ_for_tests({"FRONTDESK_CHROMIUM": "/opt/chrome"})
    assert environ["FRONTDESK_CHROMIUM"] == "/opt/chrome"


def test_the_model_is_the_one_that_make_run_would_use(in_project: Project) -> None:
    status, said = in_project.run("ops.train")
    assert status == 0
    model = model_for_tests(in_project.environ)
    assert model.is_absolute()
    assert str(model.relative_to(in_project.folder)) in said
    assert in_project.trainings() == 1


def test_no_setting_of_ours_reaches_pytest(in_project: Project) -> None:
    browser = in_project.write("chrome", "#!/bin/sh\necho Chromium 150.0\n")
    browser.chmod(0o755)
    in_project.write(
        "pytest.py",
        "import json, os, sys\n"
        "names = sorted(name for name in os.environ if name.startswith('FRONTDESK_'))\n"
        "print(names, sys.argv[1:]); sys.exit(3)\n",
    )
    in_project.environ["FRONTDESK_CHROMIUM"] = str(browser)
    in_project.environ["FRONTDESK_LOG_LEVEL"] = "DEBUG"
    status, said = in_project.run("ops.testing", "-k", "orders")
    assert status == 3
    last = said.splitlines()[-1]
    assert last.startswith("['FRONTDESK_CHROMIUM'] ['-n', '2', '--dist', 'loadgroup'")
    assert last.endswith("'-k', 'orders']")
    assert in_project.trainings() == 1


def test_in_ci_a_missing_browser_is_a_failure(
    in_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ops import testing

    def none(*_: object) -> str:
        raise Problem("there is no Chromium")

    monkeypatch.setattr(testing, "ensure_browser", none)
    monkeypatch.setattr(testing.subprocess, "call", lambda *_, **__: 0)
    monkeypatch.setattr(testing, "ensure_model", lambda environ: Path("model"))
    monkeypatch.setenv("CI", "true")
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Problem):
        testing.main()
    monkeypatch.delenv("CI")
    assert testing.main() == 0
