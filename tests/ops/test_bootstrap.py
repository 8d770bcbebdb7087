"""Set-up, with a stand-in for uv: what it is asked, in which order, and how failures are told.

That the real uv does what it is asked is shown by ops.fresh_clone, which CI runs.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ops import bootstrap
from tests.ops.project import until

ROOT = Path(__file__).resolve().parents[2]


class Checkout:
    """A folder with what set-up needs, and a machine around it that has only what is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.bin = folder / "bin"
        self.calls_file = folder / "calls"
        (self.folder / "ops").mkdir(parents=True)
        self.bin.mkdir()
        for name in ("bootstrap.py", "uv-requirements.txt"):
            shutil.copy(ROOT / "ops" / name, self.folder / "ops" / name)
        self.lock = self.folder / "requirements.lock"
        self.lock.write_text("requests==2.33.0\n")
        (self.folder / "hello.py").write_text("import sys; print('hello from', sys.argv[1:])\n")
        self.program("uv", f'exec {sys.executable} {ROOT}/tests/ops/fake_uv.py "$@"')
        self.environ = {
            "PATH": str(self.bin),
            "HOME": str(folder / "home"),
            "FAKE_UV_CALLS": str(self.calls_file),
        }

    def program(self, name: str, script: str, folder: Path | None = None) -> Path:
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def python(self, folder: Path | None = None) -> Path:
        """Install a Python 3.10 that works."""
        return self.program("python3.10", f'exec {sys.executable} "$@"', folder)

    def uv(self, **how: Any) -> None:
        self.environ["FAKE_UV"] = json.dumps(how)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-I", "ops/bootstrap.py", *(arguments or ("hello", "there"))],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        child = self.start(*arguments)
        said = child.communicate(timeout=100)[0]
        return child.returncode, said

    def calls(self, *command: str) -> list[dict[str, Any]]:
        """How uv was called with this command."""
        if not self.calls_file.exists():
            return []
        calls = [json.loads(line) for line in self.calls_file.read_text().splitlines()]
        return [call for call in calls if call["arguments"][: len(command)] == list(command)]

    def chosen(self) -> str:
        """The Python that .venv was made with."""
        arguments = self.calls("venv")[-1]["arguments"]
        return arguments[arguments.index("-p") + 1]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_it_is_written_in_the_python_of_ten_years_ago() -> None:
    ast.parse((ROOT / "ops" / "bootstrap.py").read_text(), feature_version=(3, 6))
    ast.parse((ROOT / "ops" / "clean.py").read_text(), feature_version=(3, 6))


def test_sets_up_and_starts_the_module(checkout: Checkout) -> None:
    python = checkout.python()
    status, said = checkout.run()
    assert status == 0, said
    assert said.splitlines()[-1] == "hello from ['there']"
    assert checkout.chosen() == str(python)
    (sync,) = checkout.calls("pip", "sync")
    assert "--require-hashes" in sync["arguments"]
    assert str(checkout.lock) in sync["arguments"]
    assert ".venv/bin/python" in sync["arguments"][sync["arguments"].index("-p") + 1]


def test_a_second_time_it_asks_nothing_of_uv(checkout: Checkout) -> None:
    checkout.python()
    checkout.run()
    checkout.calls_file.unlink()
    status, said = checkout.run()
    assert status == 0
    assert "packages are ready (nothing changed)" in said
    assert not checkout.calls_file.exists()


def test_a_changed_lock_is_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.python()
    checkout.run()
    checkout.lock.write_text("requests==2.34.0\n")
    assert checkout.run()[0] == 0
    assert len(checkout.calls("pip", "sync")) == 2
    assert len(checkout.calls("venv")) == 1


def test_a_failed_installation_says_so_and_is_repaired_the_next_time(checkout: Checkout) -> None:
    checkout.python()
    checkout.uv(sync=1)
    status, said = checkout.run()
    assert status == 1
    assert "Hash mismatch for `requests==2.33.0`" in said
    assert "Frontdesk: packages could not be installed" in said.splitlines()[-1]
    assert "Traceback" not in said
    checkout.uv()
    status, said = checkout.run()
    assert status == 0
    assert "an earlier set-up did not finish" in said
    assert len(checkout.calls("venv")) == 2


def test_an_interrupted_installation_is_repaired_the_next_time(checkout: Checkout) -> None:
    checkout.python()
    checkout.uv(wait="never")
    child = checkout.start()
    until(lambda: checkout.calls("pip", "sync"), "uv is installing")
    child.send_signal(signal.SIGTERM)
    said = child.communicate(timeout=60)[0]
    assert child.returncode == 130
    assert "Traceback" not in said
    checkout.uv()
    assert checkout.run()[0] == 0


def test_two_at_once_install_once(checkout: Checkout) -> None:
    checkout.python()
    go = checkout.folder / "go"
    checkout.uv(wait=str(go))
    first = checkout.start()
    until(lambda: checkout.calls("pip", "sync"), "uv is installing")
    second = checkout.start()
    assert second.stdout is not None
    assert "another set-up is running here" in second.stdout.readline()
    go.touch()
    assert first.communicate(timeout=60)[0].splitlines()[-1] == "hello from ['there']"
    assert second.communicate(timeout=60)[0].splitlines()[-1] == "hello from ['there']"
    assert len(checkout.calls("pip", "sync")) == 1


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.python()
    checkout.run()
    checkout.program("python", "exit 127", checkout.folder / ".venv" / "bin")
    status, said = checkout.run()
    assert status == 0
    assert "no working Python 3.10" in said
    assert len(checkout.calls("venv")) == 2


def test_a_moved_checkout_is_installed_again(checkout: Checkout) -> None:
    checkout.python()
    checkout.run()
    moved = checkout.folder.with_name("elsewhere")
    checkout.folder.rename(moved)
    checkout.folder = moved
    assert checkout.run()[0] == 0
    assert len(checkout.calls("pip", "sync")) == 2


def test_settings_that_mislead_uv_are_kept_from_it(checkout: Checkout) -> None:
    checkout.python()
    checkout.environ.update(UV_PYTHON="/usr/bin/python3", UV_SYSTEM_PYTHON="1", UV_HTTP_TIMEOUT="9")
    assert checkout.run()[0] == 0
    for call in checkout.calls():
        assert not {"UV_PYTHON", "UV_SYSTEM_PYTHON"} & set(call["settings"])
        assert call["settings"]["UV_HTTP_TIMEOUT"] == "9"


def test_what_is_started_keeps_its_compiled_files(checkout: Checkout) -> None:
    checkout.python()
    checkout.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    (checkout.folder / "hello.py").write_text("import sys; print(sys.dont_write_bytecode)\n")
    status, said = checkout.run()
    assert status == 0, said
    assert said.splitlines()[-1] == "False"


def test_uv_is_asked_for_a_python_first(checkout: Checkout) -> None:
    found = checkout.python(checkout.folder.parent / "managed")
    checkout.python()
    checkout.uv(found=str(found))
    assert checkout.run()[0] == 0
    assert checkout.chosen() == str(found)


def test_a_shim_that_does_not_run_is_passed_over(checkout: Checkout) -> None:
    pyenv = checkout.folder.parent / ".pyenv"
    shims = pyenv / "shims"
    checkout.program("python3.10", "echo 'pyenv: python3.10: command not found'; exit 127", shims)
    older = checkout.python(pyenv / "versions" / "3.10.9" / "bin")
    newer = checkout.python(pyenv / "versions" / "3.10.13" / "bin")
    checkout.python(pyenv / "versions" / "3.11.7" / "bin")
    checkout.environ["PATH"] += f"{os.pathsep}{shims}"
    assert checkout.run()[0] == 0
    assert checkout.chosen() == str(newer) != str(older)


@pytest.mark.parametrize("variable", ["PYENV_ROOT", "HOME"])
def test_a_pyenv_is_found_without_its_shims(checkout: Checkout, variable: str) -> None:
    place = checkout.folder.parent / "somewhere"
    pyenv = place if variable == "PYENV_ROOT" else place / ".pyenv"
    python = checkout.python(pyenv / "versions" / "3.10.13" / "bin")
    checkout.environ[variable] = str(place)
    assert checkout.run()[0] == 0
    assert checkout.chosen() == str(python)


def test_a_python_that_lacks_a_module_is_passed_over(checkout: Checkout) -> None:
    lacking = checkout.program("python3.10", "echo 'No module named _sqlite3' >&2; exit 1")
    good = checkout.python(checkout.folder.parent / "later")
    checkout.environ["PATH"] += f"{os.pathsep}{good.parent}"
    assert checkout.run()[0] == 0
    assert checkout.chosen() == str(good) != str(lacking)


def test_another_version_by_the_right_name_is_passed_over(checkout: Checkout) -> None:
    checkout.program("python3.10", "echo 3.11")
    status, said = checkout.run()
    assert status == 1
    assert "Python 3.10 is not on this machine" in said


def test_uv_downloads_a_python_when_there_is_none(checkout: Checkout) -> None:
    downloaded = checkout.python(checkout.folder.parent / "downloaded")
    checkout.uv(installed=str(downloaded))
    status, said = checkout.run()
    assert status == 0
    assert "uv downloads one" in said
    assert checkout.chosen() == str(downloaded)


def test_no_python_at_all_is_one_line_with_cause_and_mend(checkout: Checkout) -> None:
    status, said = checkout.run()
    assert status == 1
    line = said.splitlines()[-1]
    assert "Python 3.10 is not on this machine and uv could not download it" in line
    assert "dns error" in line
    assert "FRONTDESK_PYTHON=" in line
    assert "Traceback" not in said


def test_a_chosen_python_is_taken(checkout: Checkout) -> None:
    checkout.python()
    chosen = checkout.python(checkout.folder.parent / "mine")
    checkout.environ["FRONTDESK_PYTHON"] = str(chosen)
    assert checkout.run()[0] == 0
    assert checkout.chosen() == str(chosen)


def test_a_python_chosen_in_the_env_file_is_taken(checkout: Checkout) -> None:
    checkout.python()
    chosen = checkout.python(checkout.folder.parent / "mine")
    (checkout.folder / ".env").write_text(f"A=1\nFRONTDESK_PYTHON='{chosen}' # mine\n")
    assert checkout.run()[0] == 0
    assert checkout.chosen() == str(chosen)


def test_a_chosen_python_that_does_not_work_is_named(checkout: Checkout) -> None:
    checkout.python()
    checkout.environ["FRONTDESK_PYTHON"] = "/no/such/python"
    status, said = checkout.run()
    assert status == 1
    assert "FRONTDESK_PYTHON=/no/such/python is no working Python 3.10" in said


def test_an_old_uv_is_not_used(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.uv(version="uv 0.4.30")
    monkeypatch.setattr(os, "environ", {**os.environ, **checkout.environ})
    assert not bootstrap.usable_uv(str(checkout.bin / "uv"))
    checkout.uv(version="uv 0.5.0")
    monkeypatch.setattr(os, "environ", {**os.environ, **checkout.environ})
    assert bootstrap.usable_uv(str(checkout.bin / "uv"))


def test_without_network_getting_uv_fails_in_one_line(checkout: Checkout) -> None:
    (checkout.bin / "uv").unlink()
    # Nothing listens at the discard port: as good as no network, and at once.
    checkout.environ.update(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0")
    checkout.environ["PIP_CONFIG_FILE"] = os.devnull
    status, said = checkout.run()
    assert status == 1
    assert said.splitlines()[-1].startswith("Frontdesk: cannot get uv: ")
    assert "Traceback" not in said


def test_a_python_with_neither_venv_nor_pip_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*command: str, seconds: float = 60) -> tuple[int, str]:
        module = command[2]
        return 1, f"/usr/bin/python3: No module named {module}"

    monkeypatch.setattr(bootstrap, "ask", ask)
    monkeypatch.setattr(bootstrap, "TOOLS", tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(bootstrap.SetupError, match="has neither venv nor pip") as raised:
        bootstrap.find_uv()
    assert "python3-venv" in str(raised.value)


def test_pip_alone_is_enough_to_get_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ask(*command: str, seconds: float = 60) -> tuple[int, str]:
        asked.append(command)
        if command[1:3] == ("-m", "venv"):
            return 1, "ensurepip is not available"
        return 0, "uv 0.13.9"

    monkeypatch.setattr(bootstrap, "ask", ask)
    monkeypatch.setattr(bootstrap, "TOOLS", tmp_path)
    monkeypatch.setenv("PATH", "")
    assert bootstrap.find_uv() == str(tmp_path / "uv-target" / "bin" / "uv")
    install = next(command for command in asked if "pip" in command)
    assert "--require-hashes" in install


def test_the_pinned_uv_is_one_version_with_hashes() -> None:
    lines = (ROOT / "ops" / "uv-requirements.txt").read_text().splitlines()
    requirements = [line for line in lines if "==" in line]
    assert len(requirements) == 1
    assert sum("--hash=sha256:" in line for line in lines) > 5
