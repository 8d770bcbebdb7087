"""Getting back into an account. No password is ever asked for, taken or stored."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import reading, tasks
from actions.keys import message_key
from actions.not_offered import hand_over
from actions.reading import Message
from actions.shop import backends
from backends.errors import BackendError, InvalidInput, NotOffered

logger = logging.getLogger(__name__)

# The shop sends no second e-mail within a minute (backends/openapi.yaml); within that time the
# customer is told to wait, in place of being promised another one.
QUIET_SECONDS = 60


class _AccountMail(Action, ABC):
    """Has the shop send an e-mail to the address on file, whoever asks.

    Whether there is an account is not known here, and never told.
    """

    task: str
    sent_slot: str
    sent_response: str
    already_response: str

    @abstractmethod
    async def request(self, address: str, key: str) -> None:
        """Asks the shop for the e-mail."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Sends the e-mail, or asks for the address first."""
        events = tasks.begin(self.task, tracker)
        message = Message.latest(tracker)
        named = None
        if tracker.latest_action_name == "action_listen":
            named = reading.email(message)
        address = named or tracker.get_slot("email")
        if not address:
            return events + tasks.slots(identity_need="email", next_step="identity")
        sent_at = tracker.get_slot(self.sent_slot) or 0
        recently = time.time() - sent_at < QUIET_SECONDS and address == tracker.get_slot("email")
        if recently:
            dispatcher.utter_message(response=self.already_response, email=address)
            return events + tasks.finish(self.task, dispatcher, tracker)
        try:
            await self.request(address, message_key(tracker, self.task, address))
        except InvalidInput:
            return events + tasks.slots(email=None, identity_need="email", next_step="identity")
        except NotOffered as error:
            return [*events, *tasks.slots(email=address), *hand_over(error, dispatcher)]
        except BackendError as error:
            logger.warning("%s failed: %s", self.task, error)
            dispatcher.utter_message(response="utter_backend_down_account")
            kept = tasks.slots(email=address, failure="backend_unavailable", next_step="done")
            return events + kept
        dispatcher.utter_message(response=self.sent_response, email=address)
        done = tasks.slots(email=address, **{self.sent_slot: time.time()})
        return events + tasks.finish(self.task, dispatcher, tracker) + done


class ActionResetPassword(_AccountMail):
    """A link to set a new password goes to the address on file."""

    task = "reset_password"
    sent_slot = "reset_sent_at"
    sent_response = "utter_reset_sent"
    already_response = "utter_reset_already_sent"

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_reset_password"

    async def request(self, address: str, key: str) -> None:
        """See the base class."""
        await backends().accounts.request_password_reset(address, idempotency_key=key)


class ActionRecoverUsername(_AccountMail):
    """The username goes to the address on file."""

    task = "recover_username"
    sent_slot = "username_sent_at"
    sent_response = "utter_username_sent"
    already_response = "utter_username_already_sent"

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_recover_username"

    async def request(self, address: str, key: str) -> None:
        """See the base class."""
        await backends().accounts.request_username(address, idempotency_key=key)
