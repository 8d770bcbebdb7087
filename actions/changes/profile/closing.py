"""Closing an account: taken down with its legal wait, and done by a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft
from actions.changes.profile.kind import ProfileKind, values_of
from actions.reading import Message
from actions.wording import day
from backends.change_models import Outcome


class CloseAccount(ProfileKind):
    """The account is gone after the legal wait."""

    name = "close_account"
    yes = "Yes, close it"
    no = "No, keep it"
    by_person = True

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: nothing more has to be said."""
        return None

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        return draft

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        return {"day": day(values_of(outcome).closes_on)}
