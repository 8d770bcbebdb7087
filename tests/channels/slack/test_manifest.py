"""The app manifest asks for what the channel uses, and for no more."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
MANIFEST = YAML(typ="safe").load(ROOT / "deploy" / "slack" / "manifest.yml")
# Which permission each subscription needs, from the reference of the events.
SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.mpim": "mpim:history",
}


def test_every_permission_is_for_something() -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) == set(SCOPES)
    wanted = {SCOPES[event] for event in events} | {"chat:write", "chat:write.customize"}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == wanted


def test_events_and_buttons_go_to_the_address_that_is_served() -> None:
    settings = MANIFEST["settings"]
    urls = {
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
    }
    [url] = urls
    assert url.endswith("/webhooks/slack/events")
    assert settings["interactivity"]["is_enabled"] is True


def test_people_can_write_to_the_app() -> None:
    home = MANIFEST["features"]["app_home"]
    assert home["messages_tab_enabled"] is True
    assert home["messages_tab_read_only_enabled"] is False
    assert len(MANIFEST["display_information"]["description"]) <= 140
    assert len(MANIFEST["display_information"]["name"]) <= 35
