"""Which advertising a customer wants: the newsletter, offers by text message."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft
from actions.changes.profile.kind import ProfileKind, merged, values_of
from actions.reading import Message
from backends.change_models import Outcome

# The entity of the buttons, such as `newsletter_off`.
CONSENT = "consent"
_MEDIA = {
    "newsletter": re.compile(
        r"\b(?:newsletters?|e-?mails?|mailings?|mailing list|mails)\b", re.IGNORECASE
    ),
    "sms": re.compile(r"\b(?:sms|texts?|texting|text messages?)\b", re.IGNORECASE),
}
# Advertising of every kind.
_BOTH = re.compile(
    r"\b(?:both|all of (?:it|them)|everything|advert\w*|ads|marketing|promotion\w*|spam)\b",
    re.IGNORECASE,
)
_OFF = re.compile(
    r"\b(?:unsubscribe\w*|stop|no (?:more|longer|newsletters?|texts?|sms|ads|e-?mails?|offers)"
    r"|opt(?:ing)? (?:me )?out|(?:take|get) me off|off"
    r"|remove|cancel|end|quit|don'?t|do not|without|never|leave)\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\b(?:subscribe|sign (?:me )?up|opt(?:ing)? (?:me )?in|on|want|start|add me|put me|join|get"
    r"|send me|receive|yes|resume|back)\b",
    re.IGNORECASE,
)
# Said of what people subscribe to.
_ONE_MORE = re.compile(r"\b(?:subscribe|sign (?:me )?up)\b", re.IGNORECASE)
_SAID = {
    ("newsletter", True): "You'll get our newsletter by e-mail.",
    ("newsletter", False): "You won't get our newsletter any more.",
    ("sms", True): "You'll get offers by text message, to the phone number on your account.",
    ("sms", False): "You won't get offers by text message any more.",
}


def names_advertising(text: str) -> bool:
    """Whether a text is about what the shop sends, and no plan that is paid for."""
    named = any(pattern.search(text) for pattern in _MEDIA.values()) or _BOTH.search(text)
    return bool(named) or bool(re.fullmatch(r"\W*unsubscribe(?: me)?\W*", text, re.IGNORECASE))


class Consents(ProfileKind):
    """Advertising is allowed, or not any more."""

    name = "consents"
    yes = "Yes, save it"
    no = "No, leave it"

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: what is wanted, or not any more."""
        if chosen := message.entities.get(CONSENT):
            values: dict[str, bool] = {}
            for choice in chosen:
                medium, _, switch = choice.rpartition("_")
                values |= {medium: switch == "on"} if medium in _MEDIA else {}
            return merged(draft, **values) if values else None
        way = False if _OFF.search(message.text) else True if _ON.search(message.text) else None
        media = [name for name, words in _MEDIA.items() if words.search(message.text)]
        if not media and _BOTH.search(message.text):
            media = list(_MEDIA)
        if not media and re.search(r"\bunsubscribe\b", message.text, re.IGNORECASE):
            media = ["newsletter"]
        if not media and draft.asks and _ONE_MORE.search(message.text):
            media = ["newsletter"]  # "sign me up", where the newsletter is spoken of
        if way is None or not media:
            return None
        wanted = merged(draft, **dict.fromkeys(media, way))
        # the same once more changes nothing of what was shown
        return draft if wanted.profile == draft.profile else wanted

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        if draft.profile:
            return draft
        dispatcher.utter_message(response="utter_want_consents")
        return draft.amended(asks="consents")

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        new = values_of(outcome)
        wanted = {"newsletter": new.newsletter, "sms": new.sms}
        said = [_SAID[name, way] for name, way in wanted.items() if way is not None]
        return {"consent_line": " ".join(said)}
