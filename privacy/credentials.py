"""Finding passwords that stand beside a user name: "login anna / ...", "https://anna:...@host"."""

from __future__ import annotations

import re

from privacy.fold import Span
from privacy.tokens import bare, end_of_word, is_email, is_reference, looks_secret
from privacy.words import INNOCENT

_PAIR = re.compile(
    r"\b(?P<label>log ?in|log-in|user ?name|user ?id|user|account|credentials?|creds|sign ?in|"
    r"e-?mail)s?\b[\s:=]{0,3}(?:(?:is|are|with|as|details|info|data|name|id|was|to|my)\b"
    r"[\s:=]{0,3}){0,4}"
    r"(?P<user>[^\s/|:;,]{1,64})(?P<between>\s{0,2}[/|:;,]\s{0,2}|\s)(?P<value>[^\s/|]{1,128})"
)
_EMAIL_PAIR = re.compile(
    r"@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4}(?P<between>\s{0,2}[/|:]\s{0,2})"
    r"(?P<value>[^\s/|]{1,128})"
)
_URL = re.compile(r"://[^\s/:@]{1,64}:([^\s@/]{1,256})@")
# Labels after which a number or a short code is no order number.
_LOGIN = re.compile(r"log|user|cred|sign")


def find_credentials(view: str, text: str) -> list[Span]:
    """Find passwords ("password") given beside a user name, an e-mail address or in a URL.

    Args:
        view: the plain view of the text.
        text: the text itself, for its upper and lower case.

    Returns:
        Spans in order of finding; time is linear in the length of the view.
    """
    spans = [Span(*match.span(1), "password") for match in _URL.finditer(view)]
    for match in _PAIR.finditer(view):
        if _is_pair(match, text):
            spans.append(_span(view, match))
    for match in _EMAIL_PAIR.finditer(view):
        raw = text[match.start("value") : match.end("value")]
        word = bare(match["value"])
        if looks_secret(raw) and not is_reference(word):
            spans.append(_span(view, match))
    return spans


def _is_pair(match: re.Match[str], text: str) -> bool:
    user, word = bare(match["user"]), bare(match["value"])
    between = match["between"].strip()
    if not user or not word or user in INNOCENT or word in INNOCENT:
        return False
    if match["value"].startswith("[") or match["user"].startswith("[") or is_email(match["value"]):
        return False
    login = _LOGIN.match(match["label"]) is not None
    if is_reference(word) and not (login and (not word.isdigit() or len(word) >= 6)):
        return False
    if looks_secret(text[match.start("value") : match.end("value")]):
        return login or between != ""
    return between in ("/", "|") and (login or is_email(match["user"]))


def _span(view: str, match: re.Match[str]) -> Span:
    start, end = match.span("value")
    end = end_of_word(view, end)
    while end - 1 > start and view[end - 1] in ".,;:)\"'":
        end -= 1
    while end - 1 > start and view[start] in "(\"'":
        start += 1
    return Span(start, end, "password")
