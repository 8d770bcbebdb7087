"""Another e-mail address or phone number, proven by a code to the old one and one to the new."""

from __future__ import annotations

import re
import uuid
from abc import abstractmethod
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import reading
from actions.changes.draft import Draft
from actions.changes.kind import ENDED, RETRY
from actions.changes.profile.kind import ProfileKind, values_of
from actions.keys import code_key, message_key
from actions.reading import Message
from actions.shop import backends
from actions.wording import minutes
from backends.change_models import ContactKind, Outcome
from backends.errors import CodeLocked, InvalidInput, TooManyRequests

# What `Draft.asks` is while a code is waited for; the number is its place in `Draft.codes`.
_CODES = ("code_old", "code_new")
# Said when a code was asked for: another one is wanted.
_RESEND = {"resend_code", "two_factor_problem"}
# The old contact, or the new one, cannot be read.
_NO_ACCESS = re.compile(
    r"\b(?:no (?:longer )?access|lost|stolen|broken|dead|deactivated|gone"
    r"|(?:don'?t|do not|can'?t|cannot|no longer|couldn'?t) (?:have|own|use|reach|access|read"
    r"|get (?:at|in|into|to)))\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\bcodes?\b", re.IGNORECASE)


class _Contact(ProfileKind):
    """What e-mail and phone share."""

    contact: ContactKind
    yes = "Yes, change it"
    no = "No, leave it"

    @abstractmethod
    def find(self, message: Message, region: str) -> str | None:
        """The new contact in a message, as the shop writes it; None without one."""

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: the new contact, or what is wrong with the codes."""
        found = self.find(message, draft.country or "")
        if found and found != self._value(draft):
            return draft.amended(profile={self.contact: found}, codes=(), trouble=None)
        if draft.asks not in _CODES:
            return draft if found else None
        if message.intent in _RESEND and not _unreachable(message):
            return draft.amended(trouble="resend")
        return draft.amended(trouble="no_access") if _unreachable(message) else None

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind: the contact, then the two codes."""
        if draft.trouble == "no_access":
            dispatcher.utter_message(response="utter_contact_no_access")
            return draft.amended(asks=ENDED)
        if not self._value(draft):
            dispatcher.utter_message(response=f"utter_want_{self.contact}")
            return draft.amended(asks="contact")
        if not draft.codes or draft.trouble == "resend":
            draft = await self._send(draft, dispatcher, tracker)
        if draft.asks:
            return draft
        place = _next(draft)
        if place == len(draft.codes):
            return draft
        which = "old" if place == 0 else "new"
        hint = draft.codes[place]["hint"]
        dispatcher.utter_message(
            response=f"utter_want_code_{which}", hint=hint, new=self._value(draft)
        )
        return draft.amended(asks=_CODES[place])

    def code_in(self, draft: Draft, message: Message) -> str | None:
        """See Kind."""
        return reading.typed_code(message) if draft.asks in _CODES else None

    async def prove(self, draft: Draft, code: str, tracker: Tracker) -> Draft:
        """See Kind."""
        place = _CODES.index(draft.asks)
        asked = draft.codes[place]
        await backends().profile.verify_code(
            tracker.slots["customer_id"],
            asked["id"],
            code,
            # the same for a code whose answer was lost: by then it may be used up
            idempotency_key=code_key(asked["attempt"], code),
        )
        return _with_code(draft, place, proven=True)

    def missed(self, draft: Draft) -> Draft:
        """See Kind: the same wrong code once more is another try."""
        return _with_code(draft, _CODES.index(draft.asks), attempt=uuid.uuid4().hex)

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        return {"value": getattr(values_of(outcome), self.contact) or ""}

    def _value(self, draft: Draft) -> str | None:
        found: str | None = (draft.profile or {}).get(self.contact)
        return found

    async def _send(
        self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Draft:
        """Has both codes sent; ends where that is locked, asks anew for what cannot be one."""
        value = self._value(draft) or ""
        draft = draft.amended(trouble=None)
        try:
            sent = await backends().profile.send_codes(
                tracker.slots["customer_id"],
                self.contact,
                value,
                idempotency_key=message_key(tracker, "contact-codes", value),
            )
        except TooManyRequests as error:
            if draft.codes:
                dispatcher.utter_message(response="utter_contact_code_too_soon")
                return draft.amended(asks=_CODES[_next(draft)])
            wait = minutes(error.retry_after)
            dispatcher.utter_message(response="utter_contact_code_wait", wait_minutes=wait)
            return draft.amended(asks=RETRY)
        except CodeLocked as error:
            wait = minutes(error.retry_after)
            dispatcher.utter_message(response="utter_contact_locked", wait_minutes=wait)
            return draft.amended(asks=ENDED)
        except InvalidInput:
            dispatcher.utter_message(response=f"utter_want_{self.contact}")
            return draft.amended(profile=None, asks="contact")
        both = (sent.old, sent.new)
        codes = tuple(
            {"id": one.id, "hint": one.sent_to_hint, "attempt": uuid.uuid4().hex} for one in both
        )
        return replace(draft, codes=codes)


class ChangeEmail(_Contact):
    """The account has another e-mail address."""

    name = "email"
    contact = "email"

    def find(self, message: Message, region: str) -> str | None:
        """See _Contact."""
        return reading.email(message)

    def known_after(self, outcome: Outcome) -> dict[str, Any]:
        """See Kind: the customer is reached there from now on."""
        return {"email": values_of(outcome).email}


class ChangePhone(_Contact):
    """The account has another phone number."""

    name = "phone"
    contact = "phone"

    def find(self, message: Message, region: str) -> str | None:
        """See _Contact."""
        return reading.phone(message, region)


def _next(draft: Draft) -> int:
    """The place of the code that is still to be typed; behind the last one if none is."""
    places = range(len(draft.codes))
    return next((i for i in places if not draft.codes[i].get("proven")), len(draft.codes))


def _with_code(draft: Draft, place: int, **known: object) -> Draft:
    """The draft with more that is known of one of its codes."""
    codes = list(draft.codes)
    codes[place] = {**codes[place], **known}
    return draft.amended(codes=tuple(codes))


def _unreachable(message: Message) -> bool:
    return bool(_NO_ACCESS.search(message.text)) and not _CODE.search(message.text)
