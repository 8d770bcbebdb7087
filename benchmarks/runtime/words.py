"""The same few messages in ever new words.

Frontdesk keeps the vectors of messages that came before, word for word; customers rarely say
anything twice in the same words, so a benchmark that did would measure that memory.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BEFORE = ("", "ok, ", "so, ", "well, ", "oh, ", "hey, ", "and ", "alright, ", "right, ", "hm, ")


@dataclass(frozen=True)
class Said:
    """One message of a conversation, as different customers write it.

    Attributes:
        before: what may stand before it.
        middle: what is said.
        after: what may stand behind it.
    """

    before: Sequence[str]
    middle: Sequence[str]
    after: Sequence[str]

    def variants(self) -> Iterator[str]:
        """Every way to write it, over and over; neighbours differ in more than one place."""
        parts = (self.before, self.middle, self.after)
        ways = list(itertools.product(*parts))
        # a step that has no divisor in common with their number comes by all of them
        step = next(n for n in range(len(ways) // 3, len(ways)) if _coprime(n, len(ways)))
        for number in itertools.count():
            yield "".join(ways[number * step % len(ways)])


def _coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1


GREETING = Said(
    before=("", "oh ", "well ", "so, ", "so ", "ah ", "now ", "oh, ", "ah, ", "well, "),
    middle=(
        "hello",
        "hi",
        "hey",
        "hey there",
        "good morning",
        "hi there",
        "hello there",
        "hello again",
    ),
    after=("", "!", ".", " :)", " everyone", " all", " team", " .", " folks", " !"),
)
ORDER = Said(
    before=_BEFORE,
    middle=(
        "where is my order 10023",
        "where's order 10023",
        "where is my parcel 10023",
        "can you track order 10023",
        "i want to know where order 10023 is",
        "tell me where my order 10023 is",
        "when does order 10023 come",
        "has order 10023 been sent",
    ),
    after=("", "?", " please", " please?", " now?", " ?", "??", " today?", ", thanks", " then?"),
)
EMAIL = Said(
    before=(
        "",
        "it's ",
        "it is ",
        "my email is ",
        "that's ",
        "sure, ",
        "ok, ",
        "yes, ",
        "here: ",
        "mail: ",
    ),
    middle=(
        "anna.berg@example.com",
        "Anna.Berg@example.com",
        "anna.berg@Example.com",
        "ANNA.BERG@EXAMPLE.COM",
        "Anna.berg@example.com",
        "anna.Berg@example.com",
    ),
    after=("", " ", ".", " please", " thanks", "  ", " ok", " there", " i think", " :)"),
)
QUESTION = Said(
    before=_BEFORE,
    middle=(
        "how long do I have to return something",
        "how long do i have to return it",
        "how many days do i have to return something",
        "how many days do I have to return an item",
        "how many days do we have to return things",
        "how long do we have to return something",
        "how many days are there to return something",
    ),
    after=(
        "",
        "?",
        " please?",
        " ?",
        " then?",
        "??",
        " here?",
        " normally?",
        " actually?",
        " please",
    ),
)
THANKS = Said(
    before=(
        "",
        "ok, ",
        "great, ",
        "good, ",
        "super, ",
        "alright, ",
        "perfect, ",
        "fine, ",
        "oh, ",
        "cool, ",
    ),
    middle=(
        "thanks",
        "thank you",
        "thanks a lot",
        "many thanks",
        "thank you so much",
        "thanks so much",
    ),
    after=("", "!", ".", " :)", " !", " again", " team", " for that", "!!", " for it"),
)
