from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from backends import errors
from backends.answers import MAX_PAUSE, Answer, read_model, refusal
from backends.models import Order, Ticket
from tests.backends.samples import ORDER, TICKET


def answer(status: int, body: object, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, headers or {}, json.dumps(body).encode())


def refuses(
    status: int,
    code: str,
    details: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    error: dict[str, Any] = {"code": code, "message": "Told to refuse."}
    if details is not None:
        error["details"] = details
    return answer(status, {"error": error}, headers)


def test_a_good_answer_is_the_model() -> None:
    assert read_model(Ticket, answer(201, TICKET)).number == "T-100123"


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>It works!</html>", b'{"number": "100', b"\xff\xfe", b"null", b"[]", b"{}"],
)
def test_an_unreadable_answer_is_no_answer(content: bytes) -> None:
    with pytest.raises(errors.BackendUnavailable) as caught:
        read_model(Order, Answer(200, {}, content))
    assert caught.value.code == "unreadable_answer"
    assert caught.value.__cause__ is not None


def test_a_very_deep_answer_is_no_answer() -> None:
    with pytest.raises(errors.BackendUnavailable):
        read_model(Order, Answer(200, {}, b"[" * 200_000))


def test_an_unreadable_answer_is_not_repeated_in_the_error() -> None:
    body = ORDER | {"placed_at": "anna.berg@example.com"}
    with pytest.raises(errors.BackendUnavailable) as caught:
        read_model(Order, answer(200, body))
    assert "$.placed_at" in caught.value.message
    assert "anna" not in caught.value.message


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "unreadable", errors.InvalidInput),
        (413, "too_large", errors.InvalidInput),
        (422, "invalid_input", errors.InvalidInput),
        (404, "not_found", errors.NotFound),
        (409, "idempotency_key_reused", errors.Conflict),
        (410, "code_expired", errors.CodeExpired),
        (418, "teapot", errors.InvalidInput),
    ],
)
def test_a_refusal_is_typed_and_final(
    status: int, code: str, kind: type[errors.BackendError]
) -> None:
    refused = refusal(refuses(status, code))
    assert type(refused.error) is kind
    assert refused.error.code == code
    assert refused.error.message == "Told to refuse."
    assert refused.pause is None


def test_a_wrong_code_tells_the_attempts_left() -> None:
    error = refusal(refuses(403, "wrong_code", {"attempts_left": 3})).error
    assert isinstance(error, errors.WrongCode)
    assert error.attempts_left == 3


@pytest.mark.parametrize("left", [None, "3", -1, True, 1.5])
def test_a_wrong_code_without_attempts_left_breaks_the_contract(left: object) -> None:
    error = refusal(refuses(403, "wrong_code", {"attempts_left": left})).error
    assert isinstance(error, errors.BackendUnavailable)
    assert "attempts_left" in error.message


def test_a_lock_tells_how_long_and_is_never_waited_out() -> None:
    refused = refusal(refuses(429, "code_locked", headers={"retry-after": "1"}))
    assert isinstance(refused.error, errors.CodeLocked)
    assert refused.error.retry_after == 1.0
    assert refused.pause is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("999999999", 86_400.0),
        ("soon", 60.0),
        ("nan", 60.0),
        ("inf", 60.0),
        ("", 60.0),
    ],
)
def test_retry_after_in_seconds(header: str, seconds: float) -> None:
    error = refusal(refuses(429, "too_many_requests", headers={"retry-after": header})).error
    assert isinstance(error, errors.TooManyRequests)
    assert error.retry_after == seconds


def test_retry_after_as_a_date() -> None:
    at = datetime.now(timezone.utc) + timedelta(seconds=90)
    header = {"retry-after": format_datetime(at, usegmt=True)}
    error = refusal(refuses(429, "too_many_requests", headers=header)).error
    assert isinstance(error, errors.TooManyRequests)
    assert error.retry_after == pytest.approx(90.0, abs=5.0)


@pytest.mark.parametrize(
    ("seconds", "pause"), [("1", 1.0), (str(MAX_PAUSE), MAX_PAUSE), (str(MAX_PAUSE + 1), None)]
)
def test_only_a_short_retry_after_is_waited_out(seconds: str, pause: float | None) -> None:
    headers = {"retry-after": seconds}
    assert refusal(refuses(429, "too_many_requests", headers=headers)).pause == pause
    assert refusal(refuses(503, "unavailable", headers=headers)).pause == pause


def test_a_limit_of_some_gateway_counts_without_the_error_shape() -> None:
    error = refusal(Answer(429, {"retry-after": "7"}, b"<html>slow down</html>")).error
    assert isinstance(error, errors.TooManyRequests)
    assert error.retry_after == 7.0


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"error": {"code": "not_found"}}'])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_shop_may_be_asked_again(status: int, content: bytes) -> None:
    refused = refusal(Answer(status, {}, content))
    assert isinstance(refused.error, errors.BackendUnavailable)
    assert refused.pause == 0.0


def test_a_first_try_that_still_runs_may_be_repeated() -> None:
    refused = refusal(refuses(409, "idempotency_in_progress"))
    assert isinstance(refused.error, errors.BackendUnavailable)
    assert refused.pause == 0.0


def test_a_refused_token_tells_the_operator_what_to_mend() -> None:
    refused = refusal(Answer(401, {}, b"<html>no</html>"))
    assert isinstance(refused.error, errors.BackendUnavailable)
    assert "FRONTDESK_SHOP_TOKEN" in refused.error.message
    assert refused.pause is None


@pytest.mark.parametrize(
    "body",
    [
        "<html>404 from a proxy</html>",
        {},
        {"error": "not_found"},
        {"error": {"code": "Not Found", "message": "x"}},
        {"error": {"code": "not_found"}},
        {"error": {"code": 404, "message": "x"}},
    ],
)
def test_a_404_outside_the_error_shape_says_nothing_about_an_order(body: object) -> None:
    error = refusal(answer(404, body)).error
    assert isinstance(error, errors.BackendUnavailable)
    assert error.code == "unreadable_answer"


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_no_answer(status: int) -> None:
    error = refusal(Answer(status, {"location": "https://elsewhere.example"}, b"")).error
    assert isinstance(error, errors.BackendUnavailable)


def test_the_faulty_fields_are_named() -> None:
    fields = [{"field": "body.email", "problem": "no e-mail"}, {"field": 5}, "noise"]
    error = refusal(refuses(422, "invalid_input", {"fields": fields})).error
    assert error.message == "Told to refuse. [body.email]"


def test_a_long_message_is_cut() -> None:
    body = {"error": {"code": "invalid_input", "message": "x" * 10_000}}
    assert len(refusal(answer(422, body)).error.message) <= 200
