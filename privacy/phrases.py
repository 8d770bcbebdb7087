"""Reading a password where one is expected: how far it goes, or that it is none but a remark."""

from __future__ import annotations

import re

from privacy.fold import Span
from privacy.tokens import (
    Token,
    bare,
    end_of_word,
    is_email,
    is_masked,
    is_measure,
    is_reference,
    looks_secret,
    tokens,
)
from privacy.words import (
    ADVERBS,
    FUNCTION_WORDS,
    INNOCENT,
    POPULAR,
    STATES,
    word_set,
)

# "set to ...", "the usual ...": the password may come behind these.
_SET = word_set("changed set updated reset switched back")
_LEADS = word_set("the a my usual same old new following word phrase simple")
_CERTAIN_LEADS = word_set("following word phrase")
_CLAUSE_END = re.compile(r"[.,;!?)\"']$")
_NO_INFORMATION = frozenset("*.?•…_-")
_REMARKS = FUNCTION_WORDS | ADVERBS | STATES

# How many words after a mention are looked at, and how many a passphrase has at most.
MAX_TOKENS = 16
MAX_WORDS = 6
# Shorter numbers beside a password are counts ("password 2 times").
_FEWEST_DIGITS = 4


class PhraseReader:
    """Reads passwords in one text.

    Args:
        view: the plain view of the text.
        text: the text itself, for its upper and lower case.
    """

    def __init__(self, view: str, text: str) -> None:
        self.view, self.text = view, text

    def given(self, position: int, certain: bool = False) -> list[Span]:
        """The passwords at `position`, where one is expected; `certain` after an equals sign."""
        found = list(tokens(self.view, position, MAX_TOKENS))
        first, negated, lead = self._skipped(found)
        if first >= len(found) or is_masked(self.view, found[first]):
            return []
        token = found[first]
        raw = self.view[token.start : token.end]
        if token.quoted:
            return [] if is_remark(token.word) else self._listed(found, first)
        if is_email(raw):
            # "username / password: anna@example.com / ...": the e-mail address comes first
            gap = first + 1 < len(found) and not found[first + 1].word
            second = first + 2 if gap else first + 1
            if second < len(found) and is_masked(self.view, found[second]):
                return []
            return self._listed(found, second if self._secret(found, second) else first)
        if self._secret(found, first):
            return self._listed(found, first)
        if negated or lead or is_measure(found, first) or _NO_INFORMATION.issuperset(raw):
            return []
        if not token.word and len(raw) < 4:
            return []
        if token.word in INNOCENT and not certain and not self._phrase(found, first):
            return []
        return self._listed(found, first)

    def _skipped(self, found: list[Token]) -> tuple[int, bool, bool]:
        """Skip what may stand before the password: "still", "not", "the usual", "changed to".

        Returns:
            The place of the next word; whether it was negated; whether only a word that looks like
            a password can be one there.
        """
        first, negated, lead = 0, False, False
        while first < len(found) and not found[first].quoted:
            word = found[first].word
            if word in ("not", "longer", "no"):
                negated = True
            elif word in _SET and first + 1 < len(found) and found[first + 1].word == "to":
                first += 1
            elif word in _LEADS:
                lead = word not in _CERTAIN_LEADS
            elif word not in ADVERBS:
                break
            first += 1
        return first, negated, lead

    def beside(self, found: list[Token], expected: bool, digits: bool, codes: bool) -> list[Span]:
        """The passwords right beside a name, without "is": "pw hunter2", "password 'x y'".

        Args:
            found: the words from there on.
            expected: whether any word that is no everyday one is a password there.
            digits: whether a number is.
            codes: whether what could be an order number or a postcode is.
        """
        if not found or is_masked(self.view, found[0]):
            return []
        token = found[0]
        raw = self.view[token.start : token.end]
        if token.quoted:
            secret = not is_remark(token.word)
        elif is_email(raw) or raw.startswith("#") or is_measure(found, 0) or not token.word:
            secret = False
        elif token.word.isdigit():
            secret = digits and len(token.word) >= _FEWEST_DIGITS
        elif self._secret(found, 0):
            secret = codes or not is_reference(token.word)
        else:
            secret = expected and token.word not in INNOCENT
        return self._listed(found, 0) if secret else []

    def _listed(self, found: list[Token], first: int) -> list[Span]:
        """The password at `first` with all its words, and further ones: "x1, y2 or z3"."""
        spans: list[Span] = []
        while first < len(found):
            last = self._end_of_phrase(found, first)
            spans.append(self._span(found, first, last))
            joined = self.view[found[last].end - 1] == ","
            alternative = False
            first = last + 1
            while first < len(found) and found[first].word in ("and", "or", "then", ""):
                alternative = alternative or found[first].word == "or"
                joined = True
                first += 1
            if not joined or first >= len(found) or is_masked(self.view, found[first]):
                break
            key = self.view.startswith(":", found[first].end + 1)  # the next one of a JSON object
            plausible = self._secret(found, first) or (found[first].quoted and not key)
            if not plausible and not (alternative and found[first].word not in INNOCENT):
                break
        return spans

    def _end_of_phrase(self, found: list[Token], first: int) -> int:
        """A passphrase goes on until the sentence does: until a word of everyday language."""
        last = first
        while not found[first].quoted and last + 1 < len(found) and last - first + 1 < MAX_WORDS:
            following = found[last + 1]
            raw = self.view[following.start : following.end]
            if (
                _CLAUSE_END.search(self.view[found[last].start : found[last].end])
                or "\n" in self.view[found[last].end : following.start]
                or following.quoted
                or not following.word
                or following.word in INNOCENT
                or raw.startswith("#")
                or is_masked(self.view, following)
                or is_email(raw)
            ):
                break
            last += 1
        return last

    def _phrase(self, found: list[Token], first: int) -> bool:
        """Whether a word of everyday language is a password here, or begins a passphrase.

        A state ("correct") is a remark unless nouns follow it, as in "correct horse battery"; a
        popular password ("google") is one when nothing follows it.
        """
        token = found[first]
        if token.word in STATES:
            return self._end_of_phrase(found, first) >= first + 2
        ends = first + 1 == len(found) or is_clause_end(self.view[token.start : token.end])
        return token.word in POPULAR and ends

    def _span(self, found: list[Token], first: int, last: int) -> Span:
        start, end = found[first].start, found[last].end
        if not found[last].quoted:
            end = end_of_word(self.view, end)
            # "!" and "?" may belong to the password; a stop, a comma or a closing quote do not.
            while end - 1 > start and self.view[end - 1] in ".,;:)\"'":
                end -= 1
            while end - 1 > start and self.view[start] in "(\"'":
                start += 1
        return Span(start, end, "password")

    def _secret(self, found: list[Token], place: int) -> bool:
        if place >= len(found):
            return False
        return looks_secret(self.text[found[place].start : found[place].end])


def is_clause_end(word: str) -> bool:
    """Whether a clause ends with the word."""
    return _CLAUSE_END.search(word) is not None


def is_remark(quoted: str) -> bool:
    """Whether what stands in quotes is a remark ("not valid") and no password."""
    return all(bare(word) in _REMARKS for word in quoted.split())
