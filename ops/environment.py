"""Read `.env` and the environment into the settings that every process gets."""

from __future__ import annotations

import difflib
import io
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from ops.lock import exclusive
from ops.problem import Problem, say
from ops.settings import PREFIX, SETTINGS, with_defaults

ENV_FILE = Path(".env")
SECRETS_FILE = "secrets.env"


@dataclass(frozen=True)
class _Given:
    """One setting as somebody wrote it, and where."""

    value: str
    place: str


def prepare(
    environ: Mapping[str, str] = os.environ, env_file: Path | None = ENV_FILE
) -> dict[str, str]:
    """Give the whole environment for our processes, in the current folder (the checkout).

    `.env` first, `environ` over it, defaults below, secrets generated where none is given.
    Raises Problem when `.env` or a value is wrong.
    """
    in_file = _read(env_file) if env_file else {}
    for name, given in in_file.items():
        if name.startswith(PREFIX) and name not in SETTINGS:
            raise Problem(
                f"{given.place}: there is no setting {name}.{_suggestion(name)} "
                ".env.example lists them all.",
                status=2,
            )
    for name in environ:
        # Not an error: orchestrators put variables of their own under any prefix.
        if name.startswith(PREFIX) and name not in SETTINGS and _suggestion(name):
            say(
                f"Frontdesk: the environment's {name} is no setting and is ignored."
                f"{_suggestion(name)}"
            )
    given_all = dict(in_file)
    given_all.update(
        (name, _Given(value, "the environment"))
        for name, value in environ.items()
        if value or name not in in_file
    )
    for name, setting in SETTINGS.items():
        if setting.also in given_all and name not in given_all:
            given_all[name] = given_all[setting.also]
    for name, given in given_all.items():
        if name not in SETTINGS or not given.value:
            continue
        try:
            SETTINGS[name].check(given.value)
        except ValueError as error:
            shown = "" if SETTINGS[name].secret else f" is '{given.value}' but"
            raise Problem(
                f"{given.place}: {name}{shown} {error}. Correct it and start again.", status=2
            ) from None
    values = with_defaults({name: given.value for name, given in given_all.items()})
    var = Path(values["FRONTDESK_VAR"])
    _make_private(var)
    values.update(_secrets(var, values))
    others = {name: given.value for name, given in given_all.items() if name not in SETTINGS}
    return {**others, **values}


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.75)
    return f" Did you mean {close[0]}?" if close else ""


def _read(path: Path) -> dict[str, _Given]:
    """Read a file of NAME=value lines; none at all when it is missing. Raises Problem."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Problem(
            f"{path} line {line}: not UTF-8 text. Save the file as UTF-8 and start again.",
            status=2,
        ) from None
    except OSError as error:
        raise Problem(
            f"{path} cannot be read ({error.strerror}). Mend that and start again.", status=2
        ) from None
    places: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        # The parser counts blank lines before a binding as part of it.
        blank = len(binding.original.string) - len(binding.original.string.lstrip("\r\n"))
        line = binding.original.line + binding.original.string[:blank].count("\n")
        if binding.error or (binding.key is not None and binding.value is None):
            raise Problem(
                f"{path} line {line} is not NAME=value. Correct the line, or put # before it, "
                "and start again.",
                status=2,
            )
        if binding.key is not None:
            places[binding.key] = f"{path} line {line}"
    values = dotenv_values(stream=io.StringIO(text))
    return {name: _Given(values[name] or "", place) for name, place in places.items()}


def _make_private(var: Path) -> None:
    """Make the folder of run-time data, readable by its owner only. Raises Problem."""
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        (var / "logs").mkdir(exist_ok=True)
    except OSError as error:
        raise Problem(
            f"FRONTDESK_VAR={var} cannot be made or written ({error.strerror}). Mend that, or "
            "choose another folder, and start again.",
            status=2,
        ) from None


def _secrets(var: Path, values: Mapping[str, str]) -> dict[str, str]:
    """Give the secrets that `values` lacks: those kept in `var`, or new ones, kept from now on."""
    missing = [name for name, setting in SETTINGS.items() if setting.secret and name not in values]
    if not missing:
        return {}
    path = var / SECRETS_FILE
    with exclusive(var / "secrets.lock"):
        kept = {name: given.value for name, given in _read(path).items() if given.value}
        with suppress(FileNotFoundError):
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                path.chmod(0o600)
        new: dict[str, str] = {}
        for name in missing:
            try:
                SETTINGS[name].check(kept.get(name, ""))
            except ValueError as error:
                if name in kept:
                    raise Problem(
                        f"{path}: {name} {error}. Delete its line there and start again: a new "
                        "one is generated.",
                        status=2,
                    ) from None
                new[name] = secrets.token_urlsafe(32)
        if new:
            kept.update(new)
            _write(path, kept)
    return {name: kept[name] for name in missing}


def _write(path: Path, kept: Mapping[str, str]) -> None:
    """Write the secrets whole or not at all, for their owner's eyes only."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as lines:
        lines.write("# Generated by Frontdesk because .env names none. Keep this file secret.\n")
        lines.writelines(f"{name}={value}\n" for name, value in kept.items())
    new.replace(path)
