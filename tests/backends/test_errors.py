from __future__ import annotations

import pytest

from backends import errors

EVERY = [
    errors.BackendUnavailable(),
    errors.NotFound(),
    errors.InvalidInput(),
    errors.Conflict(),
    errors.TooManyRequests(retry_after=3.0),
    errors.WrongCode(attempts_left=2),
    errors.CodeExpired(),
    errors.CodeLocked(retry_after=900.0),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_each_is_a_backend_error_with_code_and_message(error: errors.BackendError) -> None:
    assert isinstance(error, errors.BackendError)
    assert error.code
    assert error.code != "error"
    assert error.message
    assert error.message in str(error)
    assert error.code in str(error)


def test_codes_tell_the_errors_apart() -> None:
    assert len({error.code for error in EVERY}) == len(EVERY)


def test_the_shops_own_code_and_message_are_kept() -> None:
    error = errors.Conflict("The key was used.", code="idempotency_key_reused")
    assert (error.code, error.message) == ("idempotency_key_reused", "The key was used.")
