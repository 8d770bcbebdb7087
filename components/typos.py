"""Mends misspelt words with the words that the training examples use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

# Words of letters, but not the parts of e-mail addresses, web addresses and codes.
_WORD = re.compile(r"(?<![\w@.])[^\W\d_]+(?![\w@]|\.\w)")
# Shorter words are within one letter of too many others.
_SHORTEST = 4
# From this length on two mistakes are mended; measured: with 6 or 7, wrong words are "mended" too.
_TWO_MISTAKES = 8
# Longer is no word, and would only cost time.
_LONGEST = 30
# A message has few typos; one with more unknown words is not English or not language.
_MOST_UNKNOWN = 40
# Used so often in the training examples, a word is right even if the encoder has only its parts
# ("refund" is one); typos that were put into the examples on purpose are rarer.
_OFTEN = 3
# A known stem with one of these is a word, though the encoder's vocabulary has only its parts.
_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "y", "ies", "ied", "al", "ment", "ness")
_SHORTEST_STEM = 4


class TypoMender:
    """Replaces an unknown word by a training word one typing mistake away (long words: two).

    A mistake is a letter too many, too few, another, or two swapped. A word is known when the
    training examples use it (their typos included) or the encoder's vocabulary has it whole, so
    correct English is left alone.
    """

    def __init__(self, counts: Mapping[str, int], vocabulary: Collection[str]) -> None:
        """Make a mender.

        Args:
            counts: lower-case words of the training examples, and how often each is used.
            vocabulary: lower-case words that are spelt correctly for certain.
        """
        self.counts = dict(counts)
        self._vocabulary = frozenset(vocabulary)
        self._right = sorted(
            word
            for word, count in self.counts.items()
            if word in self._vocabulary or count >= _OFTEN
        )

    @classmethod
    def learn(cls, texts: Sequence[str], vocabulary: Collection[str]) -> TypoMender:
        """Make a mender from training texts.

        Args:
            texts: the training texts.
            vocabulary: see the constructor.

        Returns:
            The mender.
        """
        return cls(Counter(_WORD.findall(" ".join(texts).lower())), vocabulary)

    def mend(self, text: str) -> str:
        """Mend the typos of a text.

        Args:
            text: any text.

        Returns:
            The text, with words replaced where that is likely right; else the same text.
        """
        unknown = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal unknown
            word = match[0].lower()
            if unknown >= _MOST_UNKNOWN or self._is_known(word):
                return match[0]
            unknown += 1
            return self._nearest(word) or match[0]

        return _WORD.sub(replace, text)

    def _is_known(self, word: str) -> bool:
        if not _SHORTEST <= len(word) <= _LONGEST:
            return True
        return word in self.counts or word in self._vocabulary or self._is_inflected(word)

    def _is_inflected(self, word: str) -> bool:
        for ending in _ENDINGS:
            stem = word.removesuffix(ending)
            if len(stem) < _SHORTEST_STEM or stem == word:
                continue
            # "stitch-ing", "promis(e)-ing", "reset-t-ing"
            if stem in self._vocabulary or stem + "e" in self._vocabulary:
                return True
            if stem[-1] == stem[-2] and stem[:-1] in self._vocabulary:
                return True
        return False

    def _nearest(self, word: str) -> str | None:
        mistakes = 2 if len(word) >= _TWO_MISTAKES else 1
        found = process.extract(
            word, self._right, scorer=OSA.distance, score_cutoff=mistakes, limit=None
        )
        if not found:
            return None
        # Fewest mistakes first, then the most used word.
        best: str = min(found, key=lambda hit: (hit[1], -self.counts[hit[0]], hit[0]))[0]
        return best
