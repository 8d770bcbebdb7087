import subprocess
import sys
from pathlib import Path

import pytest

from ops import browser
from ops.problem import Problem


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH and no browser of Playwright's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.setattr(browser, "ON_A_MAC", str(tmp_path / "no-mac"))
    return folder


def program(folder: Path, name: str, script: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_a_browser_on_the_path_is_taken(machine: Path, tmp_path: Path) -> None:
    path = program(machine, "google-chrome", "echo Google Chrome 150.0")
    assert browser.ensure_browser({}, tmp_path / "log") == path


def test_one_that_only_says_how_to_get_it_is_passed_over(machine: Path, tmp_path: Path) -> None:
    program(machine, "chromium", "echo 'Command requires the chromium snap' >&2; exit 1")
    path = program(machine, "chromium-browser", "echo Chromium 150.0")
    assert browser.ensure_browser({}, tmp_path / "log") == path


def test_the_chosen_one_is_taken(machine: Path, tmp_path: Path) -> None:
    program(machine, "chromium", "echo Chromium 150.0")
    mine = program(tmp_path, "mine", "echo Chromium 149.0")
    assert browser.ensure_browser({"FRONTDESK_CHROMIUM": mine}, tmp_path / "log") == mine


def test_a_chosen_one_that_does_not_run_is_named(machine: Path, tmp_path: Path) -> None:
    program(machine, "chromium", "echo Chromium 150.0")
    with pytest.raises(Problem, match="FRONTDESK_CHROMIUM=/no/such is no browser that runs"):
        browser.ensure_browser({"FRONTDESK_CHROMIUM": "/no/such"}, tmp_path / "log")


def test_it_is_installed_when_missing(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = machine / "chromium"
    script = f"printf '#!/bin/sh\\necho Chromium 150.0\\n' > {path}; /bin/chmod +x {path}"
    fails = [program(tmp_path, "update", "echo no network >&2; exit 100")]
    works = [program(tmp_path, "install", f"echo unpacking; {script}")]
    monkeypatch.setattr(browser, "_installers", lambda: iter([fails, works]))
    assert browser.ensure_browser({}, tmp_path / "log") == str(path)
    assert (tmp_path / "log").read_text() == "no network\nunpacking\n"


def test_none_to_be_had_is_one_line(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = [program(tmp_path, "install", "exit 100")]
    monkeypatch.setattr(browser, "_installers", lambda: iter([fails, ["/no/such/installer"]]))
    with pytest.raises(Problem, match="no Chromium for the browser tests and none could") as raised:
        browser.ensure_browser({}, tmp_path / "log")
    assert "FRONTDESK_CHROMIUM" in str(raised.value)


def test_only_root_uses_the_system_s_packages(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine, "apt-get", "exit 0")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    commands = list(browser._installers())
    assert [Path(command[0]).name for command in commands[:2]] == ["apt-get", "apt-get"]
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    assert list(browser._installers()) == commands[2:]


def test_a_python_is_no_browser() -> None:
    assert not browser.runs(sys.executable)
    assert not browser.runs("/no/such")


@pytest.mark.browser
def test_the_browser_that_is_found_renders_a_page(tmp_path: Path) -> None:
    from tests.support.browser import ARGUMENTS

    path = browser.ensure_browser({}, tmp_path / "log")
    done = subprocess.run(
        [
            path,
            "--headless",
            *ARGUMENTS,
            f"--user-data-dir={tmp_path}",
            "--dump-dom",
            "about:blank",
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "<html>" in done.stdout
