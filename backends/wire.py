"""Between JSON and the models: strict about types, and silent about values.

`decode` takes what came over the wire and gives a model or an `Unreadable` that says where and
what was expected; never what was found, for that may be personal. Unknown fields are ignored, so
that a shop may add some; a field that may be null may also be left out.

Own code, because the pydantic that Rasa allows (1.10) turns "12" and 12.7 into 12 and numbers into
dates: with money and dates that is worse than a refusal.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import types
import typing
from datetime import date, datetime, timezone
from typing import Any, TypeVar

T = TypeVar("T")

# RFC 3339 with the offset required; digits past the microsecond are cut off.
_DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Unreadable(ValueError):
    """What came over the wire is not what the contract promises; the message holds no values."""


def decode(kind: type[T], value: object, where: str = "$") -> T:
    """Read parsed JSON as `kind`.

    Args:
        kind: a dataclass, str, int, float, bool, datetime, date, Literal, `X | None`,
            `tuple[X, ...]` or `dict[str, X]`, nested in any way; `object` leaves what is there.
        value: what `json.loads` gave.
        where: the path of `value`, for the message.

    Raises:
        Unreadable: it is not that.
    """
    result: T = _decode(kind, value, where)
    return result


def encode(value: object) -> Any:
    """The JSON-ready form of a model: what `decode` reads back to an equal one.

    Half a surrogate pair, which a stranger can send and UTF-8 cannot carry, becomes U+FFFD.

    Raises:
        TypeError: the value (or something in it) has no such form, such as a naive datetime.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a naive datetime cannot be sent: give it a time zone")
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [encode(part) for part in value]
    if isinstance(value, dict):
        return {encode(str(name)): encode(part) for name, part in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    raise TypeError(f"a {type(value).__name__} has no JSON form")


def _decode(kind: Any, value: object, where: str) -> Any:
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, value, where)
    if kind is object:
        return value
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _decode_optional(arguments, value, where)
    if origin is typing.Literal:
        if not isinstance(value, str) or value not in arguments:
            raise Unreadable(f"{where}: expected one of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise _wrong(where, "a list", value)
        return tuple(_decode(arguments[0], v, f"{where}[{i}]") for i, v in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise _wrong(where, "an object", value)
        # The keys are data too, so they stay out of the path.
        return {str(k): _decode(arguments[1], v, f"{where}[*]") for k, v in value.items()}
    return _decode_scalar(kind, value, where)


def _decode_dataclass(kind: Any, value: object, where: str) -> Any:
    if not isinstance(value, dict):
        raise _wrong(where, "an object", value)
    arguments: dict[str, Any] = {}
    for name, hint, required in _fields(kind):
        if name in value:
            arguments[name] = _decode(hint, value[name], f"{where}.{name}")
        elif _nullable(hint):
            arguments[name] = None
        elif required:
            raise Unreadable(f"{where}.{name}: missing")
    return kind(**arguments)


def _decode_optional(arguments: tuple[Any, ...], value: object, where: str) -> Any:
    if value is None and types.NoneType in arguments:
        return None
    rest = [a for a in arguments if a is not types.NoneType]
    if len(rest) != 1:
        raise TypeError(f"{where}: a union of several types cannot be read unambiguously")
    return _decode(rest[0], value, where)


def _decode_scalar(kind: Any, value: object, where: str) -> Any:
    if kind in (str, bool):
        if not isinstance(value, kind):
            raise _wrong(where, {str: "a string", bool: "true or false"}[kind], value)
        return value
    if kind is int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong(where, "a whole number", value)
        return value
    if kind is float:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise _wrong(where, "a number", value)
        return float(value)
    if kind is datetime:
        return _decode_datetime(value, where)
    if kind is date:
        return _decode_date(value, where)
    raise TypeError(f"{where}: {kind!r} cannot be read from JSON")


def _decode_datetime(value: object, where: str) -> datetime:
    expected = "a time with its offset, such as 2024-05-01T09:30:00Z"
    match = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _wrong(where, expected, value)
    day, time, fraction, offset = match.groups()
    offset = "+00:00" if offset in "Zz" else offset
    try:
        parsed = datetime.fromisoformat(f"{day}T{time}.{(fraction or '0').ljust(6, '0')}{offset}")
        return parsed.astimezone(timezone.utc)
    except (ValueError, OverflowError):  # such as a 30th of February, or year 1 before UTC's
        raise _wrong(where, expected, value) from None


def _decode_date(value: object, where: str) -> date:
    expected = "a day, such as 2024-05-01"
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise _wrong(where, expected, value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _wrong(where, expected, value) from None


def _wrong(where: str, expected: str, value: object) -> Unreadable:
    return Unreadable(f"{where}: expected {expected}, got {_json_name(value)}")


def _json_name(value: object) -> str:
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (types.NoneType, "null"),
        (bool, "a boolean"),
        ((int, float), "a number"),
        (str, "another string"),
        (list, "a list"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "an object")


@functools.cache
def _fields(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    hints = typing.get_type_hints(kind)
    return tuple(
        (
            f.name,
            hints[f.name],
            f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING,
        )
        for f in dataclasses.fields(kind)
    )


def _nullable(hint: Any) -> bool:
    return types.NoneType in typing.get_args(hint)
