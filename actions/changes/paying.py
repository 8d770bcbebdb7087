"""Which way to pay, or to be paid back: shared by the kinds that move money."""

from __future__ import annotations

from dataclasses import asdict

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import CONFIRM, ORIGINAL, Draft
from actions.changes.options import (
    Option,
    choose_method,
    names_kind,
    names_way,
    payment_options,
    read_options,
)
from actions.reading import Message
from actions.shop import backends

# The entity of the buttons that name a way to pay.
METHOD = "method_id"


def read_method(draft: Draft, message: Message) -> Draft | None:
    """Takes a way to pay that was offered; None if the message names none.

    At the confirmation it must be named as such: "no, to my gift card instead".
    """
    options = read_options(draft.methods)
    if draft.asks == CONFIRM and not names_kind(message.text):
        return None
    chosen = message.entities.get(METHOD, [])
    known = {option.id for option in options}
    if chosen and chosen[-1] in known | {ORIGINAL}:
        return draft.amended(method_id=chosen[-1])
    found = choose_method(message.text, options, draft.paid_with)
    return draft.amended(method_id=found) if found else None


def names_method(message: Message) -> bool:
    """Whether a message says by what way money shall move, before that was asked."""
    return not message.text.startswith("/") and names_way(message.text)


def wished(draft: Draft, options: tuple[Option, ...]) -> Draft:
    """The draft with the way to pay that was named before there was a choice, if it is one.

    The options are known from then on, so that another may be named later.
    """
    if not draft.wish:
        return draft
    found = choose_method(draft.wish, options, draft.paid_with)
    offered = tuple(asdict(option) for option in options)
    return draft.amended(wish=None, method_id=found, methods=offered if found else draft.methods)


async def refund_options(draft: Draft, tracker: Tracker) -> tuple[Option, ...]:
    """Where a refund may go: back to what the order was paid with, or to a gift card of theirs."""
    methods = payment_options(await backends().crm.payment_methods(tracker.slots["customer_id"]))
    gifts = [o for o in methods if o.kind == "gift_card" and o.title != draft.paid_with]
    paid = next((o for o in methods if o.title == draft.paid_with), None)
    original = Option(ORIGINAL, draft.paid_with or "", kind=paid.kind if paid else "")
    return (original, *gifts)


async def charge_options(draft: Draft, tracker: Tracker, amount: int) -> tuple[Option, ...]:
    """What an amount can be paid with: a gift card must cover it.

    Args:
        draft: the change.
        tracker: the conversation.
        amount: in minor units.
    """
    methods = payment_options(await backends().crm.payment_methods(tracker.slots["customer_id"]))
    return tuple(o for o in methods if o.kind != "gift_card" or o.price >= amount)


def ask_method(
    draft: Draft,
    response: str,
    options: tuple[Option, ...],
    dispatcher: CollectingDispatcher,
    **words: str,
) -> Draft:
    """Asks for one of several ways to pay, each with a button; `words` go into the question."""
    dispatcher.utter_message(
        response=response,
        number=draft.number,
        **words,
        buttons=[
            {"title": option.title, "payload": f'/inform{{"{METHOD}": "{option.id}"}}'}
            for option in options
        ],
    )
    return draft.amended(asks="method", methods=tuple(asdict(option) for option in options))
