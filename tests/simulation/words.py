"""The words of simulated customers: first words for each kind of request, and short answers."""

from __future__ import annotations

# By what is asked for; {order} is "order 10041" or "my order", {number} the number alone.
OPENINGS: dict[str, tuple[str, ...]] = {
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
        "change the payment of {order} to {method}",
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
    "refund": (
        "where is my refund for {order}?",
        "I still haven't got my refund for {order}",
        "when do i get my money back for {order}",
    ),
    "invoice": (
        "can you send me the invoice for {order}",
        "i need the invoice for {order} again",
        "send me the invoice of {order} please",
    ),
    "damaged": (
        "{item} in {order} arrived broken",
        "{item} from {order} is damaged",
    ),
    "missing item": (
        "{item} is missing from {order}",
        "something is missing from {order}",
    ),
    "wrong item": (
        "I got the wrong item in {order}",
        "there was a wrong item in {order}",
    ),
    "not arrived": (
        "{order} says delivered but I don't have it",
        "{order} is marked as delivered but it never arrived",
    ),
    "reorder": (
        "repeat {order}",
        "I'd like to order the same again as in {order}",
        "reorder {number}",
    ),
    "remind": (
        "tell me when {sold_out} is back in stock",
        "is {sold_out} in stock?",
    ),
    "default_address": (
        "change my default address",
        "please update the address on my account",
        "change the default address in my account",
    ),
    "email": (
        "change my email to {value}",
        "i want to change my email",
        "I have a new email address",
    ),
    "phone": (
        "please change my phone number to {value}",
        "I have a new phone number",
        "change the phone number on my account",
    ),
    "newsletter on": ("sign me up for the newsletter", "i want to get your newsletter"),
    "newsletter off": ("unsubscribe me from the newsletter", "no newsletter any more please"),
    "sms on": ("sign me up for your offers by text message", "send me your offers by sms"),
    "sms off": ("stop sending me text messages", "no more offers by sms"),
    "two_factor": ("set up two factor authentication", "set up two-step verification"),
    "close_account": ("I want to close my account", "close my account", "delete my account please"),
}
YES = ("yes", "yes please", "Yes, do it", "yep", "[yes]", "[yes]", "go ahead")
NO = ("no", "no thanks", "[no]", "nope")
# No yes, whatever was asked.
VAGUE = ("ok", "hmm", "I guess", "sure")
UNSURE = ("hmm", "not sure", "I don't know")
REASONS = ("I don't need it any more", "ordered by mistake", "other", "found it cheaper elsewhere")
NO_MORE = ("no, that's all", "that's all", "no", "nothing else", "[that's all]")
PERSON = "I'd like to talk to a person please"
