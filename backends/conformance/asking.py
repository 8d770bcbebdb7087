"""Asking a shop one question after another, and keeping what was wrong with each answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from backends.conformance.contract import contract

# Frontdesk gives up on an attempt after so long; in seconds.
PATIENCE = 5.0
_SLOW = 2.0


@dataclass
class Finding:
    """What was asked of the shop, and what was wrong with the answers.

    Attributes:
        title: what the shop has to be able to do.
        wrong: each fault in words, with the mend; empty if all is well.
        remarks: what is allowed but will annoy.
    """

    title: str
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        status: its HTTP status; 0 if none came.
        body: its JSON; None if it has none.
        headers: its headers.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The `error.code` of the body; "" if there is none."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return str(error.get("code") or "") if isinstance(error, dict) else ""


class Asker:
    """Sends requests to a shop and judges the answers by the contract."""

    def __init__(self, client: httpx.Client) -> None:
        """Make an asker.

        Args:
            client: with the API's address as its base and the token in its headers.
        """
        self._client = client
        self.findings: list[Finding] = []

    @contextmanager
    def about(self, title: str) -> Iterator[Finding]:
        """Collects the faults of what is asked within, under a title."""
        self.findings.append(Finding(title))
        yield self.findings[-1]

    def ask(
        self,
        method: str,
        template: str,
        *,
        expect: int | tuple[int, ...],
        why: str,
        code: str = "",
        body: Any = None,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **path: str,
    ) -> Answer:
        """Ask, judge the answer, and note what is wrong with it.

        Args:
            method: such as `GET`.
            template: the path as the contract writes it.
            expect: the status, or those, that are right here.
            why: when that is so, for the sentence "<why>, the answer must be 404".
            code: the `error.code` that it must have; "" for any.
            body: JSON to send; text is sent as it is.
            key: the `Idempotency-Key`; a new one for a change if None, none at all if "".
            query: parameters of the address.
            headers: in place of the usual ones.
            path: what stands for the names in braces.
        """
        finding = self.findings[-1]
        url = template.format(**{name: quote(value, safe="") for name, value in path.items()})
        sent = dict(headers or {})
        if key != "" and (key or (method != "GET" and "find" not in url and "preview" not in url)):
            sent.setdefault("Idempotency-Key", key or uuid.uuid4().hex)
        content: dict[str, Any] = {"json": body} if body is not None else {}
        if isinstance(body, str):
            content = {"content": body}
            sent["Content-Type"] = "application/json"
        named = f"{method} {template}"
        try:
            answer = self._client.request(method, url, params=query, headers=sent, **content)
        except httpx.TimeoutException:
            finding.wrong.append(
                f"{named}: no answer within {PATIENCE:.0f} seconds. Frontdesk waits no longer."
            )
            return Answer(0)
        except httpx.TransportError as error:
            finding.wrong.append(f"{named}: the connection failed ({error}).")
            return Answer(0)
        return self._judged(named, method, template, answer, expect, why, code)

    def _judged(
        self,
        named: str,
        method: str,
        template: str,
        answer: httpx.Response,
        expect: int | tuple[int, ...],
        why: str,
        code: str,
    ) -> Answer:
        finding = self.findings[-1]
        seconds = answer.elapsed.total_seconds()
        if seconds > _SLOW:
            finding.remarks.append(
                f"{named}: answered after {seconds:.1f} seconds; the customer waits for that."
            )
        try:
            body = answer.json()
        except ValueError:
            shown = answer.text[:60].replace("\n", " ")
            finding.wrong.append(
                f"{named}: the answer ({answer.status_code}) is not JSON but {shown!r}. Is the "
                "address right, and does it end before /products?"
            )
            return Answer(answer.status_code, None, answer.headers)
        found = Answer(answer.status_code, body, answer.headers)
        right = (expect,) if isinstance(expect, int) else expect
        if found.status not in right:
            wanted = " or ".join(map(str, right))
            said = f" ({found.code})" if found.code else ""
            finding.wrong.append(
                f"{named}: {why}, the answer must be {wanted}; it was {found.status}{said}."
            )
        elif code and found.code != code:
            finding.wrong.append(
                f"{named}: {why}, error.code must be {code!r}; it was {found.code!r}."
            )
        for fault in contract().faults(method, template, found.status, body):
            if found.status in right:  # another status was named already
                finding.wrong.append(f"{named}: {fault}.")
        return found
