"""The line breaks, the server fails: nothing is lost, nothing is said twice, the order holds."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from tests.channels.widget.conftest import Chat, Visitors
from tests.support.chat_stub import ChatStub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

GREETING = "Hello, I am an automated assistant."


async def _accepted(stub: ChatStub, count: int) -> None:
    """Wait until the newest conversation has accepted so many messages."""
    async with stub.conversation.changed:
        await asyncio.wait_for(
            stub.conversation.changed.wait_for(lambda: len(stub.conversation.accepted) == count),
            timeout=20,
        )


async def test_the_event_stream_is_read_wherever_it_is_cut(stub: ChatStub, chat: Chat) -> None:
    stream = (
        '\ufeff: a comment\r\n\r\nid: 7\nevent: message\ndata: {\ndata:"a": 1}\n\n'
        "retry: 10\ndata\n\nevent: typing\r\ndata: on\r\n\r\nevent: lost\n\n"
        "data:  two spaces\rdata: é😀\r\rid: no\0id\ndata: last\n\n"
    )
    events = await chat.page.evaluate(
        """async ([url, bytes]) => {
          const { EventStreamParser } = await import(url);
          const read = (pieces) => {
            const parser = new EventStreamParser();
            const decoder = new TextDecoder();
            return pieces.flatMap((piece) =>
              parser.push(decoder.decode(piece, { stream: true })));
          };
          const all = new Uint8Array(bytes);
          const seen = new Set();
          for (let cut = 0; cut <= all.length; cut += 1)
            seen.add(JSON.stringify(read([all.slice(0, cut), all.slice(cut)])));
          seen.add(JSON.stringify(read(Array.from(all, (_, i) => all.slice(i, i + 1)))));
          return [...seen];
        }""",
        [f"{stub.url}/frontdesk-chat.js", list(stream.encode())],
    )
    assert len(events) == 1
    assert json.loads(events[0]) == [
        {"type": "message", "data": '{\n"a": 1}', "id": "7"},
        {"type": "message", "data": "", "id": "7"},
        {"type": "typing", "data": "on", "id": "7"},
        {"type": "message", "data": " two spaces\né😀", "id": "7"},
        {"type": "message", "data": "last", "id": "7"},
    ]


async def test_events_in_single_bytes_and_twice_are_shown_once(stub: ChatStub, chat: Chat) -> None:
    stub.piece = 1
    stub.twice = True
    await chat.open()
    await chat.write("für 😀")
    await expect(chat.messages().last).to_have_text("You wrote: für 😀")
    assert await chat.texts() == [GREETING, "für 😀", "You wrote: für 😀"]


async def test_a_line_that_keeps_breaking_loses_and_repeats_nothing(
    stub: ChatStub, chat: Chat
) -> None:
    await chat.open()
    expected = [GREETING]
    for number in range(6):
        stub.drop_lines()
        await stub.say(f"said {number} while the line was down")
        expected.append(f"said {number} while the line was down")
        await expect(chat.messages().last).to_have_text(expected[-1])
    assert await chat.texts() == expected
    assert stub.last_event_ids[0] is None
    assert stub.last_event_ids[-1] == "6"  # it asked for what it missed, not for everything


async def test_a_cut_in_the_middle_of_an_event_repeats_nothing(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    stub.cut_after = 25
    await stub.say("one that arrives in the second attempt")
    await expect(chat.messages().last).to_have_text("one that arrives in the second attempt")
    assert len(await chat.texts()) == 2


async def test_an_event_that_is_no_json_is_skipped(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    stub.raw = b"event: message\ndata: <html>a proxy's page</html>\n\n"
    await stub.say("after the nonsense")
    await expect(chat.messages().last).to_have_text("after the nonsense")
    assert len(await chat.texts()) == 2


@pytest.mark.parametrize("fault", ["lose", "drop", 500, 503, 429, 408])
async def test_a_message_is_sent_again_with_the_same_id(
    stub: ChatStub, chat: Chat, fault: int | str
) -> None:
    await chat.open()
    stub.post_faults.extend([fault, fault])
    for text in ("first", "second", "third"):
        await chat.write(text)
    await expect(chat.messages("customer").last).to_have_text("third")
    await _accepted(stub, 3)
    await expect(chat.messages()).to_have_count(7)
    assert stub.conversation.texts("customer") == ["first", "second", "third"]
    assert await chat.texts() == [message["text"] for message in stub.conversation.messages]
    assert len({post["id"] for post in stub.posts}) == 3
    assert len(stub.posts) > 3


async def test_a_customer_told_to_wait_sees_why(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    stub.retry_after = 3
    stub.post_faults.append(429)
    await chat.write("too fast")
    await expect(chat.part("message").last).to_contain_text("Sending again in a moment")
    await expect(chat.messages().last).to_have_text("You wrote: too fast")
    await expect(chat.page.get_by_text("Sending again")).to_have_count(0)


async def test_a_server_that_is_restarted(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.write("before")
    await expect(chat.messages()).to_have_count(3)

    await stub.stop_chat()
    await expect(chat.part("banner")).to_have_text("Reconnecting…")
    await chat.write("while it was down")
    await chat.write("and one more")
    await expect(chat.part("retry")).to_have_text("Could not send. Tap to retry")
    await stub.start_chat()

    await expect(chat.messages().last).to_have_text("You wrote: and one more")
    await expect(chat.part("banner")).to_be_empty()
    await expect(chat.part("retry")).to_have_count(0)
    assert stub.conversation.texts("customer") == ["before", "while it was down", "and one more"]
    assert await chat.texts() == [message["text"] for message in stub.conversation.messages]


async def test_a_tap_sends_again_at_once(stub: ChatStub, visit: Visitors) -> None:
    chat = await visit(clock=True)
    await chat.open()
    # time moves by the test's hand only, so that nothing is tried again by itself
    await _freeze(chat, 1000)
    stub.post_faults.extend([500] * 3)
    await chat.write("hello?")
    while not await chat.part("retry").is_visible():
        await chat.page.clock.run_for(1000)  # less than the wait after the third failure
    assert len(stub.posts) == 3
    await chat.part("retry").click()
    await expect(chat.messages().last).to_have_text("You wrote: hello?")
    await expect(chat.part("retry")).to_have_count(0)
    await expect(chat.input).to_be_focused()


async def _freeze(chat: Chat, milliseconds: int) -> None:
    """Let the page's clock jump and then stand still until the test moves it."""
    now = await chat.page.evaluate("Date.now()")
    await chat.page.clock.pause_at((now + milliseconds) / 1000)  # which takes seconds


async def test_what_was_not_sent_outlives_a_reload(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    stub.post_faults.extend([500] * 50)
    await chat.write("do not lose me")
    await chat.write("nor me")
    await expect(chat.part("retry")).to_be_visible()
    await chat.page.reload()
    stub.post_faults.clear()
    await expect(chat.messages().last).to_have_text("You wrote: nor me")
    assert stub.conversation.texts("customer") == ["do not lose me", "nor me"]
    assert await chat.texts() == [message["text"] for message in stub.conversation.messages]
    assert (
        await chat.page.evaluate(
            "sessionStorage.getItem(Object.keys(sessionStorage)"
            ".find(key => key.endsWith(':outbox')))"
        )
        is None
    )


async def test_a_server_that_has_lost_events_is_asked_for_all(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.write("one")
    await expect(chat.messages()).to_have_count(3)
    del stub.conversation.messages[2:]  # restored from a backup, say
    stub.drop_lines()
    await expect(chat.messages()).to_have_count(2)
    await stub.say("the line is open again")
    await expect(chat.messages().last).to_have_text("the line is open again")
    assert await chat.texts() == [GREETING, "one", "the line is open again"]


async def test_a_message_that_is_too_long_is_given_back(stub: ChatStub, chat: Chat) -> None:
    stub.max_chars = 10
    await chat.open()
    await chat.write("longer than that")
    await chat.write("short")
    await expect(chat.messages("assistant").last).to_have_text("You wrote: short")
    await expect(chat.page.get_by_text("This message is too long").last).to_be_visible()
    await chat.part("edit").click()
    await expect(chat.input).to_have_value("longer than that")
    await expect(chat.input).to_be_focused()
    await expect(chat.messages("customer")).to_have_text(["short"])


async def test_a_refused_message_says_why(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    stub.post_faults.append(400)
    await chat.write("something odd")
    await expect(chat.part("message").last).to_contain_text("A fault, as the test asked.")
    await chat.write("something good")
    await expect(chat.messages("assistant").last).to_have_text("You wrote: something good")
    assert [post["text"] for post in stub.posts] == ["something odd", "something good"]


async def test_a_customer_without_network(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.page.context.set_offline(True)
    await expect(chat.part("banner")).to_contain_text("You are offline")
    await chat.write("from the tunnel")
    await chat.page.context.set_offline(False)
    await expect(chat.messages().last).to_have_text("You wrote: from the tunnel")
    await expect(chat.part("banner")).to_be_empty()
    assert stub.conversation.texts("customer") == ["from the tunnel"]


async def test_a_line_that_has_gone_silent_is_replaced(stub: ChatStub, visit: Visitors) -> None:
    chat = await visit(clock=True)
    await chat.open()
    assert len(stub.last_event_ids) == 1
    async with chat.page.expect_request("**/events"):
        await chat.page.clock.run_for(60_000)
    await stub.say("on the new line")
    await expect(chat.messages().last).to_have_text("on the new line")
    assert stub.last_event_ids[1] == "1"
    assert len(await chat.texts()) == 2


async def test_a_hidden_tab_gives_its_line_back_and_catches_up(
    stub: ChatStub, visit: Visitors
) -> None:
    chat = await visit(clock=True)
    await chat.open()
    await _hide(chat, True)
    # the clock stands still afterwards: the line cannot go for having been silent
    await _freeze(chat, 31_000)
    await stub.until_lines(0)
    await stub.say("said meanwhile")
    await chat.page.clock.run_for(60_000)
    assert len(stub.last_event_ids) == 1
    await _hide(chat, False)
    await expect(chat.messages().last).to_have_text("said meanwhile")
    assert len(await chat.texts()) == 2
    assert stub.last_event_ids == [None, "1"]


async def _hide(chat: Chat, hidden: bool) -> None:
    await chat.page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


async def test_a_page_left_and_come_back_to_goes_on(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    # as a browser does that keeps the page for the way back; an open line would forbid it
    await chat.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    await stub.until_lines(0)
    await stub.say("said meanwhile")
    await chat.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    await expect(chat.messages()).to_have_text([GREETING, "said meanwhile"])


async def test_an_element_that_is_taken_out_lets_go(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.page.evaluate(
        "window.chat = document.querySelector('frontdesk-chat');window.chat.remove()"
    )
    await stub.until_lines(0)
    await stub.say("said meanwhile")
    await chat.page.evaluate("document.body.append(window.chat)")
    await expect(chat.panel).to_be_visible()
    await expect(chat.messages()).to_have_text([GREETING, "said meanwhile"])
