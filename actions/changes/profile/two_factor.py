"""Where the codes for signing in go, for whoever lost the phone or wants it otherwise."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft
from actions.changes.profile.kind import ProfileKind, values_of
from actions.reading import Message
from backends.change_models import Outcome, TwoFactor

# The entity of the buttons.
WAY = "two_factor"
_OFF = re.compile(
    r"\b(?:(?:turn|switch)\w*\b.*\boff|disable|remove|deactivate|get rid of)\b", re.IGNORECASE
)
_ON = re.compile(
    r"\b(?:set up|enable|activate|(?:turn|switch)\w*\b.*\bon|another way|something else)\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"\b(?:by|via|to|my|with) (?:my )?e-?mails?\b|^\W*e-?mail\W*$", re.IGNORECASE)
_TEXT = re.compile(
    r"\b(?:by|via|as|with|to) (?:an? |my )?(?:texts?|sms|phone|mobile|cell)\b|^\W*(?:text|sms)\W*$",
    re.IGNORECASE,
)
_PHONE = r"\b(?:phone|mobile|cell(?:phone)?|number|authenticator)\b"
_GONE = (
    r"\b(?:lost|stolen|nicked|broke|broken|dead|gone|new|old|changed|dropped|wet|without|no longer"
    r"|any ?more|don'?t (?:have|own))\b"
)
_PHONE_GONE = re.compile(f"{_GONE}.*{_PHONE}|{_PHONE}.*{_GONE}", re.IGNORECASE)
_WORDS: dict[TwoFactor, str] = {
    "email": "by e-mail",
    "text": "by text message, to the phone number on your account",
    "off": "no more",
}


def way_in(text: str) -> TwoFactor | None:
    """Where the codes are to go by a text; None if it does not say."""
    if _OFF.search(text):
        return "off"
    if _EMAIL.search(text):
        return "email"
    if _PHONE_GONE.search(text):
        return "email"
    return "text" if _TEXT.search(text) else None


def wants_other_way(text: str) -> bool:
    """Whether a text asks for another way to get the codes, and not why one did not come."""
    return way_in(text) is not None or bool(_ON.search(text))


class TwoFactorWay(ProfileKind):
    """The codes for signing in come in another way."""

    name = "two_factor"
    yes = "Yes, change it"
    no = "No, leave it"

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: the way."""
        chosen = [way for way in message.entities.get(WAY, []) if way in _WORDS]
        way = chosen[-1] if chosen else way_in(message.text)
        if way is None:
            return None
        wanted = {"two_factor": way}
        return draft if wanted == draft.profile else draft.amended(profile=wanted)

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        if draft.profile:
            return draft
        dispatcher.utter_message(response="utter_want_two_factor")
        return draft.amended(asks="two_factor")

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        way = values_of(outcome).two_factor
        return {"way": _WORDS[way] if way else ""}
