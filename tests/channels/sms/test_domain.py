"""What the assistant says fits into few text messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from channels.reply import Reply
from channels.sms.render import render
from channels.sms.segments import count_segments

DOMAIN = Path(__file__).resolve().parents[3] / "domain.yml"


def said() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every response with a variation that a customer of this channel gets."""
    responses = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["responses"]
    for name, variations in responses.items():
        if name == "utter_foreign_language":
            continue  # most of its languages cannot be written in GSM-7
        own = [one for one in variations if one.get("channel") == "sms"]
        for variation in own or variations:
            yield name, variation


def test_every_response_fits_into_one_message() -> None:
    long = [name for name, variation in said() if render(Reply.from_rasa(variation)).held]
    assert long == []


def test_no_response_becomes_ucs_2_for_nothing() -> None:
    dear = [
        name
        for name, variation in said()
        for part in render(Reply.from_rasa(variation)).parts
        if count_segments(part["body"]).encoding == "UCS-2"
    ]
    assert dear == []


def test_the_opening_takes_one_segment() -> None:
    opening = next(variation for name, variation in said() if name == "utter_disclosure")
    (part,) = render(Reply.from_rasa(opening)).parts
    assert count_segments(part["body"]).count == 1
