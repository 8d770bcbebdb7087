import os
import stat
from pathlib import Path

import pytest

from ops.environment import prepare
from ops.problem import Problem
from ops.settings import SETTINGS

SECRETS = [name for name, setting in SETTINGS.items() if setting.secret and not setting.optional]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def env(text: str | bytes) -> None:
    content = text.encode() if isinstance(text, str) else text
    Path(".env").write_bytes(content)


def problem(environ: dict[str, str] | None = None) -> str:
    with pytest.raises(Problem) as raised:
        prepare(environ or {})
    assert raised.value.status == 2
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_without_a_file_all_have_their_defaults() -> None:
    values = prepare({})
    assert values["FRONTDESK_RASA_PORT"] == "5005"
    assert values["FRONTDESK_TRACKER_DB"] == "var/tracker.db"
    assert all(values[name] for name in SECRETS)


def test_the_file_wins_over_defaults_and_the_environment_over_the_file() -> None:
    env("FRONTDESK_RASA_PORT=6001\nFRONTDESK_SHOP_PORT=6002\n")
    values = prepare({"FRONTDESK_SHOP_PORT": "6003"})
    assert values["FRONTDESK_RASA_PORT"] == "6001"
    assert values["FRONTDESK_SHOP_PORT"] == "6003"


def test_an_empty_value_means_the_default() -> None:
    env("FRONTDESK_RASA_PORT=\nFRONTDESK_SHOP_PORT=6002\n")
    values = prepare({"FRONTDESK_SHOP_PORT": "", "FRONTDESK_HOST": ""})
    assert values["FRONTDESK_RASA_PORT"] == "5005"
    assert values["FRONTDESK_SHOP_PORT"] == "6002"
    assert values["FRONTDESK_HOST"] == "127.0.0.1"


def test_other_variables_pass_through() -> None:
    env("export HTTPS_PROXY='http://proxy.example:3128'  # ours\n\n# a remark\n")
    values = prepare({"PATH": "/bin"})
    assert values["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert values["PATH"] == "/bin"


def test_a_file_may_begin_with_a_byte_order_mark() -> None:
    env(b"\xef\xbb\xbfFRONTDESK_RASA_PORT=6001\r\n")
    assert prepare({})["FRONTDESK_RASA_PORT"] == "6001"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# fine\n\nFRONTDESK_RASA_PORT 6001\n", 3),
        ("FRONTDESK_RASA_PORT\n", 1),
        ("A=1\n\n\n\nthis is no setting\n", 5),
        ("A='not closed\n", 1),
    ],
)
def test_a_broken_line_is_named(text: str, line: int) -> None:
    env(text)
    assert f".env line {line} is not NAME=value" in problem()


def test_a_file_in_another_encoding_is_named() -> None:
    env("A=1\nSHOP=Café\n".encode("latin-1"))
    assert ".env line 2: not UTF-8 text" in problem()


def test_a_folder_in_place_of_the_file_is_named() -> None:
    Path(".env").mkdir()
    assert ".env cannot be read" in problem()


def test_an_unknown_setting_is_refused_with_the_likely_one() -> None:
    env("A=1\nFRONTDESK_RASA_PROT=6001\n")
    text = problem()
    assert ".env line 2: there is no setting FRONTDESK_RASA_PROT." in text
    assert "Did you mean FRONTDESK_RASA_PORT?" in text


def test_an_unknown_variable_of_the_environment_is_only_mentioned(
    capsys: pytest.CaptureFixture[str],
) -> None:
    prepare({"FRONTDESK_RASA_PROT": "1", "FRONTDESK_SERVICE_0_CLUSTER_NAME": "x"})
    said = capsys.readouterr().out
    assert "FRONTDESK_RASA_PROT" in said
    assert "CLUSTER" not in said


def test_a_bad_value_is_named_with_its_place_and_what_it_must_be() -> None:
    env("\nFRONTDESK_RASA_PORT=many\n")
    text = problem()
    assert ".env line 2: FRONTDESK_RASA_PORT is 'many' but must be a whole number" in text
    env("")
    text = problem({"FRONTDESK_WEB_RATE": "fast"})
    assert "the environment: FRONTDESK_WEB_RATE is 'fast' but must be" in text


def test_a_bad_secret_is_not_shown() -> None:
    env("FRONTDESK_WEB_SECRET=hunter2\n")
    text = problem()
    assert "FRONTDESK_WEB_SECRET must be 32 or more characters" in text
    assert "hunter2" not in text


def test_secrets_are_generated_once_and_kept_for_the_owner_only() -> None:
    first, second = prepare({}), prepare({})
    assert [first[name] for name in SECRETS] == [second[name] for name in SECRETS]
    assert len({first[name] for name in SECRETS}) == len(SECRETS)
    for name in SECRETS:
        SETTINGS[name].check(first[name])
    path = Path("var/secrets.env")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path("var").stat().st_mode) == 0o700


def test_secrets_are_never_printed(capfd: pytest.CaptureFixture[str]) -> None:
    values = prepare({})
    said = "".join(capfd.readouterr())
    assert not any(values[name] in said for name in SECRETS)


def test_only_missing_secrets_are_generated() -> None:
    given = "given-by-the-operator-0123456789-abcdef"
    assert prepare({"FRONTDESK_WEB_SECRET": given})["FRONTDESK_WEB_SECRET"] == given
    kept = Path("var/secrets.env").read_text()
    assert "FRONTDESK_WEB_SECRET" not in kept
    assert "FRONTDESK_SEAL_SECRET" in kept
    before = prepare({"FRONTDESK_WEB_SECRET": given})["FRONTDESK_SEAL_SECRET"]
    assert prepare({})["FRONTDESK_SEAL_SECRET"] == before


def test_a_readable_secrets_file_is_closed_to_others() -> None:
    prepare({})
    path = Path("var/secrets.env")
    path.chmod(0o644)
    prepare({})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_secret_is_named_not_replaced() -> None:
    prepare({})
    path = Path("var/secrets.env")
    path.write_text("FRONTDESK_WEB_SECRET=short\n")
    text = problem()
    assert "var/secrets.env: FRONTDESK_WEB_SECRET" in text
    assert path.read_text() == "FRONTDESK_WEB_SECRET=short\n"


def test_a_folder_that_cannot_be_made_is_named() -> None:
    Path("taken").write_text("a file")
    assert "FRONTDESK_VAR=taken/var cannot be made" in problem({"FRONTDESK_VAR": "taken/var"})


def test_the_file_can_be_left_out() -> None:
    env("FRONTDESK_RASA_PORT=6001\n")
    assert prepare({}, env_file=None)["FRONTDESK_RASA_PORT"] == "5005"


def test_the_process_s_own_environment_is_left_alone() -> None:
    before = dict(os.environ)
    prepare({"FRONTDESK_RASA_PORT": "6001"})
    assert dict(os.environ) == before
