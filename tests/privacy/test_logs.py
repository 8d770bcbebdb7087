"""Logs of real loggers: nothing secret or personal gets into them, everything else does."""

from __future__ import annotations

import io
import logging
import uuid
from collections.abc import Iterator

import pytest
import structlog
import uvicorn.logging
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacy.logs import LogMask, install_log_masking, mask_log_event

CARD = "4111 1111 1111 1111"
SECRETS = (CARD, "hunter2", "123-45-6789", "anna@example.com", "+49 170 1234567")


class Log:
    """A logger of its own with what it wrote."""

    def __init__(self, formatter: logging.Formatter, name: str) -> None:
        self.stream = io.StringIO()
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(formatter)
        self.logger = logging.getLogger(name)
        self.logger.handlers = [handler]
        self.logger.propagate = False
        self.logger.setLevel(logging.DEBUG)

    @property
    def text(self) -> str:
        return self.stream.getvalue()


@pytest.fixture(autouse=True)
def undone() -> Iterator[None]:
    """Leave the process's logging as it was."""
    factory = logging.getLogRecordFactory()
    handlers = [
        handler
        for name in (None, *logging.root.manager.loggerDict)
        for handler in logging.getLogger(name).handlers
    ]
    filters = [(handler, list(handler.filters)) for handler in handlers]
    was_configured, config = structlog.is_configured(), structlog.get_config()
    yield
    logging.setLogRecordFactory(factory)
    for handler, before in filters:
        handler.filters = before
    if was_configured:
        structlog.configure(**config)
    else:
        structlog.reset_defaults()


@pytest.fixture
def log() -> Log:
    made = Log(logging.Formatter("%(levelname)s %(message)s"), f"test.{uuid.uuid4()}")
    install_log_masking()
    return made


def test_the_message_is_masked(log: Log) -> None:
    log.logger.info("user wrote: my password is hunter2, card %s", CARD)
    assert log.text == "INFO user wrote: my password is [password], card [card number]\n"


def test_a_secret_split_between_message_and_arguments_is_masked(log: Log) -> None:
    log.logger.info("password is %s", "hunter2")
    log.logger.info("%(what)s: %(value)r", {"what": "password", "value": "hunter2"})
    log.logger.info("card %d", 4111111111111111)
    assert "hunter2" not in log.text
    assert "4111" not in log.text


def test_personal_data_and_tokens_are_masked(log: Log) -> None:
    log.logger.info("code for %s, called from %s", "anna@example.com", "+49 170 1234567")
    log.logger.info("headers: Authorization: Bearer abcdef.123456")
    assert log.text == (
        "INFO code for [e-mail], called from [phone]\nINFO headers: Authorization: Bearer [token]\n"
    )


def test_an_innocent_line_is_untouched(log: Log) -> None:
    log.logger.info("tracker now has %d events, %.2f s", 14, 0.5)
    assert log.text == "INFO tracker now has 14 events, 0.50 s\n"


def test_objects_in_arguments_are_masked(log: Log) -> None:
    log.logger.info("event %s", {"text": "my password is hunter2", "n": 1})
    assert "hunter2" not in log.text
    assert "'n': 1" in log.text


def test_an_exception_is_masked_with_its_traceback_kept(log: Log) -> None:
    try:
        raise ValueError(f"cannot read 'my password is hunter2' {CARD}")
    except ValueError:
        log.logger.exception("failed")
    assert "hunter2" not in log.text
    assert "4111" not in log.text
    assert "ERROR failed\nTraceback" in log.text
    assert "ValueError: cannot read 'my password is [password]' [card number]" in log.text


def test_an_innocent_exception_is_complete(log: Log) -> None:
    try:
        raise KeyError("slot")
    except KeyError:
        log.logger.exception("failed")
    assert "KeyError: 'slot'" in log.text
    assert "test_logs.py" in log.text


def test_chained_exceptions_are_masked(log: Log) -> None:
    try:
        try:
            raise ValueError("pw: hunter2")
        except ValueError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        log.logger.exception("failed")
    assert "hunter2" not in log.text
    assert "RuntimeError: outer" in log.text


def test_a_wrong_format_string_loses_nothing_and_leaks_nothing(
    log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    log.logger.info("two %s places %s", "password is hunter2")
    captured = capsys.readouterr()
    assert "hunter2" not in log.text + captured.err + captured.out
    assert "INFO two %s places %s" in log.text


def test_a_handler_added_later_gets_masked_records(log: Log) -> None:
    late = io.StringIO()
    log.logger.addHandler(logging.StreamHandler(late))
    log.logger.info("my password is hunter2")
    assert late.getvalue() == "my password is [password]\n"


def test_extra_fields_are_masked() -> None:
    log = Log(logging.Formatter("%(request)s %(status)s"), f"test.{uuid.uuid4()}")
    install_log_masking()
    log.logger.info("", extra={"request": "GET /?email=anna@example.com", "status": 200})
    assert log.text == "GET /?email=[e-mail] 200\n"


def test_the_access_log_of_the_web_server_still_formats() -> None:
    formatter = uvicorn.logging.AccessFormatter(
        '%(client_addr)s - "%(request_line)s" %(status_code)s', use_colors=False
    )
    log = Log(formatter, "uvicorn.access")
    install_log_masking()
    log.logger.info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/o?email=anna@example.com", "1.1", 200
    )
    assert log.text == '127.0.0.1:1 - "GET /o?email=[e-mail] HTTP/1.1" 200 OK\n'


def test_installing_twice_installs_once(log: Log) -> None:
    factory = logging.getLogRecordFactory()
    install_log_masking()
    assert logging.getLogRecordFactory() is factory
    assert sum(isinstance(f, LogMask) for f in log.logger.handlers[0].filters) == 1
    assert structlog.get_config()["processors"].count(mask_log_event) == 1


def test_the_filter_alone_masks_and_passes_everything() -> None:
    record = logging.makeLogRecord({"msg": "pw: %s", "args": ("hunter2",), "note": CARD})
    assert LogMask().filter(record) is True
    assert record.getMessage() == "pw: [password]"
    assert record.note == "[card number]"  # type: ignore[attr-defined]


def test_structured_events_are_masked_deeply() -> None:
    event = {
        "event": "message.received",
        "user_text": "123456",
        "slots": {"email": "anna@example.com", "list": ["my password is hunter2", 3]},
        "count": 3,
        "confidence": 0.5,
    }
    assert mask_log_event(None, "info", event) == {
        "event": "message.received",
        "user_text": "[one-time code]",
        "slots": {"email": "[e-mail]", "list": ["my password is [password]", 3]},
        "count": 3,
        "confidence": 0.5,
    }


def test_structlog_output_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()
    install_log_masking()
    structlog.get_logger().info("turn", text="my password is hunter2")
    written = capsys.readouterr().out
    assert "hunter2" not in written
    assert "[password]" in written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(SECRETS),
    st.text(alphabet=st.characters(blacklist_categories=("Nd", "Nl", "No", "Cs")), max_size=30),
)
def test_nothing_planted_gets_into_a_log(secret: str, around: str) -> None:
    log = Log(logging.Formatter("%(message)s"), "test.planted")
    install_log_masking()
    said = f"{around}\npassword is {secret}" if secret == "hunter2" else f"{around} {secret}"
    log.logger.info(said)
    log.logger.info("%s", said)
    log.logger.info("%r", {"text": said})
    try:
        raise ValueError(said)
    except ValueError:
        log.logger.exception("failed: %s", said)
    assert secret not in log.text
