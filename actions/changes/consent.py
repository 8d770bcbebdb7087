"""Whether a customer said yes: in clear words, or by the button, and not by halves.

"ok", "hmm", "I guess", a question, or a yes with a condition is no yes to a change.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from rasa_sdk import Tracker

from actions.form import ANSWERING_INTENTS
from actions.reading import Message

# What the button under a preview says; its entity `quote` names the preview.
CONFIRM = "confirm_change"
QUOTE = "quote"

Answer = Literal["yes", "no"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES = _words(
    "yes y yeah yea yep yup yess yesss aye absolutely definitely certainly affirmative "
    "confirm confirmed"
)
_YES_PHRASES = ("go ahead", "please do", "do it", "do that", "of course", "i agree", "proceed")
# Beside a yes these take nothing away from it.
_BESIDE = _words(
    "please pls plz thanks thank you thx do it that so go ahead of course i agree proceed "
    "and the my this now right away is correct exactly sir madam it's that's thats want "
    "would like to lets let's for me cancel return exchange change order them all ok okay "
    "sure fine close account address"
)
# With one of these in it a message is no clear yes, whatever else it holds.
_HALF = _words(
    "hm hmm hmmm um uh well guess suppose think maybe perhaps probably possibly whatever "
    "wait but except only if unless not don't dont dunno idk first instead rather no nope "
    "without other another"
)
# These say yes only beside a clear word, or beside the words of a button.
_WEAK = _words("ok okay k kk sure fine alright right great good cool")
_NO = _words("no n nope nah don't dont never stop keep not")
_NO_BESIDE = _words(
    "please thanks thank you i it that them do want to leave as is my order the this way "
    "sorry actually changed mind"
)
_BEGINS_NO = _words("no nope nah")
# What NLU takes the rest of such a message for, when it asks for nothing that we know.
_SAYS_LITTLE = ANSWERING_INTENTS | {"knowledge_question", "place_order"}


def answer(message: Message) -> Answer | None:
    """What a message answers to "shall I do this?".

    Args:
        message: the customer's message.

    Returns:
        `yes` for the button or clear words; `no` for a refusal; None for anything else.
    """
    if message.text.startswith("/"):  # a button; what is typed never begins so
        return "yes" if message.intent == CONFIRM else "no" if message.intent == "deny" else None
    words = re.findall(r"[a-z0-9']+", message.text.lower().replace("\u2019", "'"))
    said = frozenset(words)
    if "?" in message.text or not words:
        return None
    if said & _NO and said <= _NO | _NO_BESIDE:
        return "no"
    if said & _HALF or said <= _WEAK:
        return None
    if message.intent == CONFIRM:  # its title or place, typed
        return "yes"
    text = f" {' '.join(words)} "
    clear = said & _YES or any(f" {phrase} " in text for phrase in _YES_PHRASES)
    return "yes" if clear and said <= _YES | _BESIDE else None


def is_hedged(message: Message) -> bool:
    """Whether a message that is neither begins as one: "yes but only if ...", "no wait, the blue".

    Something else that is asked for after a "no" is no hedge, an article that seems to fit is.
    """
    first = re.match(r"[a-z]+", message.text.lower())
    if first is None:
        return False
    if first.group() in _YES:
        return True
    return first.group() in _BEGINS_NO and message.intent in _SAYS_LITTLE


def quote(message: Message) -> str | None:
    """Which preview the chosen button was under; None if no button was chosen."""
    found = message.entities.get(QUOTE, [])
    return found[-1] if found and message.intent == CONFIRM else None


def is_early(message: Message, tracker: Tracker) -> bool:
    """Whether what was typed was sent before the assistant's last words were said.

    Who writes "no, the navy one" and "yes" in one breath has not seen what that yes would be to.
    Both times are Rasa's: `sent_at` of the channel, and the time of the last reply.

    Args:
        message: the customer's message; one whose channel tells no time is never early, nor is a
            button that names what it was under.
        tracker: the conversation, with the replies so far.
    """
    sent = message.metadata.get("sent_at")
    if quote(message) or not isinstance(sent, str):
        return False
    replies = (e["timestamp"] for e in reversed(tracker.events) if e.get("event") == "bot")
    last = next(replies, None)
    return bool(last and datetime.fromisoformat(sent).timestamp() < last)
