"""A thousand strings that nobody should send: answered or refused, and never more than text."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import pytest
from playwright.async_api import expect

from tests.journeys.customer import Customer
from tests.journeys.line import Frame, Line, client
from tests.journeys.strange import HOSTILE_HTML, LONGEST, QUESTIONS, strange_strings
from tests.support.frontdesk import Frontdesk

pytestmark = [
    pytest.mark.bot,
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.timeout(600),
    # What is still being answered would find the shop away when the next test puts it back.
    pytest.mark.usefixtures("actions_end"),
]

MANY = 1000
# Short ones: a turn costs more the longer the conversation behind it.
CONVERSATIONS = 50
AT_ONCE = 8
ASK_EVERY = 10  # strings, so that forms are met too
ANSWER_WITHIN = 60.0  # s, on a machine that is busy

# Words that only our insides use, and holes where a value should be.
INTERNAL = re.compile(
    r"(?i:traceback|exception|sqlalchemy|sqlite|\baction_|\butter_|_form\b|\brasa\b)"
    r"|\bNone\b|\bnull\b|\bnan\b|Error\b|File \"|\{\w+\}"
)
# 20,000 characters may be too many as characters and as bytes
REFUSED = {400: {"empty_text"}, 413: {"text_too_long", "body_too_large"}}
LAST = ("are you a bot?", "automated assistant")
SHOWN = 50
# What a bubble and what surrounds it is made of, and icons.
OWN_TAGS = {"div", "span", "bdi", "time", "button", "a", "svg", "path"}
TICKET_TAGS = {"article", "h2", "h3", "p", "span", "dl", "dt", "dd", "ol", "ul", "li", "b"}
_TAGS_WITHIN = (
    "one => [...new Set(Array.from(one.querySelectorAll('*'), (each) => each.localName))]"
)


@dataclass
class Record:
    """What came of the strings.

    Attributes:
        statuses: how often each HTTP status was answered.
        replies: everything the assistant said.
        waits: seconds from sending to the end of the answer, each.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    replies: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


async def _send_all(line: Line, strings: list[str], record: Record) -> None:
    """Send strings in one conversation, each after the whole answer to the one before."""
    questions = cycle(QUESTIONS)
    async with line.listen() as frames:
        await _answer(frames, 0, record)
        for number, text in enumerate(strings):
            if number % ASK_EVERY == 0:
                await _send(line, next(questions), frames=frames, record=record)
            record.statuses[await _send(line, text, frames=frames, record=record)] += 1
        # Answers come in the order of the messages: behind this one's nothing is outstanding.
        await _send(line, *LAST, frames=frames, record=record)


async def _send(
    line: Line, text: str, words: str = "", *, frames: AsyncIterator[Frame], record: Record
) -> int:
    """Send a text and read the whole answer, which holds these words; return the HTTP status."""
    start = time.perf_counter()
    answer = await line.post(text)
    what = f"{answer.status_code} {answer.text} to {text[:200]!r}"
    if answer.status_code in REFUSED:
        error = answer.json()["error"]
        assert error["code"] in REFUSED[answer.status_code], what
        assert not INTERNAL.search(error["message"]), what
    else:
        assert answer.status_code == 202, what
        try:
            answered = _answer(frames, answer.json()["event_id"], record, words)
            await asyncio.wait_for(answered, ANSWER_WITHIN)
        except asyncio.TimeoutError:
            raise AssertionError(f"no answer to {text[:200]!r}") from None
        record.waits.append(time.perf_counter() - start)
    return answer.status_code


async def _answer(
    frames: AsyncIterator[Frame], event_id: int, record: Record, words: str = ""
) -> None:
    """Read until these words were said behind an event and the assistant is not typing any more."""
    typing = answered = False
    async for frame in frames:
        if frame.kind == "typing":
            typing = frame.data["on"]
        elif frame.data["from"] != "customer":
            told = [frame.data["text"], *(button["title"] for button in frame.data["buttons"])]
            record.replies.append("\n".join(told))
            # else a notice of the channel's own: the dialogue has failed
            assert frame.data["from"] == "assistant", told
            answered |= frame.data["id"] > event_id and words in told[0]
        if answered and not typing:
            return
    raise AssertionError("the stream ended")


@pytest.mark.slow
async def test_a_thousand_strange_strings(frontdesk: Frontdesk) -> None:
    strings = strange_strings(MANY)
    assert max(map(len, strings)) == LONGEST
    assert any("\0" in text for text in strings)
    logged = [log.stat().st_size for log in frontdesk.logs]
    record = Record()
    async with client(frontdesk) as http:
        free = asyncio.Semaphore(AT_ONCE)

        async def converse(number: int) -> None:
            async with free:
                line = await Line.begin(http, f"198.51.100.{number}")
                await _send_all(line, strings[number::CONVERSATIONS], record)

        start = time.perf_counter()
        await asyncio.gather(*map(converse, range(CONVERSATIONS)))
        elapsed = time.perf_counter() - start
        # others are served as before
        await _send_all(await Line.begin(http, "203.0.113.1"), [], record)

    print(
        f"{len(record.waits)} answered in {elapsed:.0f} s, {1000 * elapsed / len(record.waits):.0f}"
        f" ms each; the customer waited {1000 * statistics.median(record.waits):.0f} ms (median),"
        f" {1000 * max(record.waits):.0f} ms at most; {dict(record.statuses)}"
    )
    assert [reply for reply in record.replies if INTERNAL.search(reply)] == []
    assert record.statuses.total() == MANY
    assert set(record.statuses) == {202, *REFUSED}
    assert record.statuses[202] > MANY * 0.75
    for log, before in zip(frontdesk.logs, logged, strict=True):
        written = log.read_bytes()[before:].decode().splitlines()
        assert [line for line in written if re.search(r"Traceback|ERROR", line)] == []


@pytest.mark.browser
async def test_strange_strings_are_only_text_in_the_page(customer: Customer) -> None:
    others = [text for text in strange_strings(MANY) if text not in HOSTILE_HTML]
    strings = [*HOSTILE_HTML, *others][:SHOWN]
    await customer.open_chat()
    scripts = await customer.page.locator("script").count()
    sent = 0
    for text in strings:
        await customer.part("input").fill(text)
        sent += bool((await customer.part("input").input_value()).strip())
        await customer.part("input").press("Enter")
    await customer.talk("talk to a person", "ticket T-")
    await customer.rests()

    # Refused ones too stand in the page, with a word why.
    own = customer.messages("customer")
    await expect(own).to_have_count(sent + 1)
    assert sent > SHOWN * 0.7
    assert set(await customer.part("log").evaluate(_TAGS_WITHIN)) <= OWN_TAGS
    links = customer.part("log").locator("a")
    hrefs: list[Any] = await links.evaluate_all("all => all.map((one) => one.href)")
    assert all(re.match(r"https?://", href) for href in hrefs), hrefs
    shown = await customer.texts()
    for text in HOSTILE_HTML:
        assert text in shown, text

    # the team reads them too
    tickets = await customer.tab("/tickets")
    await expect(tickets.get_by_test_id("ticket")).not_to_have_count(0)
    assert set(await tickets.locator("[data-refresh]").evaluate(_TAGS_WITHIN)) <= TICKET_TAGS
    await expect(tickets.get_by_test_id("ticket-transcript").first).to_contain_text(HOSTILE_HTML[0])
    for page in (customer.page, tickets):
        assert await page.evaluate("window.intruder") is None
    assert await customer.page.locator("script").count() == scripts
