"""Keeping secrets and personal data out of logs, whatever code writes them.

`install_log_masking()` is called once at the start of every process. From then on each log record
is masked as it is created, before any handler sees it: its message with the arguments filled in,
and the text of its exception.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog

from privacy.mask import mask_secrets
from privacy.personal import mask_personal

# Its formatter reads the arguments one by one, so they must stay what they are.
_ARGUMENTS_NEEDED = frozenset({"uvicorn.access"})
_TOKEN = re.compile(r"\b(bearer|basic)\s{1,3}[a-z0-9._~+/=\-]{8,}", re.IGNORECASE)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
# How deep structures inside structured log events are searched.
_MAX_DEPTH = 6


def mask_log_text(text: str) -> str:
    """Mask secrets, personal data and authorization headers in a line for a log."""
    return mask_personal(mask_secrets(_TOKEN.sub(r"\1 [token]", text)).text)


class LogMask(logging.Filter):
    """A logging filter that masks every record and lets all pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place.

        Args:
            record: its message, arguments, exception text, stack and extra fields are masked.

        Returns:
            True: nothing is held back.
        """
        _mask_record(record)
        for name, value in vars(record).items():
            if name not in _STANDARD and isinstance(value, str):
                setattr(record, name, mask_log_text(value))
        return True


def mask_log_event(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor that masks every text of an event, nested ones as well.

    Args:
        logger: the wrapped logger, unused.
        method: the name of the called method, unused.
        event: the event's fields.

    Returns:
        The same event, its texts masked.
    """
    for name in list(event):
        event[name] = _mask_value(event[name], _MAX_DEPTH)
    return event


def install_log_masking() -> None:
    """Mask all logging of this process from now on.

    May be called again, for instance after a server has configured logging anew: what is already
    installed is not installed twice.
    """
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, _MaskingFactory):
        logging.setLogRecordFactory(_MaskingFactory(factory))
    # Extra fields are set after the record was created; only handlers see them.
    for name in (None, *logging.root.manager.loggerDict):
        for handler in logging.getLogger(name).handlers:
            if not any(isinstance(present, LogMask) for present in handler.filters):
                handler.addFilter(LogMask())
    processors = structlog.get_config()["processors"]
    if mask_log_event not in processors:
        structlog.configure(processors=[mask_log_event, *processors])


class _MaskingFactory:
    """Creates log records with the factory that was there before, and masks them."""

    def __init__(self, factory: Callable[..., logging.LogRecord]) -> None:
        self._factory = factory

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._factory(*args, **kwargs)
        _mask_record(record)
        return record


def _mask_record(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except Exception:
        # A format string that does not fit its arguments. Left alone, logging would print both,
        # unmasked, to stderr; like this they are logged.
        message = f"{record.msg} {record.args!r}"
        record.msg, record.args = message, ()
    masked = mask_log_text(message)
    if masked != message:
        if record.name in _ARGUMENTS_NEEDED and isinstance(record.args, tuple):
            record.args = tuple(
                mask_log_text(value) if isinstance(value, str) else value for value in record.args
            )
        else:
            record.msg, record.args = masked, ()
    if record.exc_info and record.exc_info[0] is not None:
        text = record.exc_text or logging.Formatter().formatException(record.exc_info)
        record.exc_text = mask_log_text(text)
        if record.exc_text != text:
            # A formatter of its own kind would print the exception itself again.
            record.exc_info = None
    elif record.exc_text:
        record.exc_text = mask_log_text(record.exc_text)
    if record.stack_info:
        record.stack_info = mask_log_text(record.stack_info)


def _mask_value(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return mask_log_text(value)
    if depth and isinstance(value, Mapping):
        return {key: _mask_value(item, depth - 1) for key, item in value.items()}
    if depth and isinstance(value, (list, tuple)):
        return [_mask_value(item, depth - 1) for item in value]
    return value
