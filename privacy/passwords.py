"""Finding passwords given in words: "my password is ...", "pw: ...", "... is my password".

A password looks like nothing in particular, so it is found by what is said around it. `words.py`
holds what tells "my password is wrong" from a password.
"""

from __future__ import annotations

import re

from privacy.fold import Span
from privacy.phrases import MAX_TOKENS, MAX_WORDS, PhraseReader, is_clause_end, is_remark
from privacy.tokens import Token, bare, looks_secret, tokens
from privacy.words import CLAUSE_BREAKS, INNOCENT, OTHER_PASSES, word_set

_NAME = re.compile(
    r"(?<![a-z0-9])(?:"
    r"pas{1,3}[ \-]?w[eou]{0,2}r?[dt]|pas{1,2}owrd|pas{1,2}wrod|pas{1,2}ord|p@s{1,2}w[o0]rd|"
    r"pas{1,2}[ \-]?(?:phrase|key|code)|(?P<short>pswd?|pwd?|p/w|mdp)|"
    r"kennwort|wachtwoord|contrasena|senha|mot de passe|"
    r"secret (?:word|answer|phrase|key)|security answer|memorable (?:word|information|info)|"
    r"safe ?word|(?:api|access|secret|auth)[ _\-]?(?:key|token)|client[ _\-]secret|"
    r"(?P<pass>pass))s?(?:[0-9](?=\s?[:=]))?(?![a-z0-9@])"
)
# Directly after the name: an assignment, also in JSON ('"password": "..."'), but no smiley.
_ASSIGNED = re.compile(
    r"[\"']?\s{0,3}(?:\([^()\n]{0,30}\)\s{0,2})?(?:[:=]{1,3}>?(?!'?-?[()dpo/|](?:\s|$))|->)\s{0,4}"
)
_DASHED = re.compile(r"\s{0,2}-\s{1,2}|-(?=[^\s]{0,64}[0-9])")
_COPULAS = word_set("is was are were be been being ist war lautet est es remains equals")
_COPULA_HELPERS = word_set(
    "should would could might may must will used to has have had always also"
)
# After the name these may lead to "is": "the password I used for the shop was ...".
_BRIDGES = word_set(
    "for to on of at from that which i i've i'm we we've you he she they here there"
)
_SETTING = re.compile(
    r"\b(?:change|changed|changing|set|reset|resetted|update|updated|switch|switched|make|made)"
    r"\b[^.!?\n]{0,40}$"
)
_TO = re.compile(r"['\"]?\s{1,3}to\s")
_ASKING = re.compile(
    r"\b(?:forgot|forget|forgotten|lost|reset|resetting|change|recover|new|need)\b[^.!?\n]{0,24}$"
)
_USER_NAMED = re.compile(
    r"(?:\b(?:user ?name|user|login|log-in|e-?mail|account|id)\b|@[a-z0-9\-]{1,60}\.[a-z]{2,12})"
    r"[^.!?\n]{0,60}$"
)
# "hunter2 is my password", "sunflower as the old password"
_LINK_BEFORE = re.compile(
    r"\s(?:is|was|as|ist|=)\s{1,2}(?:(?:my|the|our|his|her|their|a|current|old|new|account|login)"
    r"\s{1,2}){1,3}$|\sas\s{1,2}$"
)
# "typed hunter2 into the password field": only for words that look like passwords
_LOOSE_LINK_BEFORE = re.compile(
    r"\s(?:for|in|into)\s{1,2}(?:(?:my|the|our|your|that|account|login)\s{1,2}){0,3}$"
)
_QUOTE_BEFORE = re.compile(r"(['\"])([^'\"\n]{1,60})\1$")


_REACH = 90
_MAX_BRIDGE = 10


def find_passwords(view: str, text: str) -> list[Span]:
    """Find passwords ("password") that are named as such.

    Args:
        view: the plain view of the text.
        text: the text itself, for its upper and lower case.

    Returns:
        Spans in order of finding. Time is linear in the length of the view: at every mention of a
        password a bounded number of words is looked at.
    """
    spans: list[Span] = []
    done = 0
    for match in _NAME.finditer(view):
        if match.start() < done or view[match.start() - 1 : match.end() + 1] == "[password]":
            continue
        mention = _Mention(view, text, match)
        spans += mention.before_it()
        if found := mention.after_it():
            spans += found
            done = found[-1].end
    return spans


class _Mention:
    """One place where a password is named, and the words around it."""

    def __init__(self, view: str, text: str, match: re.Match[str]) -> None:
        self.view, self.text = view, text
        self.reader = PhraseReader(view, text)
        self.start, self.end = match.span()
        self.before = view[max(0, self.start - _REACH) : self.start]
        self.short = match["short"] is not None
        words = self.before.split()
        # "pass" is a password only in some company
        self.weak_name = match["pass"] is not None
        self.other_pass = self.weak_name and bool(words) and bare(words[-1]) in OTHER_PASSES

    def after_it(self) -> list[Span]:
        """The passwords given after the name; none when it is only talked about."""
        if self.other_pass:
            return []
        if assigned := _ASSIGNED.match(self.view, self.end):
            return self.reader.given(assigned.end(), certain="=" in assigned.group())
        if dashed := _DASHED.match(self.view, self.end):
            return self.reader.given(dashed.end())
        if self.view.startswith("'s ", self.end):
            return self.reader.given(self.end + 2)
        found = list(tokens(self.view, self.end, MAX_TOKENS))
        if (place := self._copula(found)) is not None:
            return self.reader.given(found[place].end)
        words = [token.word for token in found[:2]]
        if words[:1] == ["from"] and _SETTING.search(self.before):
            return self._changed(found[0].end)
        lead = 1 if words[:1] == ["to"] else 2 if words == ["back", "to"] else 0
        if lead and _SETTING.search(self.before):
            return self.reader.given(found[lead - 1].end)
        expected = self.short or _USER_NAMED.search(self.before) is not None
        return self.reader.beside(
            found[lead:],
            expected=expected and not self.weak_name,
            digits=_ASKING.search(self.before) is None and not self.weak_name,
            codes=not self.weak_name,
        )

    def _changed(self, position: int) -> list[Span]:
        """The passwords in "changed my password from ... to ..."."""
        old = self.reader.given(position)
        to = _TO.match(self.view, old[-1].end) if old else None
        return old + self.reader.given(to.end()) if to else old

    def before_it(self) -> list[Span]:
        """The password given before the name: "... is my password"."""
        link = _LINK_BEFORE.search(self.before)
        loose = None if link else _LOOSE_LINK_BEFORE.search(self.before)
        if not (link := link or loose):
            return []
        end = self.start - len(self.before) + link.start()
        earliest = self.start - len(self.before)
        if quoted := _QUOTE_BEFORE.search(self.view[earliest:end]):
            start, end = quoted.span(2)
            innocent = is_remark(quoted[2])
            return [] if innocent else [Span(earliest + start, earliest + end, "password")]
        words = re.split(r"\s", self.view[earliest:end])
        if looks_secret(self.text[end - len(words[-1]) : end]):
            return [Span(end - len(words[-1]), end, "password")]
        if loose:
            return []
        taken = 0
        for word in reversed(words[-MAX_WORDS:]):
            if not bare(word) or bare(word) in INNOCENT or word.endswith("]"):
                break
            if taken and is_clause_end(word):
                break
            taken += 1
        if not taken or (self.weak_name and not link.group().lstrip().startswith("as")):
            return []
        return [Span(end - len(" ".join(words[-taken:])), end, "password")]

    def _copula(self, found: list[Token]) -> int | None:
        """The place of "is" in "[password] is" or "[password] for the shop is"."""
        bridged = bool(found) and found[0].word in _BRIDGES
        for place, token in enumerate(found[:_MAX_BRIDGE]):
            raw = self.view[token.start : token.end]
            if token.quoted:
                return None
            if token.word in _COPULAS or (bridged and raw.endswith((":", "="))):
                return place
            if bridged:
                if token.word in CLAUSE_BREAKS or raw[-1] in ".!?;,":
                    return None
            elif token.word not in _COPULA_HELPERS:
                return None
        return None
