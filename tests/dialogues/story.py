"""Playing a conversation in Rasa's test-story YAML against the real assistant.

The files next to this one are test stories as Rasa describes them. They are played here by talking:
each `user` step is sent as a channel would send it, the custom actions run against a real shop, and
what came of it is compared with the steps that follow:

* `intent` beside `user`: what the message was understood as;
* `action`: the actions of this turn, all of them, in order, without `action_listen`;
* `bot`: words that one reply of this turn must hold (in any case of letters);
* `ticket`: words that the summary of the shop's newest ticket must hold;
* `mail`: an e-mail `to` an address with this `subject` that the shop sent;
* `slot_was_set`, `active_loop`: how the conversation stands after the turn;
* `checkpoint`: something happens to the systems (see `EVENTS`), or the shop's database is looked at
  (`the shop has ...`, see `tests.dialogues.shop_facts`).

A `user` text that begins with a slash is what the channel itself says happened. In other texts,
`{code:ADDRESS}` is the newest one-time code sent to that address, `{wrong code}` six other digits,
and `[Title]` presses the button whose title holds that word.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.core.events import ActionExecuted, Event, UserUttered

from tests.dialogues.shop_facts import check
from tests.support.bot import Conversation, Installation


def _back_for_a_while(bot: Installation) -> None:
    """The shop answers, and the circuit breaker of the actions has noticed."""
    bot.shop.start()
    bot.actions.stop()
    bot.actions.start()


EVENTS: dict[str, Callable[[Installation], None]] = {
    "the shop goes down": lambda bot: bot.shop.stop(),
    "the shop is back": lambda bot: bot.shop.start(),
    "the shop has been back for a while": _back_for_a_while,
    "the action server dies": lambda bot: bot.actions.kill(),
    "the action server is back": lambda bot: bot.actions.start(),
}

_CODE = re.compile(r"\{code:([^}]+)\}")
_BUTTON = re.compile(r"\[([^\]]+)\]")


Step = dict[str, Any]


def stories(folder: Path) -> Iterator[tuple[str, list[Step]]]:
    """Every story below a folder, with a name to find it by."""
    for path in sorted(folder.glob("*.yml")):
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]:
            yield f"{path.stem}: {story['story']}", story["steps"]


async def play(bot: Installation, steps: list[Step]) -> None:
    """Plays a story.

    Args:
        bot: a running installation.
        steps: the story's steps.

    Raises:
        AssertionError: naming the turn, what was expected and what happened.
    """
    conversation = Conversation(bot)
    said: list[str] = ["(nothing said yet)"]
    for turn in _turns(steps):
        first = turn[0]
        if "checkpoint" in first:
            # In a thread: the assistant must see meanwhile that connections were closed.
            await asyncio.to_thread(_happen, bot, str(first["checkpoint"]), said)
            continue
        replies = await _speak(bot, conversation, str(first["user"]))
        said.append(f"> {first['user']}")
        said += [f"< {reply}" for reply in replies]
        try:
            await _compare(conversation, turn, replies)
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(said)) from None


def _happen(bot: Installation, event: str, said: list[str]) -> None:
    if event in EVENTS:
        EVENTS[event](bot)
        return
    try:
        check(bot.shop.folder / "shop.db", event)
    except AssertionError as error:
        raise AssertionError(f"{error}\n" + "\n".join(said)) from None


def _turns(steps: list[Step]) -> Iterator[list[Step]]:
    turn: list[Step] = []
    for step in steps:
        if ("user" in step or "checkpoint" in step) and turn:
            yield turn
            turn = []
        turn.append(step)
    if turn:
        yield turn


async def _speak(bot: Installation, conversation: Conversation, text: str) -> list[str]:
    if text == "/start_conversation":
        return await conversation.open()
    if text.startswith("/"):
        return await conversation.happen(text[1:])
    if button := _BUTTON.fullmatch(text.strip()):
        return await conversation.press(button.group(1))
    if wanted := _CODE.search(text):
        text = _CODE.sub(bot.shop.latest_code(wanted.group(1)), text)
    if "{wrong code}" in text:
        text = text.replace("{wrong code}", _wrong_code(bot))
    return await conversation.say(text)


def _wrong_code(bot: Installation) -> str:
    """Six digits that no e-mail holds."""
    sent = " ".join(mail["body"] for mail in bot.shop.mails())
    return next(f"{n:06}" for n in range(111111, 999999) if f"{n:06}" not in sent)


async def _compare(conversation: Conversation, turn: list[Step], replies: list[str]) -> None:
    tracker = await conversation.tracker()
    events: list[Event] = list(tracker.events)
    start = max(i for i, event in enumerate(events) if isinstance(event, UserUttered))
    message = events[start]
    assert isinstance(message, UserUttered)
    if wanted := turn[0].get("intent"):
        understood = message.intent.get("name")
        assert understood == wanted, f"understood as {understood}, not {wanted}"
    done = [
        event.action_name
        for event in events[start:]
        if isinstance(event, ActionExecuted) and event.action_name != "action_listen"
    ]
    expected = [step["action"] for step in turn if "action" in step]
    assert not expected or done == expected, f"did {done}, not {expected}"
    text = "\n".join(replies).lower()
    for step in turn[1:]:
        if "bot" in step:
            assert str(step["bot"]).lower() in text, f"no reply holds {step['bot']!r}"
        if "ticket" in step:
            summary = conversation.bot.shop.tickets()[0]["summary"]
            assert str(step["ticket"]).lower() in summary.lower(), f"the ticket says {summary!r}"
        if wanted_mail := step.get("mail"):
            sent = [mail["subject"] for mail in conversation.bot.shop.mails(wanted_mail["to"])]
            assert wanted_mail["subject"] in sent, f"the mails are {sent}"
        for wanted_slot in step.get("slot_was_set") or []:
            for name, value in wanted_slot.items():
                actual = tracker.get_slot(name)
                assert actual == value, f"slot {name} is {actual!r}, not {value!r}"
        if "active_loop" in step:
            actual = tracker.active_loop_name
            assert actual == step["active_loop"], f"active loop is {actual}"
