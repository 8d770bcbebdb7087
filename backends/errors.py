"""What can go wrong at a backend, as types that an action can turn into words.

No error carries personal data or secrets: `message` comes from the shop and names the cause,
never the customer. Times are in seconds.
"""

from __future__ import annotations


class BackendError(Exception):
    """Base of everything that a backend client raises.

    Attributes:
        code: the machine-readable code of the contract's error shape, such as `not_found`.
        message: the cause in words, for logs and developers; not meant for customers.
    """

    default_code = "error"
    default_message = "the backend refused the request"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        self.code = code or self.default_code
        self.message = message or self.default_message
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"


class BackendUnavailable(BackendError):
    """No usable answer: no connection, time-out, 5xx after retries, open circuit, unreadable.

    It is also raised when the shop refuses our own credentials: the customer can do nothing
    about that, and `message` tells the operator what to mend.

    Attributes:
        undone: whether the request surely was not carried out; otherwise nobody knows.
    """

    default_code = "unavailable"
    default_message = "the backend did not answer"

    def __init__(self, message: str = "", *, code: str = "", undone: bool = False) -> None:
        super().__init__(message, code=code)
        self.undone = undone


class NotOffered(BackendError):
    """This shop's system has nothing for it, or we may not use it: a person has to do it.

    Nothing was done, and asking again does not help. `message` says why, for the operator.
    """

    default_code = "not_offered"
    default_message = "the shop's system does not offer it"


class NotFound(BackendError):
    """It does not exist, or it is not this customer's: the two are never told apart."""

    default_code = "not_found"
    default_message = "not found"


class InvalidInput(BackendError):
    """The request itself is wrong, and sending it again will not help."""

    default_code = "invalid_input"
    default_message = "the backend did not accept the input"


class Conflict(BackendError):
    """The request contradicts the present state, or reuses an idempotency key for another one."""

    default_code = "conflict"
    default_message = "the request contradicts the present state"


class NotAllowed(Conflict):
    """The shop's policy does not allow a change; nothing was done.

    Attributes:
        rule: which rule, one of the contract's words, such as `window_over`.
        alternative: what the customer may do instead, one of the contract's words, or None.
    """

    default_code = "not_allowed"
    default_message = "the shop's policy does not allow it"

    def __init__(
        self, message: str = "", *, code: str = "", rule: str, alternative: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.rule = rule
        self.alternative = alternative


class OutcomeChanged(Conflict):
    """A change would by now come to something else than was previewed; nothing was done."""

    default_code = "outcome_changed"
    default_message = "the change would now come to something else"


class TooManyRequests(BackendError):
    """Asked too often.

    Attributes:
        retry_after: seconds until it is worth asking again.
    """

    default_code = "too_many_requests"
    default_message = "asked too often"

    def __init__(self, message: str = "", *, code: str = "", retry_after: float = 60.0) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class WrongCode(BackendError):
    """The one-time code does not match.

    Attributes:
        attempts_left: how many more codes may be tried before the challenge is locked.
    """

    default_code = "wrong_code"
    default_message = "the one-time code does not match"

    def __init__(self, message: str = "", *, code: str = "", attempts_left: int) -> None:
        super().__init__(message, code=code)
        self.attempts_left = attempts_left


class CodeExpired(BackendError):
    """The one-time code is too old, already used, or replaced by a newer one."""

    default_code = "code_expired"
    default_message = "the one-time code is no longer valid"


class CodeLocked(BackendError):
    """Too many wrong codes: verification is locked for a while.

    Attributes:
        retry_after: seconds until a new code can be asked for.
    """

    default_code = "code_locked"
    default_message = "too many wrong codes"

    def __init__(self, message: str = "", *, code: str = "", retry_after: float = 900.0) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
