"""How a simulated customer talks: answers what it is asked, in varied words, sometimes vaguely."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.simulation.goals import Goal, Item, Wish
from tests.simulation.words import (
    NO,
    NO_MORE,
    OPENINGS,
    PERSON,
    REASONS,
    UNSURE,
    VAGUE,
    YES,
)

# After so many answers that led nowhere a customer asks for a person.
_PATIENCE = 3
_DONE = re.compile(
    r"your reference is|is registered under|taken that down under|changed nothing|can't find order"
    r"|isn't possible|none of your latest orders|is on its way to |when the .* is back"
    r"|went back to your|on its way back to your|should have been back|is to be paid back"
    r"|time for that is over|like that already",
    re.IGNORECASE,
)
_PERSON = re.compile(r"ticket T-|reference is R-|passed this conversation", re.IGNORECASE)
_CODE_SENT_TO = re.compile(r"code (?:that went|sent) to ([^\s?]+)")
# Nobody who wants something else is vague about these.
_FACTS = ("code", "e-mail address", "postcode", "phone number")


class Customer:
    """One simulated customer.

    Args:
        goal: what it wants.
        rng: where its moods come from.
        code: gives the newest one-time code that was sent to an address or a phone number.
    """

    def __init__(self, goal: Goal, rng: random.Random, code: Callable[[str], str]) -> None:
        self._goal, self._rng, self._code = goal, rng, code
        self._wishes = list(goal.wishes)
        self._wish = goal.first or self._wishes[0]
        self._vague = goal.kind == "vague" or rng.random() < 0.2
        self._unsure: set[str] = set()
        self._lost = 0
        self._gone = False
        self.handed_over = False

    def opening(self) -> str:
        """The first words."""
        if self._goal.together:
            between = self._rng.choice((" and ", ". Also, ", " and also "))
            return between.join(self._ask_for(wish, plain=True) for wish in self._wishes)
        return self._ask_for(self._wish)

    def answer(self, text: str, buttons: list[str]) -> str | None:
        """What to say next.

        Args:
            text: everything that the assistant said in its turn.
            buttons: the titles of its buttons.

        Returns:
            Words, `[title]` for a button, or None when there is nothing more to say.
        """
        said = text.lower()
        if _PERSON.search(text):
            self.handed_over = True
            return None
        if self._gone:
            return None
        if "and you also wrote" in said:
            undone = [] if _DONE.search(text) else [self._wish]
            self._next_wish()
            self._wishes += undone
            return self._rng.choice(
                ("yes please", "yes", "[yes]") if buttons else ("yes", "yes please")
            )
        self._notice(said)
        if "shall i" in said and "pass you on" not in said and "go on with" not in said:
            return self._decide(buttons)
        if _DONE.search(text):
            return self._ask_for(self._wish) if self._next_wish() else None
        for question, reply in self._replies(text, buttons).items():
            if question in said:
                return self._vaguely(question) or reply()
        self._lost += 1
        if self._lost < _PATIENCE:
            return self._ask_for(self._wish)
        self._gone = self._lost > _PATIENCE
        return PERSON

    def _notice(self, said: str) -> None:
        """Of several wishes, talks about the one that the assistant talks about."""
        if not self._goal.together or self._is_about(self._wish, said):
            return
        self._wish = next((w for w in self._wishes if self._is_about(w, said)), self._wish)

    @staticmethod
    def _is_about(wish: Wish, said: str) -> bool:
        sign = {"newsletter": "newsletter", "default_address": "orders go"}
        return sign.get(wish.what, f"order {wish.number}") in said

    def _next_wish(self) -> bool:
        """Goes on to what is wanted next; False if that was all."""
        if self._wish in self._wishes:
            self._wishes.remove(self._wish)
        if not self._wishes:
            return False
        self._wish = self._wishes[0]
        return True

    def _vaguely(self, question: str) -> str | None:
        if self._goal.kind != "vague" or question in self._unsure or question in _FACTS:
            return None
        if self._unsure or any(fact in question for fact in _FACTS):
            return None
        self._unsure.add(question)
        return self._rng.choice(UNSURE)

    def _ask_for(self, wish: Wish, *, plain: bool = False) -> str:
        goal, pick = self._goal, self._rng.choice
        by_number = plain or not goal.alone or self._rng.random() < 0.6
        name = f"{wish.what} {wish.value}" if wish.what in {"newsletter", "sms"} else wish.what
        order = f"order {wish.number}" if by_number else "my order"
        return str(pick(OPENINGS[name]).format(**self._words(wish), order=order))

    def _words(self, wish: Wish) -> dict[str, str]:
        return {
            "number": wish.number,
            "item": self._named(wish.items[0]) if wish.items else "",
            "items": " and ".join(self._named(item) for item in wish.items),
            "to": f"the {wish.items[0].to} one" if wish.items else "",
            "method": wish.method or "",
            "value": wish.value,
            "sold_out": _sold_out(wish.items[0]) if wish.what == "remind" else "",
        }

    def _replies(self, text: str, buttons: list[str]) -> dict[str, Callable[[], str]]:
        goal, wish, pick = self._goal, self._wish, self._rng.choice
        street, *rest = wish.address or ("", "", "")
        asks_place = lambda: pick(  # noqa: E731
            (f"{street}, {' '.join(rest)}", f"please send it to {street}, {' '.join(rest)}")
            + ((street,) if street else ())
        )
        return {
            "six-digit code": lambda: self._code(self._code_for(text)),
            "code sent to": lambda: self._code(self._code_for(text)),
            "codes for signing in reach": lambda: (
                "[by e-mail]" if wish.value == "email" else "[by text]"
            ),
            "what's the new e-mail": lambda: wish.value,
            "what's the new phone": lambda: pick(("{}", "it's {}")).format(wish.value),
            "e-mail address or postcode": lambda: pick((goal.email, goal.postcode)),
            "e-mail address": lambda: pick(("{}", "it's {}", "{} please")).format(goal.email),
            "your order number": lambda: wish.number,
            "which order do you mean": lambda: wish.number,
            "may i ask why": lambda: pick(REASONS),
            "and which postcode and city": lambda: " ".join(rest),
            "where should the money go": lambda: self._method(buttons),
            "where should": asks_place,
            "go there, too": lambda: "yes" if wish.also else "no, only new orders",
            "anything else in order": lambda: pick(NO_MORE),
            "which kind of": lambda: self._kind(buttons),
            "which items of": lambda: " and ".join(self._named(i) for i in wish.items),
            "which part of": lambda: self._part(buttons),
            "replacement or your money back": lambda: pick(
                ("[a replacement]", "a replacement please")
                if wish.value == "replacement"
                else ("[my money back]", "my money back")
            ),
            "would you like to pay": lambda: self._method(buttons),
            "sold out at the moment": lambda: (
                "[tell me when]" if buttons else OPENINGS["remind"][0].format(**self._words(wish))
            ),
            "if you can't find it": lambda: "[I can't find it]",
            "what would you like to change about order": lambda: {
                "items": "[an item]",
                "payment": "the payment",
                "address": "[address]",
            }.get(wish.what, "an item"),
        }

    def _code_for(self, text: str) -> str:
        """Where the code went that is asked for."""
        found = _CODE_SENT_TO.findall(text)
        if not found or self._wish.what not in {"email", "phone"}:
            return self._goal.email
        new = self._wish.value.replace(" ", "")
        if found[-1].rstrip(".") == new:
            return new
        by_phone = self._wish.what == "phone" and self._goal.phone
        return self._goal.phone if by_phone else self._goal.email

    def _decide(self, buttons: list[str]) -> str:
        if self._vague:
            self._vague = False
            return self._rng.choice(VAGUE)
        if self._goal.kind == "withdrawn":
            return self._press_or_say(self._rng.choice(NO), buttons)
        if self._wish is self._goal.first:
            self._wish = self._wishes[0]
            return self._instead()
        return self._press_or_say(self._rng.choice(YES), buttons)

    def _instead(self) -> str:
        """Another thing than the one that was shown."""
        wish, pick = self._wish, self._rng.choice
        if wish.address:
            street, *rest = wish.address
            return f"no wait, {street}, {' '.join(rest)}"
        if wish.what == "return":
            return f"no, {' and '.join(self._named(item) for item in wish.items)} instead"
        to = wish.items[0].to if wish.items else "other"
        return pick(("no, the {} one instead", "actually, the {} one instead", "no, {}")).format(to)

    @staticmethod
    def _press_or_say(words: str, buttons: list[str]) -> str:
        if not words.startswith("["):
            return words
        start = words.strip("[]").lower()
        titles = [title for title in buttons if title.lower().startswith(start)]
        return f"[{titles[0]}]" if titles else start

    def _method(self, buttons: list[str]) -> str:
        if self._wish.method:
            return self._rng.choice((self._wish.method, f"[{self._wish.method}]"))
        return self._any(buttons)

    def _any(self, buttons: list[str]) -> str:
        """What somebody says who is asked about something that they did not want."""
        return f"[{buttons[0]}]" if buttons else self._rng.choice(VAGUE)

    def _kind(self, buttons: list[str]) -> str:
        if not self._wish.items:
            return self._any(buttons)
        wanted = self._wish.items[0].to
        titles = [title for title in buttons if title.split(" (")[0] == wanted]
        return self._rng.choice((wanted, f"the {wanted} one", f"[{(titles or [wanted])[0]}]"))

    def _part(self, buttons: list[str]) -> str:
        if not self._wish.items:
            return self._any(buttons)
        product = self._wish.items[0].product.lower()
        titles = [title for title in buttons if product in title.lower()]
        return f"[{titles[0]}]" if titles else self._named(self._wish.items[0])

    def _named(self, item: Item) -> str:
        name = item.product.lower()
        kind = f"the {item.variant} {name}" if item.variant else f"the {name}"
        return self._rng.choice((f"the {name}", kind, f"the {name}"))


def _sold_out(item: Item) -> str:
    kind = item.variant.replace(",", "")
    return f"the {item.product.lower()} in {kind}" if kind else f"the {item.product.lower()}"
