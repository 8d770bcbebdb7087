"""The commands that a bot has on Telegram, and what each says to the assistant."""

from __future__ import annotations

from collections.abc import Mapping

from channels.incoming import OPENING_INTENT, Event

START = "start"
STOP = "stop"

COMMANDS: Mapping[str, Event] = {
    START: Event(OPENING_INTENT, title="/start"),
    "help": Event("ask_capabilities", title="/help"),
    "human": Event("talk_to_person", title="/human"),
}
# What the menu beside the text field shows.
MENU: Mapping[str, str] = {
    START: "Begin",
    "help": "What I can do",
    "human": "Talk to a person",
    STOP: "No more messages from me",
}
