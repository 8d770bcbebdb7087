import re
import subprocess
from pathlib import Path

import pytest

from ops import settings
from ops.settings import SETTINGS, example, with_defaults

ROOT = Path(__file__).resolve().parents[2]
READ = (".py", ".yml", ".yaml", "")
NAME = re.compile(r"FRONTDESK_[A-Z_]*[A-Z]")


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_the_example_file_is_written_from_the_table() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example(), (
        "write it anew: python -m ops.settings > .env.example"
    )


def test_every_setting_that_the_code_reads_is_in_the_table() -> None:
    unknown = {}
    for path in committed_files():
        inside = path.relative_to(ROOT)
        if path.suffix not in READ or inside.parts[0] == "tests":
            continue
        for name in NAME.findall(path.read_text(encoding="utf-8")):
            if name not in SETTINGS:
                unknown[name] = str(inside)
    assert unknown == {}


def test_every_setting_is_read_somewhere() -> None:
    tables = (ROOT / "ops" / "settings.py", ROOT / ".env.example")
    used = set()
    for path in committed_files():
        room = path.relative_to(ROOT).parts[0]
        if room not in ("tests", "docs") and path not in tables and path.suffix in READ:
            used.update(NAME.findall(path.read_text(encoding="utf-8")))
    assert set(SETTINGS) - used == set()


def test_every_default_passes_its_own_check() -> None:
    for name, value in with_defaults({}).items():
        if not SETTINGS[name].optional:
            SETTINGS[name].check(value)


def test_what_is_optional_is_empty_and_nothing_is_generated_for_it() -> None:
    values = with_defaults({})
    assert all(values[s.name] == "" and not s.default for s in SETTINGS.values() if s.optional)


def test_names_are_listed_once_and_explained() -> None:
    names = [setting.name for group in settings.GROUPS for setting in group.settings]
    assert len(names) == len(set(names))
    assert all(setting.about.endswith(".") for setting in SETTINGS.values())


def test_secrets_have_no_default() -> None:
    assert all(not setting.default for setting in SETTINGS.values() if setting.secret)


def test_addresses_follow_the_ports() -> None:
    values = with_defaults({"FRONTDESK_SHOP_PORT": "9000", "FRONTDESK_ACTIONS_PORT": "9001"})
    assert values["FRONTDESK_SHOP_URL"] == "http://127.0.0.1:9000"
    assert values["FRONTDESK_ACTIONS_URL"] == "http://127.0.0.1:9001/webhook"
    assert values["FRONTDESK_WEB_ORIGINS"] == "http://127.0.0.1:9000,http://localhost:9000"


def test_databases_follow_the_folder() -> None:
    values = with_defaults({"FRONTDESK_VAR": "/srv/frontdesk"})
    assert values["FRONTDESK_SHOP_DB"] == "/srv/frontdesk/shop.db"
    assert values["FRONTDESK_WEB_DB"] == "sqlite:////srv/frontdesk/web.db"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:5055/webhook"),
        ("::", "http://[::1]:5055/webhook"),
        ("::1", "http://[::1]:5055/webhook"),
        ("10.1.2.3", "http://10.1.2.3:5055/webhook"),
    ],
)
def test_our_own_servers_are_called_where_they_listen(host: str, url: str) -> None:
    assert with_defaults({"FRONTDESK_HOST": host})["FRONTDESK_ACTIONS_URL"] == url


def test_braces_in_a_given_value_are_left_alone() -> None:
    values = with_defaults({"FRONTDESK_VAR": "/srv/{x}"})
    assert values["FRONTDESK_SHOP_DB"] == "/srv/{x}/shop.db"
