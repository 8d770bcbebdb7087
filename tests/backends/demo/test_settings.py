import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from backends.demo.settings import Settings, SettingsError
from tests.support.shop import ROOT, free_port, running_shop

TOKEN = {"FRONTDESK_SHOP_TOKEN": "a-token-of-20-letters"}


def start(**environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if "FRONTDESK" not in name}
    return subprocess.run(
        [sys.executable, "-m", "backends.demo"],
        cwd=ROOT,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )


def the_one_line(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 1
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    return line


def test_defaults():
    settings = Settings.from_environ(TOKEN)
    assert (settings.host, settings.port) == ("127.0.0.1", 8090)
    assert settings.public_url == "http://127.0.0.1:8090"
    assert settings.chat_url == "http://127.0.0.1:5005"
    assert settings.database == Path("var/shop.db")
    assert TOKEN["FRONTDESK_SHOP_TOKEN"] not in repr(settings)


def test_empty_is_unset():
    assert Settings.from_environ({**TOKEN, "FRONTDESK_SHOP_PORT": ""}).port == 8090


def test_everything_set():
    settings = Settings.from_environ(
        {
            **TOKEN,
            "FRONTDESK_HOST": "::1",
            "FRONTDESK_SHOP_PORT": "9999",
            "FRONTDESK_CHAT_URL": "https://chat.example.com/",
            "FRONTDESK_SHOP_HOURS": "Sat-Sun 10:00-12:00",
        }
    )
    assert settings.public_url == "http://[::1]:9999"
    assert settings.chat_url == "https://chat.example.com"
    assert settings.hours.days == {5, 6}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRONTDESK_SHOP_TOKEN", "short"),
        ("FRONTDESK_SHOP_PORT", "many"),
        ("FRONTDESK_SHOP_PORT", "0"),
        ("FRONTDESK_SHOP_PORT", "65536"),
        ("FRONTDESK_SHOP_PORT", "²"),
        ("FRONTDESK_SHOP_URL", "127.0.0.1:8090"),
        ("FRONTDESK_SHOP_URL", "http://[half"),
        ("FRONTDESK_CHAT_URL", "javascript:alert(1)"),
        ("FRONTDESK_CHAT_URL", "http://x; script-src *"),
        ("FRONTDESK_SHOP_HOURS", "always"),
    ],
)
def test_what_cannot_be_used_is_named(name, value):
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.from_environ({**TOKEN, name: value})
    assert "\n" not in str(caught.value)


def test_no_token_is_one_clear_line():
    line = the_one_line(start())
    assert "FRONTDESK_SHOP_TOKEN" in line


def test_a_taken_port_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run = start(**TOKEN, FRONTDESK_SHOP_PORT=port, FRONTDESK_SHOP_DB=str(tmp_path / "shop.db"))
    line = the_one_line(run)
    assert port in line
    assert "taken" in line
    assert not (tmp_path / "shop.db").exists()


@pytest.mark.parametrize("content", [b"this is no database, but it is long enough to be one", b""])
def test_an_unusable_database_is_one_clear_line(tmp_path, content):
    path = tmp_path / "shop.db"
    if content:
        path.write_bytes(content * 100)
    else:
        path.mkdir()
    run = start(**TOKEN, FRONTDESK_SHOP_PORT=str(free_port()), FRONTDESK_SHOP_DB=str(path))
    line = the_one_line(run)
    assert str(path) in line
    assert "FRONTDESK_SHOP_DB" in line


def test_an_address_of_another_machine_is_one_clear_line(tmp_path):
    run = start(
        **TOKEN,
        FRONTDESK_HOST="192.0.2.1",
        FRONTDESK_SHOP_PORT=str(free_port()),
        FRONTDESK_SHOP_DB=str(tmp_path / "shop.db"),
    )
    assert "192.0.2.1" in the_one_line(run)


def test_a_restart_keeps_the_data_and_the_secrets_out_of_the_log(tmp_path):
    headers = {"Idempotency-Key": "before-the-restart"}
    body = {"email": "anna.berg@example.com"}
    with running_shop(tmp_path) as shop:
        url = f"{shop.url}/api/v1/accounts/codes"
        first = httpx.post(url, json=body, headers=shop.headers | headers)
        code = shop.latest_code("anna.berg@example.com")
        shop.stop()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{shop.url}/health")
        shop.start()
        second = httpx.post(url, json=body, headers=shop.headers | headers)
        assert second.json() == first.json()
        httpx.post(
            f"{shop.url}/api/v1/accounts/password-resets",
            json=body,
            headers=shop.headers | {"Idempotency-Key": "another-key"},
        ).raise_for_status()
        link = shop.latest_link("anna.berg@example.com")
        assert httpx.get(link).status_code == 200
        log = shop.log.read_text()
    for secret in (shop.token, code, link.rsplit("/", 1)[1], "anna"):
        assert secret not in log
