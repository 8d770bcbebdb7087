"""A response, as each channel shows it, before anything is trained."""

from pathlib import Path

import pytest

from ops.preview import as_set_up, preview, read_responses, read_slots
from ops.problem import Problem

RESPONSES = {
    "utter_which": [
        {
            "text": "Which order, {name}?",
            "buttons": [{"title": "10023", "payload": "/track_order"}, {"title": "10031"}],
            "custom": {"colour": "red"},
        }
    ],
    "utter_sorry": [
        {"text": "Café – sorry 😀"},
        {"text": "Sorry.", "channel": "sms"},
        {"text": "A picture.", "condition": [{"type": "slot", "name": "kind", "value": "image"}]},
    ],
    "utter_broken": [{"text": "Hm.", "buttons": [3]}],
}


def lines(response: str, **slots: str) -> list[str]:
    return list(preview(RESPONSES, response, slots))


def below(shown: list[str], channel: str) -> str:
    """What stands below a channel's heading."""
    start = next(i for i, line in enumerate(shown) if line.startswith(f"  {channel}"))
    rest = shown[start + 1 :]
    end = next((i for i, line in enumerate(rest) if not line.startswith("    ")), len(rest))
    return "\n".join(line.strip() for line in rest[:end])


def test_each_channel_shows_choices_in_its_way() -> None:
    shown = lines("utter_which", name="Ann")
    assert "Which order, Ann?" in below(shown, "web")
    assert "(10023)" in below(shown, "web")
    for channel in ("SMS", "WhatsApp"):
        assert "Reply with a number:\n1 10023\n2 10031" in below(shown, channel)
    for channel in ("Slack", "Telegram"):
        assert "10023" in below(shown, channel)


def test_what_is_not_shown_is_said() -> None:
    shown = lines("utter_which")
    assert "! custom parts are not shown" in below(shown, "SMS")
    for channel in ("Slack", "Telegram"):
        assert "! `custom`" in below(shown, channel)
    assert "!" not in below(shown, "web")


def test_a_slot_without_a_value_stays_in_braces() -> None:
    assert "Which order, {name}?" in below(lines("utter_which"), "SMS")


def test_segments_and_alphabet_are_counted() -> None:
    assert "  SMS: 1 segment (GSM-7)" in lines("utter_which")
    alone = {"utter_x": [{"text": "Great 😀"}]}
    assert "  SMS: 1 segment (UCS-2)" in list(preview(alone, "utter_x", {}))


def test_a_channels_own_variation_replaces_the_general_one_but_no_conditional_one() -> None:
    shown = lines("utter_sorry")
    headings = [i for i, line in enumerate(shown) if line.startswith("utter_sorry")]
    general, own, conditional = (
        shown[start:end] for start, end in zip(headings, [*headings[1:], None], strict=True)
    )
    assert not any(line.startswith("  SMS") for line in general)
    assert below(own, "SMS") == "Sorry." and not any(line.startswith("  web") for line in own)
    assert conditional[0].endswith("variation 3 of 3, when kind is image")
    assert below(conditional, "SMS") == below(conditional, "web") == "A picture."


def test_an_unknown_response_is_answered_with_near_ones() -> None:
    with pytest.raises(Problem, match="Did you mean utter_which"):
        lines("utter_wich")


def test_a_response_that_cannot_be_read_is_named() -> None:
    with pytest.raises(Problem, match="variation 1 of utter_broken cannot be read"):
        lines("utter_broken")


def test_a_slot_needs_a_value() -> None:
    assert read_slots(["a=1", "b=x=y"]) == {"a": "1", "b": "x=y"}
    # as the shell leaves SLOTS="name=Anna Berg number=1"
    assert read_slots(["name=Anna", "Berg", "number=1"]) == {"name": "Anna Berg", "number": "1"}
    with pytest.raises(Problem, match="'number' is no slot with a value"):
        read_slots(["number"])


def test_text_messages_are_shown_as_they_are_set_up() -> None:
    responses = {
        "utter_x": [{"text": "A sentence of some length. " * 20, "image": "https://a.b/c"}]
    }
    settings = {"FRONTDESK_SMS_SEGMENTS": "1", "FRONTDESK_SMS_MMS": "yes"}
    shown = list(preview(responses, "utter_x", {}, as_set_up(settings)))
    assert "Reply MORE" in below(shown, "SMS")
    assert "https://a.b/c" not in below(shown, "SMS").split("---")[-1]
    usual = list(preview(responses, "utter_x", {}))
    assert below(usual, "SMS") != below(shown, "SMS")
    assert below(usual, "web") == below(shown, "web")


def test_a_domain_in_a_folder_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("responses:\n  utter_a:\n    - text: A\n", encoding="utf-8")
    (tmp_path / "b.yml").write_text("intents: [b]\n", encoding="utf-8")
    assert read_responses(tmp_path) == {"utter_a": [{"text": "A"}]}


def test_every_response_of_the_domain_can_be_shown() -> None:
    responses = read_responses(Path("domain.yml"))
    for name in responses:
        assert list(preview(responses, name, {}))
