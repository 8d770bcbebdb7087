"""A customer talks: by keyboard, over reloads, in several tabs, with buttons and with a person."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.channels.widget.conftest import Chat, Visitors
from tests.support.chat_stub import ChatStub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

GREETING = "Hello, I am an automated assistant."


async def test_nothing_is_asked_of_the_server_before_the_chat_is_opened(
    stub: ChatStub, chat: Chat
) -> None:
    await chat.page.wait_for_load_state("networkidle")
    assert (stub.sessions_asked, stub.last_event_ids) == (0, [])
    assert await chat.page.evaluate("localStorage.length") == 0
    await expect(chat.panel).to_be_hidden()

    await chat.open()
    assert stub.sessions_asked == 1


async def test_a_conversation_by_keyboard_alone(stub: ChatStub, chat: Chat) -> None:
    stub.answer = lambda text: [
        {
            "text": f"You wrote: {text}",
            "buttons": [
                {"title": "Yes, please", "choice": "sealed-yes"},
                {"title": "No", "choice": "sealed-no"},
            ],
        }
    ]
    keyboard = chat.page.keyboard

    await chat.page.get_by_role("link", name="Another page").focus()
    await keyboard.press("Tab")
    await expect(chat.part("launcher")).to_be_focused()
    await keyboard.press("Enter")
    await expect(chat.input).to_be_focused()
    await keyboard.type("first line")
    await keyboard.press("Shift+Enter")
    await keyboard.type("second line")
    await keyboard.press("Enter")
    await expect(chat.messages("customer")).to_have_text("first line\nsecond line")
    await expect(chat.part("quick-reply")).to_have_count(2)
    await expect(chat.input).to_have_value("")

    await keyboard.press("Shift+Tab")
    await keyboard.press("Shift+Tab")
    await expect(chat.part("quick-reply").first).to_be_focused()
    await keyboard.press("Enter")
    await expect(chat.messages("customer").last).to_have_text("Yes, please")
    await expect(chat.input).to_be_focused()

    await keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.part("launcher")).to_be_focused()
    assert [post.get("text") or post.get("choice") for post in stub.posts] == [
        "first line\nsecond line",
        "sealed-yes",
    ]


async def test_enter_that_ends_a_composition_does_not_send(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.input.fill("かな")
    await chat.input.evaluate(
        "field => field.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, composed: true}))"
    )
    await expect(chat.input).to_have_value("かな")
    await chat.input.press("Enter")
    await expect(chat.input).to_have_value("")
    await expect(chat.messages("customer")).to_have_text("かな")
    assert len(stub.posts) == 1


async def test_only_spaces_are_not_sent(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await expect(chat.part("send")).to_have_attribute("aria-disabled", "true")
    await chat.write("  \n ")
    await chat.part("send").click(force=True)  # it says itself that it is disabled
    await chat.write("words")
    await expect(chat.messages("customer")).to_have_text("words")
    await expect(chat.messages()).to_have_count(3)  # it is shown before it is sent
    assert [post["text"] for post in stub.posts] == ["words"]


async def test_a_reload_resumes_the_conversation(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.write("one")
    await expect(chat.messages()).to_have_count(3)
    before = await chat.texts()

    await chat.page.reload()

    await expect(chat.panel).to_be_visible()
    await expect(chat.messages()).to_have_count(3)
    assert await chat.texts() == before == [GREETING, "one", "You wrote: one"]
    assert stub.sessions_asked == 1
    await chat.write("two")
    await expect(chat.messages().last).to_have_text("You wrote: two")


async def test_the_next_page_keeps_the_panel_and_what_was_being_written(chat: Chat) -> None:
    await chat.open()
    await chat.input.fill("My order number is")
    await chat.page.get_by_role("link", name="Another page").click()
    await chat.page.wait_for_url("**/other")
    await expect(chat.input).to_have_value("My order number is")
    await expect(chat.messages()).to_have_text([GREETING])
    await expect(chat.input).not_to_be_focused()  # the visitor went to see the page


async def test_a_panel_that_was_closed_stays_closed(stub: ChatStub, visit: Visitors) -> None:
    stub.page_body += "<frontdesk-chat open></frontdesk-chat>"
    chat = await visit()
    await expect(chat.messages()).to_have_count(1)
    await chat.part("close").click()
    await chat.page.reload()
    await expect(chat.part("launcher")).to_be_visible()
    await expect(chat.panel).to_be_hidden()


async def test_two_tabs_are_in_step(stub: ChatStub, visit: Visitors) -> None:
    first = await visit()
    second = await visit.tab(first.page.context)
    await first.open()
    await second.part("launcher").click()
    for number, chat in enumerate((first, second, first, second)):
        await chat.write(f"message {number}")
        await expect(first.messages().last).to_have_text(f"You wrote: message {number}")
        await expect(second.messages().last).to_have_text(f"You wrote: message {number}")
    assert await first.texts() == await second.texts()
    assert len(await first.texts()) == 9
    assert stub.sessions_asked == 1


async def test_tabs_opened_at_the_same_moment_share_one_session(
    stub: ChatStub, visit: Visitors
) -> None:
    tabs = [await visit()]
    tabs += [await visit.tab(tabs[0].page.context) for _ in range(2)]
    await asyncio.gather(
        *(tab.page.evaluate("document.querySelector('frontdesk-chat').open()") for tab in tabs)
    )
    for tab in tabs:
        await expect(tab.messages()).to_have_text([GREETING])
    assert stub.sessions_asked == 1


async def test_buttons_retire_when_one_is_taken(stub: ChatStub, chat: Chat) -> None:
    stub.greeting = [
        {
            "text": "What is it about?",
            "buttons": [
                {"title": "An order", "choice": "a"},
                {"title": "My account", "choice": "b"},
            ],
        }
    ]
    await chat.open()
    await chat.part("quick-reply").filter(has_text="My account").click()
    await expect(chat.part("quick-reply")).to_have_count(0)
    await expect(chat.messages().last).to_have_text("You wrote: My account")
    assert [(post.get("text"), post.get("choice")) for post in stub.posts] == [(None, "b")]

    await chat.page.reload()
    await expect(chat.messages()).to_have_count(3)
    await expect(chat.part("quick-reply")).to_have_count(0)


async def test_buttons_retire_when_the_answer_is_written_in_another_tab(
    stub: ChatStub, visit: Visitors
) -> None:
    stub.greeting = [{"text": "Which one?", "buttons": [{"title": "This", "choice": "a"}]}]
    first = await visit()
    await first.open()
    second = await visit.tab(first.page.context)
    await second.part("launcher").click()
    await expect(second.part("quick-reply")).to_have_count(1)
    await first.write("neither")
    await expect(second.part("quick-reply")).to_have_count(0)


async def test_a_choice_that_is_no_longer_taken_is_explained(stub: ChatStub, chat: Chat) -> None:
    stub.greeting = [{"text": "Which one?", "buttons": [{"title": "This", "choice": "a"}]}]
    await chat.open()
    stub.conversation.choices.clear()
    await chat.part("quick-reply").click()
    await expect(chat.part("message").last).to_contain_text("This choice is no longer available")
    await chat.write("This one, please")
    await expect(chat.messages().last).to_have_text("You wrote: This one, please")


async def test_a_person_is_one_step_away_and_is_named(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await expect(chat.part("hint")).to_have_text("Automated assistant")
    await chat.part("human").click()
    await expect(chat.messages("customer")).to_have_text("I would like to talk to a person")
    await expect(chat.input).to_be_focused()

    await stub.say("Hello, how can I help?", sender="agent", name="Maria")
    agent = chat.page.locator('[data-from="agent"]')
    await expect(agent).to_contain_text("Maria")
    await expect(chat.part("hint")).to_have_text("Maria is here to help")
    await expect(chat.part("human")).to_be_hidden()

    await stub.say("It is me again.")
    await expect(chat.part("hint")).to_have_text("Automated assistant")
    await expect(chat.part("human")).to_be_visible()


async def test_the_header_names_the_person_who_has_the_conversation(
    stub: ChatStub, chat: Chat
) -> None:
    await chat.open()
    await stub.say("Maria has joined.", sender="system", custom={"person": "Maria"})
    await expect(chat.part("hint")).to_have_text("Maria is here to help")
    await stub.say("Have a cup of tea meanwhile.", sender="system")  # says nothing of who it is
    await chat.page.reload()
    await expect(chat.messages("system")).to_have_count(2)
    await expect(chat.part("hint")).to_have_text("Maria is here to help")
    await expect(chat.part("human")).to_be_hidden()
    await stub.say("Maria has closed this.", sender="system", custom={"person": ""})
    await expect(chat.part("hint")).to_have_text("Automated assistant")


async def test_a_person_hears_that_the_customer_is_typing(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.input.press_sequentially("to the assistant")
    await stub.say("Maria has joined.", sender="system", custom={"person": "Maria"})
    await expect(chat.part("hint")).to_have_text("Maria is here to help")
    assert stub.conversation.typed == 0, "the assistant was told of every key"
    async with chat.page.expect_request("**/typing"):
        await chat.input.press_sequentially(" no, to Maria")
    await stub.typing(True)  # the assistant takes the message in, and will say nothing
    await stub.typing(True, name="Maria")
    await expect(chat.part("typing")).to_have_attribute("aria-label", "Maria is typing…")
    await expect(chat.part("typing")).to_be_visible()
    await stub.typing(True)
    await expect(chat.part("typing")).to_be_hidden()


async def test_typing_is_shown_while_the_server_says_so(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await stub.typing(True)
    await expect(chat.part("typing")).to_be_visible()
    await stub.say("Here is the first part.")
    await expect(chat.messages().last).to_have_text("Here is the first part.")
    await expect(chat.part("typing")).to_be_visible()
    await stub.typing(False)
    await expect(chat.part("typing")).to_be_hidden()

    await stub.typing(True)
    await expect(chat.part("typing")).to_be_visible()
    stub.lines_open = False
    stub.drop_lines()
    await expect(chat.part("typing")).to_be_hidden()  # nobody knows any more


async def test_unread_messages_are_counted_until_they_are_seen(
    stub: ChatStub, visit: Visitors
) -> None:
    chat = await visit()
    await chat.open()
    other = await visit.tab(chat.page.context)
    await expect(other.part("badge")).to_be_hidden()
    await chat.page.keyboard.press("Escape")
    await stub.say("one")
    await stub.say("two", sender="agent", name="Maria")
    await stub.say("Maria has joined", sender="system")

    for tab in (chat, other):
        await expect(tab.part("badge")).to_have_text("2")
        await expect(tab.part("launcher")).to_have_accessible_name("Open chat. Unread messages: 2")
    await chat.page.reload()
    await expect(chat.part("badge")).to_have_text("2")

    await chat.part("launcher").click()
    await expect(chat.part("badge")).to_be_hidden()
    await expect(other.part("badge")).to_be_hidden()  # seen in one tab is seen
    await chat.page.keyboard.press("Escape")
    await chat.page.reload()
    await expect(chat.messages()).to_have_count(4)
    await expect(chat.part("badge")).to_be_hidden()


async def test_a_reader_of_the_past_is_not_torn_away(stub: ChatStub, chat: Chat) -> None:
    stub.greeting = [{"text": f"line {number}\n" * 3} for number in range(20)]
    await chat.open()
    await expect(chat.messages()).to_have_count(20)
    await expect(chat.messages().last).to_be_in_viewport()
    await chat.messages().first.scroll_into_view_if_needed()
    await stub.say("news")
    await expect(chat.part("latest")).to_be_visible()
    await expect(chat.messages().first).to_be_in_viewport()
    await chat.part("latest").click()
    await expect(chat.messages().last).to_be_in_viewport()
    await expect(chat.part("latest")).to_be_hidden()


async def test_a_customer_who_logs_out_leaves_nothing_behind(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.write("for my eyes only")
    await expect(chat.messages()).to_have_count(3)
    await chat.input.fill("a draft")
    await chat.page.evaluate("document.querySelector('frontdesk-chat').forget()")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.messages()).to_have_count(0)
    await stub.until_lines(0)
    kept = await chat.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "for my eyes" not in kept
    assert "a draft" not in kept
    assert stub.conversation.token not in kept

    await chat.open()
    await expect(chat.messages()).to_have_text([GREETING])
    await expect(chat.input).to_have_value("")
    assert stub.sessions_asked == 2
