"""Sessions begin, are renewed, expire and are refused; the customer goes on talking."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.channels.widget.conftest import Chat, Visitors, until
from tests.support.chat_stub import ChatStub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

GREETING = "Hello, I am an automated assistant."


async def test_a_session_that_expired_is_replaced_and_the_customer_told(
    stub: ChatStub, chat: Chat
) -> None:
    await chat.open()
    await chat.write("in the old session")
    await expect(chat.messages()).to_have_count(3)
    stub.forget_sessions()
    await chat.write("in the new session")

    await expect(chat.messages().last).to_have_text("You wrote: in the new session")
    await expect(chat.messages("system")).to_have_text(
        "Your earlier chat has expired, so this is a new one."
    )
    assert stub.sessions_asked == 2
    assert stub.conversation.texts("customer") == ["in the new session"]
    await chat.page.reload()
    await expect(chat.messages()).to_have_text(
        [GREETING, "in the new session", "You wrote: in the new session"]
    )


async def test_a_choice_of_an_expired_session_is_said_in_words(stub: ChatStub, chat: Chat) -> None:
    stub.greeting = [{"text": "Which one?", "buttons": [{"title": "This one", "choice": "a"}]}]
    await chat.open()
    stub.lines_open = False
    stub.drop_lines()
    stub.conversations = {}
    await chat.part("quick-reply").click()
    await _until_posted(stub, "This one")
    stub.lines_open = True
    await expect(chat.messages().last).to_have_text("You wrote: This one")


async def _until_posted(stub: ChatStub, text: str) -> None:
    async with stub.posted:
        await asyncio.wait_for(
            stub.posted.wait_for(lambda: any(post.get("text") == text for post in stub.posts)),
            timeout=20,
        )


async def test_an_expired_session_is_not_replaced_for_someone_who_does_not_chat(
    stub: ChatStub, chat: Chat
) -> None:
    await chat.open()
    await chat.page.keyboard.press("Escape")
    stub.forget_sessions()
    await chat.page.reload()
    await until(
        chat.page,
        "() => localStorage.getItem(Object.keys(localStorage)"
        ".find(key => !key.endsWith(':seen'))) === null",
    )
    assert stub.sessions_asked == 1
    await chat.open()
    assert stub.sessions_asked == 2


async def test_a_token_is_renewed_long_before_it_ends(stub: ChatStub, visit: Visitors) -> None:
    stub.token_life = 2 * 60 * 60
    chat = await visit(clock=True)
    await chat.open()
    await chat.write("in the morning")
    await expect(chat.messages()).to_have_count(3)
    async with chat.page.expect_response("**/session"):
        await chat.page.clock.fast_forward("01:01:00")
    await chat.write("at noon")
    await expect(chat.messages().last).to_have_text("You wrote: at noon")
    assert stub.conversation.tokens == 2
    assert len(await chat.texts()) == 5  # nothing repeated, no word of an expired chat
    await chat.page.reload()
    await expect(chat.messages()).to_have_count(5)
    assert stub.conversation.tokens == 2


async def test_a_token_that_cannot_be_renewed_yet_is_used_on(
    stub: ChatStub, visit: Visitors
) -> None:
    chat = await visit(clock=True)
    await chat.open()
    stub.session_fault = 429
    async with chat.page.expect_response("**/session"):
        await chat.page.clock.fast_forward("13:00:00")
    await chat.write("still the same")
    await expect(chat.messages().last).to_have_text("You wrote: still the same")
    assert stub.conversation.tokens == 1


async def test_another_tab_follows_into_the_new_session(stub: ChatStub, visit: Visitors) -> None:
    first = await visit()
    await first.open()
    second = await visit.tab(first.page.context)
    await second.part("launcher").click()
    await expect(second.messages()).to_have_count(1)
    stub.forget_sessions()
    await first.write("still there?")
    for tab in (first, second):
        await expect(tab.messages().last).to_have_text("You wrote: still there?")
    assert stub.sessions_asked == 2


async def test_a_server_that_grants_no_session_yet(stub: ChatStub, chat: Chat) -> None:
    stub.session_fault = 503
    await chat.part("launcher").click()
    await expect(chat.part("banner")).to_have_text("Reconnecting…")
    await chat.write("hello?")
    await expect(chat.part("retry")).to_be_visible()
    stub.session_fault = None
    await expect(chat.messages().last).to_have_text("You wrote: hello?")
    assert await chat.texts() == [GREETING, "hello?", "You wrote: hello?"]


async def test_storage_that_is_forbidden_costs_the_memory_only(
    stub: ChatStub, visit: Visitors
) -> None:
    chat = await visit(
        script="""
      for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, {
          get() { throw new DOMException("no", "SecurityError"); } });
    """
    )
    await chat.open()
    await chat.write("hello")
    await expect(chat.messages().last).to_have_text("You wrote: hello")
    stub.drop_lines()
    await stub.say("still here")
    await expect(chat.messages().last).to_have_text("still here")
    assert stub.sessions_asked == 1
