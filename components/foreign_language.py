"""Telling whether a text is in another language than English, and in which.

Three witnesses must agree, because short, misspelt messages fool each alone: the words are not
those of English or of the training examples; a statistical detector (lingua) names a language; and
the text has common words (spaCy's stop words), or letters, of that language.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cached_property

from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

# Words of letters, not the parts of e-mail addresses, web addresses and codes.
_WORD = re.compile(r"(?<![\w@.])[^\W\d_]+(?:['’][^\W\d_]+)?(?![\w@]|\.\w)")
# Longer texts say what they are in long before their end.
_READ = 300  # characters
# At least this sure must the detector be of a language written in Latin letters.
_SURE = 0.5
# A language less likely than this is not the text's, whatever words they share.
_LIKELY = 0.01
# Of the words, this share at most may be known ones: "no", "mi" and "taxi" are words everywhere.
_KNOWN_SHARE = 0.5
# One word alone is judged by these only: too many names and typos look like something foreign.
_ALONE = {
    "hola": "es", "gracias": "es", "ayuda": "es", "bonjour": "fr", "bonsoir": "fr", "merci": "fr",
    "salut": "fr", "hallo": "de", "danke": "de", "hilfe": "de", "bitte": "de", "ciao": "it",
    "buongiorno": "it", "grazie": "it", "olá": "pt", "obrigado": "pt", "obrigada": "pt",
    "bedankt": "nl", "goedemorgen": "nl", "cześć": "pl", "dziękuję": "pl", "merhaba": "tr",
    "teşekkürler": "tr", "hej": "sv", "tack": "sv", "děkuji": "cs", "kiitos": "fi", "moi": "fi",
}  # fmt: skip


class ForeignLanguage:
    """Finds the language of texts that are not English."""

    def __init__(self, languages: Collection[str], known_words: Iterable[str]) -> None:
        """Make a detector.

        Args:
            languages: ISO 639-1 codes of the languages to tell apart, English not among them.
            known_words: lower-case words of the training examples, taken for English.

        Raises:
            ValueError: if the detector knows no language of such a code.
        """
        self._codes = {_language(code): code for code in languages}
        self._known = frozenset(known_words)

    @cached_property
    def _detector(self) -> LanguageDetector:
        # The small models: 20 MB in place of 470, and a tenth of the time.
        builder = LanguageDetectorBuilder.from_languages(Language.ENGLISH, *self._codes)
        return builder.with_low_accuracy_mode().build()

    @cached_property
    def _english(self) -> frozenset[str]:
        return self._known | _stop_words("en")

    def warm_up(self) -> None:
        """Load what is loaded at first use, so that no customer waits for it."""
        self.find("wo ist meine bestellung")
        _ = {code: _stop_words(code) for code in self._codes.values()}

    def find(self, text: str) -> str | None:
        """Find the language of a text.

        Args:
            text: any text.

        Returns:
            The ISO 639-1 code of a language other than English; None for English, for what is no
            language at all, and whenever it is not sure.
        """
        words = words_of(text[:_READ])
        if not words:
            return None
        if len(words) == 1 and _is_latin(words[0]):
            code = _ALONE.get(words[0])
            return code if code in self._codes.values() else None
        unknown = [word for word in words if word not in self._english]
        if len(words) - len(unknown) > _KNOWN_SHARE * len(words):
            return None
        ranked = self._detector.compute_language_confidence_values(" ".join(words))
        if ranked[0].language not in self._codes or ranked[0].value < _SURE:
            return None
        if sum(map(_is_latin, words)) * 2 < len(words):
            return self._codes[ranked[0].language]  # another script leaves no doubt
        # Of the likely ones the language wins whose common words are used: relatives look alike.
        likely = [c.language for c in ranked if c.language in self._codes and c.value >= _LIKELY]
        used = {language: self._common_words(language, unknown) for language in likely}
        best = max(likely, key=lambda language: used[language])
        native = used[best] > 0 or any(not word.isascii() for word in unknown)
        return self._codes[best] if native else None

    def _common_words(self, language: Language, words: list[str]) -> int:
        common = _stop_words(self._codes[language])
        return sum(word in common and len(word) > 1 for word in words)


def words_of(text: str) -> list[str]:
    """The words of a text, in its order and in lower case; no addresses, numbers or codes."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _language(code: str) -> Language:
    name = "NB" if code.upper() == "NO" else code.upper()
    try:
        return Language.from_iso_code_639_1(getattr(IsoCode639_1, name))
    except AttributeError:
        raise ValueError(f"'{code}' is no language code that can be recognised.") from None


def _stop_words(code: str) -> frozenset[str]:
    """The common words of a language, as spaCy lists them; none where it has no list."""
    try:
        module = importlib.import_module(f"spacy.lang.{code}.stop_words")
    except ImportError:
        return frozenset()
    words: Iterable[str] = module.STOP_WORDS
    return frozenset(words)


def _is_latin(word: str) -> bool:
    return unicodedata.name(word[0], "").startswith("LATIN")
