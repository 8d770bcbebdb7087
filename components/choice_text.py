"""Which of the offered choices a typed text names: by number, place, title, yes or no."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A text is longer than the longest title by a few polite words at most, or it says more.
_POLITE_CHARS = 60
# In shorter words one letter more or less makes another word.
_SHORTEST_TYPO = 5
_SHORTEST_PREFIX = 4
_SHORTEST_KEYWORD = 3

_PLACES: dict[str, int] = {
    word: place
    for place, words in enumerate(
        (
            "1 1st first one former top",
            "2 2nd second two latter",
            "3 3rd third three",
            "4 4th fourth four",
            "5 5th fifth five",
            "6 6th sixth six",
            "7 7th seventh seven",
            "8 8th eighth eight",
            "9 9th ninth nine",
            "10 10th tenth ten",
        )
    )
    for word in words.split()
}
_LAST = _words("last final bottom")
_ONLY_OF_TWO = _words("former latter")

# Around a choice they add nothing to it.
_LEAD = (
    r"(?:(?:ok|okay|hi|hello|well|um|uh|hmm|so|then|please|pls|i|i'd|i'll|id|ill|would|will|like|"
    r"want|to|take|choose|pick|select|go|with|for|let's|lets|give|me|have|prefer|think|the|it's|"
    r"its|it|that's|my|choice|is|answer|make|just|maybe|probably)\s)*"
)
_LABEL = r"(?:(?:option|number|nr|num|choice|button|answer|nummer)\s?)?"
_TAIL = (
    r"(?:\s(?:stars?|one|option|choice|button|answer|item|entry|on|in|from|of|the|your|list|menu|them|"
    r"please|pls|plz|thanks|thank|you|then|is|fine|good))*"
)
_PLACE = re.compile(rf"{_LEAD}{_LABEL}(?P<place>[0-9]{{1,2}}(?:st|nd|rd|th)?|[a-z]+){_TAIL}")

# "the one" and "one of them" name none.
_NOT_THE_FIRST = re.compile(r"\b(?:the one|one (?:of|from|in|on))\b")
_NUMBER_SIGN = re.compile(r"^\s*(?:no|nr)\.\s*(?=[0-9])", re.IGNORECASE)
_AMOUNT = re.compile(r"[€$£¥%]|[0-9][.,:/][0-9]")

_FILLERS = _words(
    "ok okay hi hello hey well um uh hmm so then please pls plz thanks thank you i i'd i'll id ill "
    "i'm would will like want to take choose pick select go with for let's lets me have prefer "
    "think the it's its it that's that this my a an is just maybe probably option one of and or in "
    "on at do can we be by your our"
)
# Around a single word of a title only these: "I want to order" says more than "order".
_COURTESIES = _words("ok okay please pls plz thanks thank you the a an my your")
_YES = _words(
    "yes y ye yea yeah yeh yep yup yess ya sure ok okay correct right exactly absolutely "
    "definitely certainly affirmative indeed totally"
)
_NO = _words("no n nope nah noo negative never incorrect wrong")
_YES_PHRASES = (
    "of course",
    "please do",
    "do it",
    "do that",
    "go ahead",
    "sounds good",
    "that's right",
    "thats right",
    "that's correct",
    "thats correct",
    "that is right",
    "that is correct",
    "it is",
    "i do",
    "i am",
)
_NO_PHRASES = (
    "not now",
    "not really",
    "not right",
    "not correct",
    "don't",
    "do not",
    "dont",
    "please don't",
    "that's wrong",
    "thats wrong",
    "that is wrong",
    "no way",
    "i don't",
    "i do not",
    "it isn't",
    "it is not",
)
_YES_NO_FILLERS = _words("please pls plz thanks thank you thx well um uh hmm oh i think guess")
# "ok thanks" closes a matter as often as it agrees.
_WEAK_YES = _words("ok okay right sure")
_THANKS = _words("thanks thank you thx ty")
_YES_TITLES = _words("yes yeah sure ok okay correct")
_NO_TITLES = _words("no nope not")

_THUMBS = str.maketrans({"\U0001f44d": " yes ", "\U0001f44e": " no ", "\u2705": " yes "})


@dataclass(frozen=True)
class Choice:
    """One offered choice.

    Attributes:
        title: what the customer read on the button.
        says_yes: whether choosing it is saying yes; None: as its title tells.
    """

    title: str
    says_yes: bool | None = None


def choose(text: str, choices: Sequence[Choice], similarity: float = 0.85) -> int | None:
    """Find the one choice that a text names and says nothing beside.

    Args:
        text: what the customer typed.
        choices: what was offered, in the order in which it was shown.
        similarity: how alike (0 to 1) a mistyped word or title must be to count.

    Returns:
        The place of the choice, from 0; None when the text names none, several, or says more.
    """
    titles = [_plain(choice.title) for choice in choices]
    if len(text) > max(map(len, titles), default=0) + _POLITE_CHARS:
        return None
    said = _plain(_NUMBER_SIGN.sub("number ", text))
    if not said:
        return None
    exact = [place for place, title in enumerate(titles) if title == said]
    if exact:
        return exact[0] if len(exact) == 1 else None
    found = {
        place
        for place in (
            None if _AMOUNT.search(text) else _by_place(said, len(choices)),
            _by_yes_or_no(said, choices, titles),
            _by_title(said, titles, similarity),
        )
        if place is not None
    }
    return found.pop() if len(found) == 1 else None


def _plain(text: str) -> str:
    """Lower case, digits of every script as 0-9, no accents, punctuation or emoji."""
    text = unicodedata.normalize("NFKD", text.translate(_THUMBS)).casefold()
    text = text.replace("\u2019", "'")
    chars = []
    for char in text:
        digit = unicodedata.digit(char, None)
        if digit is not None:
            chars.append(str(digit))
        elif char.isalnum() or char == "'":
            chars.append(char)
        elif unicodedata.category(char) not in ("Mn", "Me", "Cf"):
            chars.append(" ")
    return " ".join("".join(chars).split()).strip("'")


def _by_place(said: str, count: int) -> int | None:
    """ "2", "option 2", "the second one", "the last"."""
    match = _PLACE.fullmatch(said)
    if not match or (match["place"] == "one" and _NOT_THE_FIRST.search(said)):
        return None
    word = match["place"].lstrip("0")
    if word in _LAST:
        return count - 1 if count > 1 else None
    if word in _ONLY_OF_TWO and count != 2:
        return None
    place = _PLACES.get(word)
    return place if place is not None and place < count else None


def _by_yes_or_no(said: str, choices: Sequence[Choice], titles: Sequence[str]) -> int | None:
    answer = _yes_or_no(said)
    if answer is None:
        return None
    meant = []
    for place, (choice, title) in enumerate(zip(choices, titles, strict=True)):
        first = title.split(" ", 1)[0]
        says_yes = choice.says_yes
        if says_yes is None and first in _YES_TITLES | _NO_TITLES:
            says_yes = first in _YES_TITLES
        if says_yes is answer:
            meant.append(place)
    return meant[0] if len(meant) == 1 else None


def _yes_or_no(said: str) -> bool | None:
    """True for yes, False for no, None for neither or both."""
    rest = f" {said} "
    answers = set()
    # the longer phrase first: "it is not" holds "it is"
    phrases = [(phrase, False) for phrase in _NO_PHRASES] + [(p, True) for p in _YES_PHRASES]
    for phrase, answer in sorted(phrases, key=lambda pair: -len(pair[0])):
        if f" {phrase} " in rest:
            rest = rest.replace(f" {phrase} ", "  ")
            answers.add(answer)
    for word in rest.split():
        if word in _YES:
            answers.add(True)
        elif word in _NO:
            answers.add(False)
        elif word not in _YES_NO_FILLERS:
            return None
    if {*said.split()} & _THANKS and not {*said.split()} - _THANKS - _WEAK_YES:
        return None
    return answers.pop() if len(answers) == 1 else None


def _by_title(said: str, titles: Sequence[str], similarity: float) -> int | None:
    """By the whole title with a typo, by its beginning, or by words that only it has."""
    content = [word for word in said.split() if word not in _FILLERS]
    if not content:
        return None
    alike = [
        place
        for place, title in enumerate(titles)
        if len(said) >= _SHORTEST_TYPO and _alike(said, title, similarity)
    ]
    if len(alike) == 1:
        return alike[0]
    found = {
        place
        for place, title in enumerate(titles)
        if title.startswith(f"{said} ")
        or (len(said) >= _SHORTEST_PREFIX and title.startswith(said))
    }
    if any(len(word) >= _SHORTEST_KEYWORD or word.isdigit() for word in content):
        around = {*said.split()} - {*content} - _COURTESIES
        found |= {
            place
            for place, title in enumerate(titles)
            if all(_among(word, title.split(), similarity) for word in content)
            and (len(content) > 1 or around.issubset(title.split()))
        }
    return found.pop() if len(found) == 1 else None


def _among(word: str, title_words: Sequence[str], similarity: float) -> bool:
    return word in title_words or any(
        len(word) >= _SHORTEST_TYPO and _alike(word, other, similarity) for other in title_words
    )


def _alike(typed: str, meant: str, similarity: float) -> bool:
    """Whether one is the other with a small typo; a digit is never a typo."""
    digits = [[c for c in text if c.isdigit()] for text in (typed, meant)]
    if digits[0] != digits[1] or abs(len(typed) - len(meant)) > max(2, len(meant) // 8):
        return False
    return difflib.SequenceMatcher(None, typed, meant).ratio() >= similarity
