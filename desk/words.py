"""What the desk itself tells customers, in one place."""

from __future__ import annotations

from typing import Any

from desk.states import State

BACK = {"title": "Back to the assistant", "payload": "/back_to_assistant"}
LEAVE_MESSAGE = {"title": "Leave a message", "payload": "/leave_message"}


def joined(agent: str) -> str:
    """An agent has taken the conversation."""
    return f"{agent} has joined and can read what you wrote so far."


def transferred(agent: str) -> str:
    """Another agent has it now."""
    return f"{agent} is taking over and can read everything written so far."


def released(place: int) -> str:
    """It is back in the queue."""
    return f"Somebody else from our team will go on with this. You are number {place} in the queue."


def resolved(agent: str) -> str:
    """The agent is done."""
    return (
        f"{agent} has closed this conversation. From here on the automated assistant answers you "
        "again. You can ask for a person at any time."
    )


def nobody_yet(place: int) -> str:
    """Nobody came within the time that was promised."""
    return (
        "I'm sorry: nobody from our team has become free within the time I told you. You are "
        f"number {place} in the queue. You can go on waiting, leave a message so that we write or "
        "call you back, or go back to the assistant."
    )


def nobody_yet_buttons() -> list[dict[str, Any]]:
    """What a customer may do then, besides waiting."""
    return [dict(LEAVE_MESSAGE), dict(BACK)]


def ended_here(state: State, ticket: str | None) -> str:
    """Tell agents elsewhere why their conversation is closed from our side."""
    if state is State.ABANDONED:
        return "The customer went back to the assistant."
    if state is State.TICKET:
        number = f" ({ticket})" if ticket and ticket != "-" else ""
        return (
            f"The customer did not wait any longer and left a message: it is a ticket{number} now."
        )
    return "This conversation was closed at Frontdesk's own desk."


def undelivered(reason: str) -> str:
    """Tell the agent that the customer has not got a message."""
    return f"Not delivered: a message did not reach the customer ({reason.rstrip('.')})."
