"""How a simulated customer talks: answers what it is asked, in varied words, sometimes vaguely."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.simulation.goals import Goal, Item

# After so many answers that led nowhere a customer gives up.
_PATIENCE = 3
_OPENINGS = {
    "cancel": (
        "I want to cancel {order}",
        "cancel {order}",
        "pls cancle {order}",
        "can you cancel {order} for me?",
        "please cancel {order}, i don't need it any more",
    ),
    "address": (
        "change the address of {order}",
        "can you change the delivery address of {order}",
        "change the shipping adress for {order} pls",
        "I need to change the delivery address on {order}",
    ),
    "payment": (
        "change the payment of {order}",
        "pay {order} with something else",
        "I'd like to change the payment method of {order}",
    ),
    "items": (
        "I want to change something in {order}",
        "change {item} in {order} for another one",
        "can I still change {item} in {order}",
    ),
    "return": (
        "I want to return something from {order}",
        "return {items} from {order}",
        "i'd like to send back {items} of {order}",
    ),
    "exchange": (
        "I want to exchange {item} from {order}",
        "exchange {item} of {order} for {to}",
        "can i exchange {item} in {order}",
    ),
}
_YES = ("yes", "yes please", "Yes, do it", "yep", "[yes]", "[yes]", "go ahead")
_NO = ("no", "no thanks", "[no]", "nope")
_VAGUE = ("ok", "hmm", "I guess", "is that final?", "sure")
_REASONS = ("I don't need it any more", "ordered by mistake", "other", "found it cheaper elsewhere")
_NO_MORE = ("no, that's all", "that's all", "no", "nothing else", "[that's all]")
_DONE = re.compile(
    r"your reference is|is registered under|i've changed nothing|can't find order|isn't possible"
    r"|none of your latest orders",
    re.IGNORECASE,
)
_PERSON = re.compile(r"ticket T-|reference is R-|passed this conversation", re.IGNORECASE)

Press = str


class Customer:
    """One simulated customer.

    Args:
        goal: what it wants.
        rng: where its moods come from.
        code: gives the newest one-time code that was sent to it.
    """

    def __init__(self, goal: Goal, rng: random.Random, code: Callable[[], str]) -> None:
        self._goal, self._rng, self._code = goal, rng, code
        self._vague = rng.random() < 0.3
        self._lost = 0
        self.handed_over = False

    def opening(self) -> str:
        """The first words."""
        goal = self._goal
        by_number = not goal.alone or goal.kind == "not_theirs" or self._rng.random() < 0.6
        words = {
            "order": f"order {goal.number}" if by_number else "my order",
            "item": self._named(goal.items[0]) if goal.items else "",
            "items": " and ".join(self._named(item) for item in goal.items),
            "to": f"the {goal.items[0].to} one" if goal.items else "",
        }
        return self._rng.choice(_OPENINGS[goal.change]).format(**words)

    def answer(self, text: str, buttons: list[str]) -> str | None:
        """What to say next.

        Args:
            text: everything that the assistant said in its turn.
            buttons: the titles of its buttons.

        Returns:
            Words, `[title]` for a button, or None when there is nothing more to say.
        """
        if _PERSON.search(text):
            self.handed_over = True
            return None
        said = text.lower()
        if "shall i" in said:
            return self._decide(buttons)
        if _DONE.search(text):
            return None
        for question, reply in self._replies(buttons).items():
            if question in said:
                return reply()
        self._lost += 1
        return None if self._lost >= _PATIENCE else self.opening()

    def _replies(self, buttons: list[str]) -> dict[str, Callable[[], str]]:
        goal, pick = self._goal, self._rng.choice
        street, *rest = goal.address or ("", "", "")
        return {
            "six-digit code": self._code,
            "e-mail address": lambda: pick(("{}", "it's {}", "{} please")).format(goal.email),
            "which order do you mean": lambda: goal.number,
            "may i ask why": lambda: pick(_REASONS),
            "and which postcode and city": lambda: " ".join(rest),
            "where should order": lambda: pick(
                (f"{street}, {' '.join(rest)}", f"please send it to {street}, {' '.join(rest)}")
                + ((street,) if street else ())
            ),
            "anything else in order": lambda: pick(_NO_MORE),
            "which kind of": lambda: self._kind(buttons),
            "which items of": lambda: " and ".join(self._named(i) for i in goal.items),
            "would you like to pay": lambda: self._method(buttons),
            "where should the money go": lambda: self._method(buttons),
            "what would you like to change": lambda: {
                "items": "[an item]",
                "payment": "the payment",
                "address": "[address]",
            }.get(goal.change, "an item"),
        }

    def _decide(self, buttons: list[str]) -> str:
        if self._vague:
            self._vague = False
            return self._rng.choice(_VAGUE)
        if self._goal.kind == "withdrawn":
            return self._press_or_say(self._rng.choice(_NO), buttons)
        return self._press_or_say(self._rng.choice(_YES), buttons)

    @staticmethod
    def _press_or_say(words: str, buttons: list[str]) -> str:
        if not words.startswith("["):
            return words
        start = words.strip("[]").lower()
        titles = [title for title in buttons if title.lower().startswith(start)]
        return f"[{titles[0]}]" if titles else start

    def _method(self, buttons: list[str]) -> str:
        if self._goal.method:
            return self._rng.choice((self._goal.method, f"[{self._goal.method}]"))
        return f"[{buttons[0]}]"

    def _kind(self, buttons: list[str]) -> str:
        wanted = self._goal.items[0].to
        titles = [title for title in buttons if title.split(" (")[0] == wanted]
        return self._rng.choice((wanted, f"the {wanted} one", f"[{(titles or [wanted])[0]}]"))

    def _named(self, item: Item) -> str:
        name = item.product.lower()
        kind = f"the {item.variant} {name}" if item.variant else f"the {name}"
        return self._rng.choice((f"the {name}", kind, f"the {name}"))
