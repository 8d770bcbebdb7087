"""Items for another kind of the same product: in a pending order, or by an exchange."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import CONFIRM, Draft, Line
from actions.changes.kind import ENDED
from actions.changes.options import (
    Option,
    choose_again,
    choose_variant,
    is_relative,
    read_options,
    variants,
)
from actions.changes.paying import ask_method, charge_options, read_method, refund_options
from actions.changes.picking import (
    ask_items,
    by_name,
    halves,
    is_no_more,
    kept_items,
    pick,
    taken_back,
)
from actions.changes.returning import SendingBack, label_line
from actions.reading import Message, refuses, replaces
from actions.shop import backends
from actions.wording import money
from backends.change_models import Outcome
from backends.models import Money, OrderState
from backends.policy import Policy, SendBack

# The entity of the buttons that name a kind.
VARIANT = "variant_id"
# "no, the lamp as well"
_BESIDES = re.compile(r"\b(?:also|too|as well|besides|add)\b", re.IGNORECASE)


class Swapping(SendingBack):
    """Lines are picked, then a new kind for each, then how the difference is settled."""

    which = ""

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: lines, the kind for one of them, a way to pay, or that this is all."""
        if draft.asks == "method" and (amended := read_method(draft, message)):
            return amended
        if draft.asks != "variant" and (amended := self._another_kind(draft, message)):
            return amended
        if draft.asks == CONFIRM and (amended := read_method(draft, message)):
            return amended
        refused = draft.asks == "more" and message.intent in {"deny", "goodbye", "decline_offer"}
        if refused or (draft.items and is_no_more(message) and not draft.complete):
            return draft.amended(complete=True)
        if draft.asks == "more" and message.intent == "affirm":
            return draft.amended(asks="items", variant_of="")
        if draft.asks == "variant" and (amended := self._variant(draft, message)):
            return amended
        if draft.items and (out := taken_back(draft, message)):
            kept = kept_items(draft, out)
            return draft.amended(items=kept, method_id=None, variant_of=None, complete=True)
        return self._more(draft, message)

    def _more(self, draft: Draft, message: Message) -> Draft | None:
        """Takes lines that were not named before: besides the others, or in their place."""
        what, wish = halves(message.text)
        picked = pick(draft, Message(what, message.intent, message.entities, {}), self.lines(draft))
        known = {item["item_id"] for item in draft.items}
        new = tuple(item for item in picked if item["item_id"] not in known)
        if not new:
            return None
        if not wish and is_relative(message.text):  # "make the shirt one size bigger"
            wish = message.text
        # "no, the kettle instead"
        others = replaces(message) or (draft.asks == CONFIRM and refuses(message))
        items = new if others and not _BESIDES.search(message.text) else (*draft.items, *new)
        return draft.amended(items=items, wish=wish or None, variant_of=None, method_id=None)

    def _another_kind(self, draft: Draft, message: Message) -> Draft | None:
        """Takes another kind for a line that has a new one already: "no, the navy one instead"."""
        text, choices = message.text, draft.choices or {}
        chosen = [item for item in draft.items if item.get("variant_id")]
        asks = "?" in text and not replaces(message)
        if not (chosen and choices) or text.startswith("/") or is_no_more(message) or asks:
            return None
        names = by_name(message, self.lines(draft))
        ids = {item["item_id"] for item in chosen}
        if names - ids:  # it is about another line
            return None
        wanted: dict[str, set[str]] = {}
        for item in chosen:
            line, options = draft.line(item["item_id"]), read_options(choices.get(item["item_id"]))
            if line and item["item_id"] in (names or ids):
                kinds = choose_again(text, options, item["variant_id"], line.variant_id)
                wanted |= {line.id: kinds} if kinds else {}
        clear = len(wanted) == 1 or bool(names)
        for line_id, kinds in wanted.items():
            variant = next(iter(kinds)) if clear and len(kinds) == 1 else None
            draft = _with_variant(draft, line_id, variant, read_options(choices[line_id]))
        return replace(draft, method_id=None) if wanted else None

    @staticmethod
    def _variant(draft: Draft, message: Message) -> Draft | None:
        options = read_options(draft.variants)
        chosen = message.entities.get(VARIANT, [])
        line = draft.line(draft.variant_of or "")
        found = chosen[-1:] or choose_variant(
            message.text, options, line.variant_id if line else None
        )
        if len(found) != 1 or found[0] not in {option.id for option in options}:
            return None
        return _with_variant(draft, draft.variant_of or "", found[0])

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        lines = self.lines(draft)
        if not draft.items and len(lines) == 1:
            draft = draft.amended(items=({"item_id": lines[0].id},))
        if not draft.items or draft.variant_of == "":
            known = {item["item_id"] for item in draft.items}
            left = tuple(line for line in lines if line.id not in known)
            return ask_items(draft, self.which, left, dispatcher).amended(variant_of=None)
        for item in draft.items:
            line = draft.line(item["item_id"])
            if line and not item.get("variant_id"):
                draft = await self._ask_variant(draft, line, dispatcher, tracker)
                if draft.asks:
                    return draft
        if not draft.complete and len(draft.items) < len(lines):
            dispatcher.utter_message(response="utter_want_more_items", number=draft.number)
            return draft.amended(asks="more")
        return await self._settle(draft, dispatcher, tracker)

    @staticmethod
    async def _ask_variant(
        draft: Draft, line: Line, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Draft:
        """Takes the kind that was wished for already, or asks which one."""
        region = tracker.get_slot("region") or ""
        product = await backends().products.get(line.product_id or "", region)
        options = variants(product)
        wished = choose_variant(draft.wish, options, line.variant_id) if draft.wish else ()
        stocked = [o for o in options if o.id != line.variant_id and o.available >= line.quantity]
        if len(wished) == 1 and wished[0] in {option.id for option in stocked}:
            return _with_variant(draft.amended(wish=None), line.id, wished[0], options)
        if len(wished) == 1:
            dispatcher.utter_message(response="utter_refused_out_of_stock")
        if not stocked:
            dispatcher.utter_message(response="utter_no_variant", product=line.product)
            return draft.amended(asks=ENDED)
        dispatcher.utter_message(
            response="utter_want_variant",
            product=line.product,
            variant=line.variant or "the one you have",
            buttons=[
                {
                    "title": _priced(o, line, product.variants[0].price.currency),
                    "payload": f'/inform{{"{VARIANT}": "{o.id}"}}',
                }
                for o in stocked
            ],
        )
        offered = tuple(asdict(option) for option in options)
        return draft.amended(asks="variant", variants=offered, variant_of=line.id, wish=None)

    @staticmethod
    async def _settle(draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """Asks how a difference in price is paid, or paid back, where there is a choice."""
        more = sum(int(item.get("more") or 0) for item in draft.items)
        if not more or draft.method_id:
            return draft
        if more < 0:
            options = await refund_options(draft, tracker)
            response = "utter_want_refund_method"
        else:
            options = await charge_options(draft, tracker, more)
            response = "utter_want_charge_method"
        if len(options) == 1:
            return draft.amended(method_id=options[0].id)
        if not options:
            return draft
        words = {"amount": money(Money(more, draft.currency))} if more > 0 else {}
        return ask_method(draft, response, options, dispatcher, **words)

    def taken_from(self, draft: Draft, other: Draft) -> Draft:
        """See Kind: the difference may be another one, to be paid instead of paid back."""
        return super().taken_from(draft, other).amended(method_id=None, methods=())

    def retried(self, draft: Draft, rule: str, policy: Policy) -> Draft | None:
        """See Kind: another kind, or another way to pay, is asked for."""
        if rule in {"out_of_stock", "same_variant", "other_product"}:
            bare = tuple({"item_id": item["item_id"]} for item in draft.items)
            return draft.amended(items=bare, wish=None, method_id=None)
        if rule == "gift_card_too_small":
            return draft.amended(method_id=None)
        return super().retried(draft, rule, policy)

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        return {"label_line": label_line(outcome)}


class ChangeItems(Swapping):
    """In a pending order, all in one go."""

    name = "items"
    yes = "Yes, change it"
    no = "No, leave it"
    which = "utter_want_change_items"

    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """See Kind."""
        return policy.change_items.states

    def lines(self, draft: Draft) -> tuple[Line, ...]:
        """See SendingBack: nothing was sent yet."""
        return draft.lines


class Exchange(Swapping):
    """Of a delivered order: the old items come back, the new ones are sent."""

    name = "exchange"
    yes = "Yes, exchange it"
    no = "No, leave it"
    which = "utter_want_exchange_items"

    def rules(self, policy: Policy) -> SendBack:
        """See SendingBack."""
        return policy.exchange_items


def _priced(option: Option, line: Line, currency: str) -> str:
    """A kind for a button, with what it costs more or less."""
    more = option.price - line.price
    if not more:
        return option.title
    return f"{option.title} ({'+' if more > 0 else '-'}{money(Money(abs(more), currency))})"


def _with_variant(
    draft: Draft, line_id: str, variant_id: str | None, options: tuple[Option, ...] = ()
) -> Draft:
    """The draft with a new kind for a line, and what that costs more in all.

    Args:
        draft: with the line among its items.
        line_id: of the line.
        variant_id: None to have it asked for.
        options: every kind of the product; those that were offered, if there are none.
    """
    options = options or read_options(draft.variants)
    line = draft.line(line_id)
    chosen = next((option for option in options if option.id == variant_id), None)
    items = []
    for item in draft.items:
        if item["item_id"] == line_id and line:
            plain: dict[str, Any] = {"item_id": line_id, "quantity": item.get("quantity")}
            item = plain | _new_kind(line, chosen, item.get("quantity"))
        items.append(item)
    choices = {**(draft.choices or {}), line_id: [asdict(option) for option in options]}
    return draft.amended(items=tuple(items), variants=(), variant_of=None, choices=choices)


def _new_kind(line: Line, chosen: Option | None, quantity: int | None) -> dict[str, Any]:
    """What an item holds of the kind that was chosen for it."""
    if chosen is None:
        return {}
    more = (chosen.price - line.price) * (quantity or line.quantity)
    return {"variant_id": chosen.id, "more": more, "to": chosen.title}
