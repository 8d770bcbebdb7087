"""Things in the customer's words: "both shirts", "the cheaper one", "all except the lamp"."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass


def _words(text: str) -> list[str]:
    return text.split()


_NUMBER_WORDS = _words("one two three four five six seven eight nine ten")
_NUMBERS = {word: number for number, word in enumerate(_NUMBER_WORDS, 1)}
_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3}
# Words that name nothing.
_EMPTY = frozenset(
    _words(
        "a an the and of in for to my this that these those it its is are i id i'd want would like "
        "please return send back exchange swap change cancel order with from set cm x item items "
        "thing things one ones piece pieces just only also can could you give me new other two "
        "both all number no yes by on at do want keep rather instead not"
    )
)
_ALL = re.compile(
    r"\b(?:everything|all of (?:it|them)|all (?:the )?items|the (?:lot|whole (?:order|thing|lot))"
    r"|whole order|all|both)\b"
)
_EXCEPT = re.compile(
    r"\b(?:except(?: for)?|but(?: not)?|apart from|other than|without|excluding|not|keep(?:ing)?"
    r"|leave out)\b"
)
# These cannot mean anything else: what they leave out must be known.
_LEAVES_OUT = re.compile(r"\b(?:except|apart from|other than|excluding|leave out)\b")
# "only the lamp stays" is "except the lamp" ...
_STAYS = re.compile(r"(?:\b(?:only|just) )?((?:[a-z0-9']+ ){1,4}?)(?:stays?|remains?)\b")
# ... and "keep the lamp, the rest goes back", too.
_REST = re.compile(r"\b(?:everything else|all else|the rest|(?:all )?the others?)\b")
_CHEAP = re.compile(r"\b(?:cheap(?:er|est)|less expensive|lower price)\b")
_DEAR = re.compile(r"\b(?:dear(?:er|est)|more expensive|most expensive|pric(?:ier|iest))\b")
_PARTS = re.compile(r"\s*(?:,|;|&|\+|\band\b|\bplus\b|\bas well as\b)\s*")
# As alike as that, a longer word is a mistyped one.
_SIMILARITY, _LONG = 0.84, 5


@dataclass(frozen=True)
class Thing:
    """Something that can be named.

    Attributes:
        id: what stands for it.
        name: what it is, such as `T-shirt`.
        kind: which one of these, such as `navy, M`.
        quantity: how many pieces of it there are.
        price: of one piece, in minor units.
    """

    id: str
    name: str
    kind: str = ""
    quantity: int = 1
    price: int = 0


@dataclass(frozen=True)
class Named:
    """What a text names.

    Attributes:
        found: ids with how many pieces of each (None: all), in the order of the things.
        unclear: ids of which the text may mean any one.
    """

    found: dict[str, int | None]
    unclear: tuple[str, ...] = ()


def named(text: str, things: Sequence[Thing]) -> Named:
    """Find the things that a text names.

    Args:
        text: the customer's words.
        things: what there is to name.

    Returns:
        What was found; nothing found and nothing unclear when the text names none of them.
    """
    said = _STAYS.sub(r"except \1", _plain(text))
    if cut := _EXCEPT.search(said):
        before, after = said[: cut.start()], said[cut.end() :]
        rest = _REST.search(after)
        left_out = _listed(after[: rest.start()] if rest else after, things)
        if not left_out.found and _LEAVES_OUT.match(cut.group()):
            return Named({})
        if left_out.found and not left_out.unclear:
            base = _listed(before, things)
            if base.unclear:
                return base
            wanted = base.found or dict.fromkeys(thing.id for thing in things)
            kept = {key: value for key, value in wanted.items() if key not in left_out.found}
            return Named(kept) if kept else Named({})
    return _listed(said, things)


def left_out(text: str, things: Sequence[Thing]) -> tuple[str, ...]:
    """The things that a text takes back and nothing else: "actually not the lamp".

    Args:
        text: the customer's words.
        things: what was chosen before.

    Returns:
        Their ids; empty when the text names others to choose, or is not about leaving out.
    """
    said = _plain(text)
    if stays := _STAYS.search(said):
        if stays.group().startswith(("only ", "just ")):  # so the rest is chosen
            return ()
        said = _STAYS.sub(r"except \1", said)
    cut = _EXCEPT.search(said)
    if (
        cut is None
        or _ALL.search(said[: cut.start()])
        or _REST.search(said)
        or _listed(said[: cut.start()], things).found
    ):
        return ()
    after = _listed(said[cut.end() :], things)
    return () if after.unclear else tuple(after.found)


def _listed(said: str, things: Sequence[Thing]) -> Named:
    """The things in a list such as "the lamp and two of the mugs"."""
    found: dict[str, int | None] = {}
    unclear: list[str] = []
    for part in filter(None, _PARTS.split(said)):
        one = _part(part, things)
        if not (one.found or one.unclear) and found and (count := _of_them(part)):
            last = list(found)[-1]  # "the white shirt, just one of them"
            held = next(thing.quantity for thing in things if thing.id == last)
            found[last] = count if count < held else found[last]
        found.update(one.found)
        unclear += one.unclear
    in_order = {thing.id: found[thing.id] for thing in things if thing.id in found}
    return Named(in_order, tuple(key for key in unclear if key not in in_order))


def _part(said: str, things: Sequence[Thing]) -> Named:
    words = [word for word in said.split() if word not in _EMPTY]
    scores = {thing.id: _score(words, thing) for thing in things}
    best = max(scores.values(), default=0)
    fits = [thing for thing in things if best and scores[thing.id] == best]
    fits = _by_price(
        said, fits or (list(things) if _CHEAP.search(said) or _DEAR.search(said) else [])
    )
    if not fits:
        if _ALL.search(said):
            return Named(dict.fromkeys(thing.id for thing in things))
        place = next((_PLACES[word] for word in said.split() if word in _PLACES), None)
        if "last" in said.split():
            place = len(things) - 1
        return Named({things[place].id: None} if place is not None and place < len(things) else {})
    if len(fits) == 1:
        return Named({fits[0].id: _pieces(said, fits[0])})
    if _means_all(said, fits):
        return Named(dict.fromkeys(thing.id for thing in fits))
    return Named({}, tuple(thing.id for thing in fits))


def _by_price(said: str, fits: list[Thing]) -> list[Thing]:
    if len(fits) > 1 and (_CHEAP.search(said) or _DEAR.search(said)):
        wanted = (min if _CHEAP.search(said) else max)(thing.price for thing in fits)
        return [thing for thing in fits if thing.price == wanted]
    return fits


def _means_all(said: str, fits: list[Thing]) -> bool:
    """Whether several things of one name are meant together: "both shirts", "the shirts"."""
    if _ALL.search(said) or _count(said) == len(fits):
        return True
    last_words = {
        _singular(thing.name.lower().split()[-1].split("-")[-1]) for thing in fits if thing.name
    }
    return any(word.endswith("s") and _singular(word) in last_words for word in said.split())


def _pieces(said: str, thing: Thing) -> int | None:
    """How many pieces of one thing; None for all of them."""
    count = _count(said)
    if count is None and re.search(r"\b(?:a|an|single)\b", said):
        count = 1
    return count if count is not None and count < thing.quantity and not _ALL.search(said) else None


def _of_them(said: str) -> int | None:
    """The number in a part such as "only one of them"; None if it says anything else."""
    words = set(said.split()) - {"only", "just", "of", "them", "please", "those", "these"}
    return _count(said) if len(words) == 1 else None


def _count(said: str) -> int | None:
    for word in said.split():
        if word in _NUMBERS or word.isdigit():
            return _NUMBERS.get(word) or int(word)
    return None


def _score(words: list[str], thing: Thing) -> int:
    title = re.sub(r"[,;&+]", " ", _plain(f"{thing.name} {thing.kind}"))
    known = {_singular(word) for word in title.split()} - _EMPTY
    return sum(any(_alike(_singular(word), other) for other in known) for word in set(words))


def _alike(said: str, known: str) -> bool:
    if said == known or (len(known) >= _LONG and known.endswith(said) and len(said) >= _LONG):
        return True
    if len(said) < _LONG or len(known) < _LONG:
        return False
    if said[0] == known[0] and sorted(said) == sorted(known):  # "candels"
        return True
    return difflib.SequenceMatcher(None, said, known).ratio() >= _SIMILARITY


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _plain(text: str) -> str:
    """In lower case; "T-shirt", "tee shirt" and "tshirt" as "t shirt"."""
    plain = text.lower().replace("\u2019", "'")
    plain = re.sub(r"\b(?:tee|t)[ -]?shirt", "tshirt shirt", plain)
    plain = re.sub(r"\bcolor", "colour", plain)
    return " ".join(re.sub(r"[^a-z0-9'&+,; ]+", " ", plain).split())
