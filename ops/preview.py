"""How each channel shows a response of the domain: `make preview RESPONSE=utter_greet`.

Every rendering is made by the channel's own renderer, so it cannot differ from what is sent.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rasa.core.nlg.interpolator import interpolate
from ruamel.yaml import YAML

from channels.provider import Part, Rendering, Token
from channels.reply import Reply
from channels.slack import render as slack
from channels.sms import render as sms
from channels.telegram import render as telegram
from channels.web import render as web
from ops.environment import prepare
from ops.problem import Problem, entry, say
from ops.yaml_files import domain_path


@dataclass(frozen=True)
class Shown:
    """A channel as it shows replies.

    Attributes:
        title: what the designer calls it.
        name: by which Rasa chooses among a response's variations.
        render: the channel's own renderer.
        show: writes a part for a terminal.
    """

    title: str
    name: str
    render: Callable[[Reply, Token], Rendering]
    show: Callable[[Part], str]


CHANNELS = (
    Shown("web", "web", web.render, web.show),
    Shown("Slack", "slack", slack.render, slack.show),
    Shown("Telegram", "telegram", telegram.render, telegram.show),
    Shown("SMS", "sms", sms.render, sms.show),
    Shown("WhatsApp", "sms", partial(sms.render, whatsapp=True), sms.show),
)


def as_set_up(environ: Mapping[str, str]) -> tuple[Shown, ...]:
    """Give the channels as this installation's settings have them show replies.

    Args:
        environ: from `prepare`.
    """
    text_messages = partial(
        sms.render,
        segments=int(environ["FRONTDESK_SMS_SEGMENTS"]),
        mms=environ["FRONTDESK_SMS_MMS"] == "yes",
    )
    return tuple(
        replace(channel, render=text_messages) if channel.title == "SMS" else channel
        for channel in CHANNELS
    )


class _Slots(dict[str, str]):
    """Slot values; a slot without one stays as it is written, in braces."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def preview(
    responses: Mapping[str, Any],
    name: str,
    slots: Mapping[str, str],
    channels: Sequence[Shown] = CHANNELS,
) -> Iterator[str]:
    """Write every variation of a response as each channel shows it.

    Args:
        responses: the domain's.
        name: of the response, such as `utter_greet`.
        slots: values for the slots that it names.
        channels: on which it is shown.

    Yields:
        Lines for a terminal.

    Raises:
        Problem: there is no such response, or it cannot be shown.
    """
    variations = responses.get(name)
    if not variations:
        near = difflib.get_close_matches(name, responses, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Problem(f"the domain has no response '{name}'.{hint}", status=2)
    # Rasa takes a channel's own variation before a general one, and one whose condition holds
    # before both.
    own = {variation.get("channel") for variation in variations if not variation.get("condition")}
    for number, variation in enumerate(variations, 1):
        yield f"{name}, variation {number} of {len(variations)}{_when(variation)}"
        try:
            reply = Reply.from_rasa(interpolate(dict(variation), _Slots(slots)))
        except Exception as error:
            raise Problem(
                f"variation {number} of {name} cannot be read ({error}). Correct it in the domain.",
                status=2,
            ) from error
        wanted = variation.get("channel")
        for channel in channels:
            general = not wanted and (variation.get("condition") or channel.name not in own)
            if wanted == channel.name or general:
                yield from _rendered(channel, reply)
        yield ""


def _when(variation: Mapping[str, Any]) -> str:
    conditions = [
        f"{condition['name']} is {condition['value']}"
        for condition in variation.get("condition") or ()
    ]
    return f", when {' and '.join(conditions)}" if conditions else ""


def _rendered(channel: Shown, reply: Reply) -> Iterator[str]:
    rendering = channel.render(reply, lambda button: button.payload)
    yield f"  {channel.title}" + (f": {rendering.cost}" if rendering.cost else "")
    parts = [*rendering.parts, *rendering.held]
    if not parts:
        yield "    (nothing that can be shown there)"
    for number, part in enumerate(parts):
        if number:
            yield "    ---"
        yield from (f"    {line}" for line in channel.show(part).splitlines())
    yield from (f"    ! {cut}" for cut in rendering.cut)


def read_responses(path: Path) -> dict[str, Any]:
    """Read the domain's responses.

    Args:
        path: the domain's file, or its folder.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*.y*ml"))
    contents = (YAML(typ="safe").load(file.read_text(encoding="utf-8")) for file in files)
    return {
        name: variations
        for content in contents
        for name, variations in ((content or {}).get("responses") or {}).items()
    }


def read_slots(pairs: Sequence[str]) -> dict[str, str]:
    """Read `name=value` pairs; a word without `=` goes on with the value before it.

    Raises Problem when there is no value before it.
    """
    slots: dict[str, str] = {}
    name = ""
    for pair in pairs:
        before, equals, value = pair.partition("=")
        if name and not equals:
            slots[name] += f" {pair}"
            continue
        name = before
        if not (name and equals):
            raise Problem(f"'{pair}' is no slot with a value; write name=value.", status=2)
        slots[name] = value
    return slots


def main() -> int:
    """Print what was asked for. Gives the exit status; raises Problem."""
    parser = argparse.ArgumentParser(prog="make preview")
    parser.add_argument("response", nargs="?")
    parser.add_argument("slots", nargs="*", help="name=value")
    given = parser.parse_args()
    if not given.response:
        raise Problem("which response? For example: make preview RESPONSE=utter_greet", status=2)
    responses = read_responses(domain_path())
    channels = as_set_up(prepare())
    for line in preview(responses, given.response, read_slots(given.slots), channels):
        say(line)
    return 0


if __name__ == "__main__":
    entry(main)
