"""Masking secrets in what a customer writes, before anything else sees it.

Secrets are payment cards, their security codes, social security and national id numbers, passwords
in words, PINs and one-time codes. Each is replaced by a placeholder that says what stood there. A
one-time code is needed once more, by the action that verifies it: it is sealed (see
`privacy.seal`). What can and what cannot be found is told in `docs/privacy.md`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from privacy.cards import find_cards
from privacy.codes import code_value, find_codes
from privacy.credentials import find_credentials
from privacy.fold import Span, plain_view
from privacy.identity import find_identity_numbers, find_pins
from privacy.passwords import find_passwords
from privacy.seal import SealError, check_seal_secret, seal_code, unseal_code

__all__ = ["PLACEHOLDERS", "Masked", "SealError", "mask_secrets", "unseal_code"]

# Kind of secret -> what stands in its place.
PLACEHOLDERS = {
    "card": "[card number]",
    "cvv": "[CVV]",
    "ssn": "[SSN]",
    "password": "[password]",
    "pin": "[PIN]",
    "code": "[one-time code]",
}

# Where two kinds claim the same words, the first one here names them.
_STRENGTH = {k: i for i, k in enumerate(("card", "ssn", "code", "cvv", "pin", "password"))}

_PLACEHOLDER = re.compile("|".join(re.escape(p) for p in PLACEHOLDERS.values()), re.IGNORECASE)

# Masking one secret can make another visible as such. Each round hides more, so that few are ever
# needed; the limit keeps hostile input in linear time.
_MAX_ROUNDS = 6


@dataclass(frozen=True)
class Masked:
    """A text without its secrets.

    Attributes:
        text: the text, every secret replaced by its placeholder.
        kinds: the kinds of secrets found, each once, sorted: "card", "code", "cvv", "password",
            "pin", "ssn"; goes to `metadata["masked"]`.
        sealed_code: the one-time code, encrypted; None without one or without a secret. Goes to
            `metadata["sealed_code"]`.
    """

    text: str
    kinds: tuple[str, ...]
    sealed_code: str | None


def mask_secrets(text: str, seal_secret: str | None = None) -> Masked:
    """Replace every secret in a text by a placeholder.

    Masking what is already masked changes nothing. Time is linear in the length of the text.

    Args:
        text: what a customer wrote, of any length and in any script.
        seal_secret: the secret (32 characters or more) to seal a one-time code with; with None
            codes are masked and cannot be recovered.

    Returns:
        The masked text, the kinds found, and the sealed one-time code.

    Raises:
        SealError: `seal_secret` is too short.
    """
    if seal_secret is not None:
        check_seal_secret(seal_secret)
    kinds: set[str] = set()
    code: str | None = None
    for _ in range(_MAX_ROUNDS):
        view = plain_view(text)
        spans = _find(view, text)
        if not spans:
            break
        kinds.update(span.kind for span in spans)
        if code is None and (codes := [span for span in spans if span.kind == "code"]):
            code = code_value(view, codes)
        text = _replace(text, _merge(spans))
    sealed = seal_code(code, seal_secret) if code and seal_secret else None
    return Masked(text, tuple(sorted(kinds)), sealed)


def _find(view: str, text: str) -> list[Span]:
    """All secrets in order; none touches a placeholder, none lies within a stronger one."""
    found = [
        *find_cards(view),
        *find_identity_numbers(view),
        *find_codes(view),
        *find_pins(view),
        *find_passwords(view, text),
        *find_credentials(view, text),
    ]
    placeholders = [m.span() for m in _PLACEHOLDER.finditer(text)]
    # The widest first, and of two alike the stronger: what names a number tells more than that it
    # is called a password, as a one-time password is.
    found.sort(key=lambda span: (span.start, -span.end, _STRENGTH[span.kind]))
    kept: list[Span] = []
    place = 0
    for span in found:
        while place < len(placeholders) and placeholders[place][1] <= span.start:
            place += 1
        if place < len(placeholders) and placeholders[place][0] < span.end:
            continue
        if kept and span.end <= kept[-1].end and _STRENGTH[span.kind] >= _STRENGTH[kept[-1].kind]:
            continue
        kept.append(span)
    return kept


def _merge(spans: list[Span]) -> list[Span]:
    """Join spans that overlap; the strongest kind names the whole."""
    merged: list[Span] = []
    for span in spans:
        if merged and span.start < merged[-1].end:
            last = merged.pop()
            kind = min(last.kind, span.kind, key=_STRENGTH.__getitem__)
            span = Span(last.start, max(last.end, span.end), kind)
        merged.append(span)
    return merged


def _replace(text: str, spans: list[Span]) -> str:
    parts = []
    position = 0
    for span in spans:
        parts += [text[position : span.start], PLACEHOLDERS[span.kind]]
        position = span.end
    return "".join(parts) + text[position:]
