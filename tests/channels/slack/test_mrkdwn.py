"""Slack's markup is made harmless on the way out and read on the way in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.slack.mrkdwn import escape, mentions, read, unescape

BOT = "U0FRONTDESK"


@given(st.text())
def test_any_text_survives_and_none_of_it_is_markup(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not set("<>") & set(escape(text))


def test_nobody_can_be_called_by_an_answer() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        (f"<@{BOT}> where is 10023?", "where is 10023?"),
        (f"hey <@{BOT}|frontdesk> hello", "hey  hello"),
        ("<mailto:anna.berg@example.com|anna.berg@example.com>", "anna.berg@example.com"),
        ("<mailto:anna.berg@example.com>", "anna.berg@example.com"),
        ("<tel:+4420794600|020 794600>", "020 794600"),
        ("see <https://shop.example/a?b=1&amp;c=2>", "see https://shop.example/a?b=1&c=2"),
        ("<http://tallowick.example|tallowick.example>", "tallowick.example"),
        ("<https://shop.example/x|my order>", "my order (https://shop.example/x)"),
        ("ask <@U0ANNABERG1|anna> in <#C0SUPPORT01|support>", "ask @anna in #support"),
        ("<!here> <!subteam^S012|@agents>", "@here @agents"),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        ("a &lt; b &amp;&amp; c &gt; d &amp;lt;", "a < b && c > d &lt;"),
    ],
)
def test_what_slack_sends_is_read_as_it_was_typed(sent: str, typed: str) -> None:
    assert read(sent, BOT) == typed


def test_who_is_named() -> None:
    assert mentions(f"<@U1> and <@{BOT}|frontdesk>, not &lt;@U2&gt;") == ["U1", BOT]
