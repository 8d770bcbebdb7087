"""The one way in which a REST client here talks to a shop: bounded, repeated where safe, typed.

Time: an attempt may take `timeout` seconds, a call with all its attempts and pauses twice that and
never more than ten: a customer waits, and Rasa's conversation lock lives for sixty.

Repeats: `read` changes nothing and `change` always carries an idempotency key, so both may be
repeated whatever went wrong. `once` is for systems that know no such keys: it repeats only what
surely was not carried out. There is deliberately no other way to call.

Log lines name the route's template, never its arguments, and no body.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from backends import idempotency
from backends.answers import Answer, Contract, Meaning, Refusal, unreadable
from backends.circuit import Circuit
from backends.errors import BackendError, BackendUnavailable, InvalidInput
from backends.wire import encode

T = TypeVar("T")
logger = logging.getLogger(__name__)

ATTEMPTS = 3
MAX_CALL_SECONDS = 10.0
# An order takes a few kilobytes; fifty with everything in them stay far below.
MAX_ANSWER_BYTES = 2 * 1024 * 1024
# Pauses of about 0.1 and 0.2 s with up to 0.1 s more, so that many clients do not return in step.
_BACKOFF = wait_exponential_jitter(multiplier=0.1, max=1.0, jitter=0.1)
# The contract's Id and OrderNumber; also keeps "..", "/" and e-mail addresses out of URLs.
_SEGMENT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class _Again(Exception):
    """One attempt failed and may be repeated; only `Rest._call` sees it."""

    def __init__(self, error: BackendError, pause: float, *, undone: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause = pause
        self.undone = undone


class Rest:
    """Calls one backend over a shared `httpx.AsyncClient`.

    Args:
        client: has the base address and the token; whoever made it closes it.
        name: the backend's name, for log lines.
        timeout: seconds for one attempt.
        circuit: the backend's circuit breaker; a new one when left out.
        address_setting: the setting that holds the backend's address, for log lines.
        meaning: what its answers mean.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        name: str,
        *,
        timeout: float = 5.0,
        circuit: Circuit | None = None,
        address_setting: str = "FRONTDESK_SHOP_URL",
        meaning: Meaning | None = None,
    ) -> None:
        self._client = client
        self._meaning = meaning or Contract()
        self._address_setting = address_setting
        self._name = name
        self._timeout = timeout
        self._total = min(2 * timeout, MAX_CALL_SECONDS)
        self.circuit = circuit or Circuit(name)

    async def read(
        self,
        method: str,
        route: str,
        kind: type[T],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
    ) -> T:
        """Ask for something; the request must change nothing, whatever its method.

        Args:
            method: the HTTP method.
            route: the address below the base, with `{names}` for what `path` fills in.
            kind: the model of a good answer.
            path: arguments of the route.
            query: arguments after the question mark.
            body: what goes along as JSON (a model, or plain values), or None.

        Raises:
            BackendError: a subclass for each way to fail; see `backends.errors`.
        """
        request = self._request(method, route, path, query=query, body=body)
        return await self._call(request, route, kind)

    async def change(
        self,
        method: str,
        route: str,
        kind: type[T],
        *,
        idempotency_key: str,
        path: Mapping[str, str] | None = None,
        body: object = None,
    ) -> T:
        """Change something, once: every attempt carries the same idempotency key.

        Args:
            method: the HTTP method.
            route: the address below the base, with `{names}` for what `path` fills in.
            kind: the model of a good answer.
            idempotency_key: what makes this change this one. A key that no header can carry
                (short, long, not ASCII) is sent as its digest.
            path: arguments of the route.
            body: what goes along as JSON (a model, or plain values), or None.

        Raises:
            BackendError: a subclass for each way to fail; see `backends.errors`.
        """
        headers = {"Idempotency-Key": idempotency.sendable(idempotency_key)}
        request = self._request(method, route, path, body=body, headers=headers)
        return await self._call(request, route, kind)

    async def once(
        self,
        method: str,
        route: str,
        kind: type[T],
        *,
        path: Mapping[str, str] | None = None,
        body: object = None,
    ) -> T:
        """Change something at a system that knows no idempotency keys.

        One attempt may take as long as a whole call: giving up early would leave it unknown.

        Args:
            method: the HTTP method.
            route: the address below the base, with `{names}` for what `path` fills in.
            kind: the model of a good answer.
            path: arguments of the route.
            body: what goes along as JSON (a model, or plain values), or None.

        Raises:
            BackendUnavailable: without `undone` it may have been carried out.
            BackendError: a subclass for each way to fail; see `backends.errors`.
        """
        request = self._request(method, route, path, body=body)
        patience = httpx.Timeout(self._total, connect=self._client.timeout.connect)
        request.extensions["timeout"] = patience.as_dict()
        return await self._call(
            request, route, kind, again=lambda failed: failed.undone, patience=self._total
        )

    def _request(
        self,
        method: str,
        route: str,
        path: Mapping[str, str] | None,
        *,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        for name, value in (path or {}).items():
            if not _SEGMENT.fullmatch(value):
                raise InvalidInput(f"{name} must be 1 to 64 letters, digits, hyphens, underscores")
        filled = route.format(**{name: quote(v, safe="") for name, v in (path or {}).items()})
        extra: dict[str, Any] = {} if body is None else {"json": encode(body)}
        return self._client.build_request(method, filled, params=query, headers=headers, **extra)

    async def _call(
        self,
        request: httpx.Request,
        route: str,
        kind: type[T],
        *,
        again: Callable[[_Again], bool] = lambda failed: True,
        patience: float | None = None,
    ) -> T:
        deadline = time.monotonic() + self._total
        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, _Again) and again(error)),
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(self._total),
            wait=_pause,
            before_sleep=self._log_repeat,
            reraise=True,
        )
        try:
            limit = patience or self._timeout
            return await retrying(self._attempt, request, route, kind, deadline, limit)
        except _Again as again:
            raise again.error from again.__cause__

    async def _attempt(
        self, request: httpx.Request, route: str, kind: type[T], deadline: float, patience: float
    ) -> T:
        if not self.circuit.allow():
            raise BackendUnavailable(
                f"the {self._name} backend failed several times in a row and is left in peace "
                "for a few seconds",
                code="circuit_open",
                undone=True,
            )
        started = time.monotonic()
        limit = max(min(patience, deadline - started), 0.01)
        try:
            answer = await asyncio.wait_for(self._exchange(request), limit)
        except (asyncio.TimeoutError, httpx.TimeoutException) as exc:
            self.circuit.failure()
            raise _Again(self._timed_out(started), 0.0) from exc
        except httpx.TransportError as exc:
            self.circuit.failure()
            unsent = isinstance(exc, httpx.ConnectError)
            raise _Again(self._not_reached(exc), 0.0, undone=unsent) from exc
        except httpx.DecodingError as exc:
            self.circuit.success()
            raise unreadable("its compression is damaged") from exc
        except BaseException:
            # Cancelled, or an answer too large: nothing to learn about the backend's health.
            self.circuit.abandon()
            raise
        self._note(request.method, route, answer, started)
        refused = self._meaning.refusal(answer)
        if refused is not None:
            raise _to_raise(refused)
        return self._meaning.value(kind, answer)

    async def _exchange(self, request: httpx.Request) -> Answer:
        """One request and its whole answer; the caller bounds the time, slow drips included."""
        response = await self._client.send(request, stream=True)
        try:
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > MAX_ANSWER_BYTES:
                    raise unreadable(f"larger than {MAX_ANSWER_BYTES} bytes")
            return Answer(response.status_code, response.headers, bytes(content))
        finally:
            await response.aclose()

    def _note(self, method: str, route: str, answer: Answer, started: float) -> None:
        if answer.status >= 500:
            self.circuit.failure()
        else:
            self.circuit.success()
        level = logging.ERROR if answer.status == 401 else logging.INFO
        seconds = time.monotonic() - started
        logger.log(
            level, "%s: %s %s -> %d, %.3f s", self._name, method, route, answer.status, seconds
        )

    def _log_repeat(self, state: RetryCallState) -> None:
        again = state.outcome.exception() if state.outcome else None
        code = again.error.code if isinstance(again, _Again) else "unknown"
        logger.warning(
            "%s: attempt %d failed (%s); next in %.2f s",
            self._name,
            state.attempt_number,
            code,
            state.upcoming_sleep,
        )

    def _timed_out(self, started: float) -> BackendUnavailable:
        seconds = time.monotonic() - started
        return BackendUnavailable(
            f"the {self._name} backend did not answer within {seconds:.1f} s", code="timeout"
        )

    def _not_reached(self, exc: httpx.TransportError) -> BackendUnavailable:
        if isinstance(exc, httpx.ConnectError):
            return BackendUnavailable(
                f"the {self._name} backend cannot be reached; "
                f"is it running at {self._address_setting}?",
                code="unreachable",
                undone=True,
            )
        return BackendUnavailable(
            f"the connection to the {self._name} backend broke ({type(exc).__name__})",
            code="connection_broken",
        )


def _pause(state: RetryCallState) -> float:
    """The shop's own `Retry-After` when it is longer than our back-off."""
    again = state.outcome.exception() if state.outcome else None
    asked = again.pause if isinstance(again, _Again) else 0.0
    return max(asked, _BACKOFF(state))


def _to_raise(refused: Refusal) -> BackendError | _Again:
    if refused.pause is None:
        return refused.error
    return _Again(refused.error, refused.pause, undone=refused.undone)
