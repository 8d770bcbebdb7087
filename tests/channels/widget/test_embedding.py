"""The shop's page: one tag, its own looks and words, methods and events."""

import gzip

import pytest
from playwright.async_api import expect

from tests.channels.widget.conftest import Chat, Visitors
from tests.support.chat_stub import WIDGET, ChatStub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


async def test_words_and_looks_are_the_shops_own(stub: ChatStub, visit: Visitors) -> None:
    stub.page_body = (
        '<frontdesk-chat heading="Lumen &amp; Sons" theme="dark" lang="de"'
        ' strings=\'{"placeholder": "Nachricht schreiben", "human": "Mit einem Menschen sprechen",'
        ' "humanMessage": "Ich möchte mit einem Menschen sprechen"}\'></frontdesk-chat>'
        + stub.page_body
    )
    chat = await visit()
    await expect(chat.page.locator("frontdesk-chat")).to_have_count(1)
    await chat.open()
    await expect(chat.page.get_by_role("dialog", name="Lumen & Sons")).to_be_visible()
    await expect(chat.input).to_have_attribute("placeholder", "Nachricht schreiben")
    await expect(chat.part("send")).to_have_accessible_name("Send")  # not translated: English
    await chat.part("human").click()
    await expect(chat.messages("customer")).to_have_text("Ich möchte mit einem Menschen sprechen")
    await expect(chat.panel).to_have_css("background-color", "rgb(22, 24, 29)")

    await chat.page.evaluate(
        "document.querySelector('frontdesk-chat').strings = {placeholder: 'Schreiben Sie uns'}"
    )
    await expect(chat.input).to_have_attribute("placeholder", "Schreiben Sie uns")


async def test_colours_follow_custom_properties(stub: ChatStub, visit: Visitors) -> None:
    stub.csp = False
    stub.page_body += (
        "<style>frontdesk-chat {"
        "--frontdesk-accent: rgb(120, 20, 60); --frontdesk-width: 333px }</style>"
    )
    chat = await visit()
    await expect(chat.part("launcher")).to_have_css("background-color", "rgb(120, 20, 60)")
    await chat.open()
    await expect(chat.panel).to_have_css("width", "333px")


async def test_one_tag_is_enough_and_may_carry_the_settings(
    stub: ChatStub, visit: Visitors
) -> None:
    stub.page_body = stub.page_body.replace(
        "<script", '<script data-heading="From the tag" data-theme="dark"'
    )
    chat = await visit()
    await expect(chat.page.locator("frontdesk-chat")).to_have_attribute("theme", "dark")
    await chat.open()
    await expect(chat.page.get_by_role("dialog", name="From the tag")).to_be_visible()


async def test_the_server_attribute_names_another_server(stub: ChatStub, visit: Visitors) -> None:
    other = ChatStub()
    other.greeting = [{"text": "Hello from the other server."}]
    await other.start()
    try:
        stub.csp = False
        stub.page_body += f'<frontdesk-chat server="{other.url}/"></frontdesk-chat>'
        chat = await visit()
        await chat.open()
        await expect(chat.messages()).to_have_text("Hello from the other server.")
        assert (stub.sessions_asked, other.sessions_asked) == (0, 1)
    finally:
        await other.stop()


async def test_a_page_talks_to_the_element(stub: ChatStub, chat: Chat) -> None:
    await chat.page.evaluate("""() => {
      window.heard = [];
      for (const name of ["open", "close", "message"])
        document.addEventListener(`frontdesk:${name}`, ({ detail }) =>
          window.heard.push([name, detail?.from, detail?.text, detail?.replay]));
      window.chat = document.querySelector("frontdesk-chat");
    }""")
    await chat.page.evaluate("chat.open()")
    await expect(chat.messages()).to_have_count(1)
    assert await chat.page.evaluate("chat.send('  from the page ')")
    assert await chat.page.evaluate("chat.send('   ')") is None
    await expect(chat.messages()).to_have_count(3)
    await chat.page.evaluate("chat.close()")
    await expect(chat.panel).to_be_hidden()
    assert await chat.page.evaluate("window.heard") == [
        ["open", None, None, None],
        ["message", "assistant", stub.greeting[0]["text"], False],
        ["message", "customer", "from the page", False],
        ["message", "assistant", "You wrote: from the page", False],
        ["close", None, None, None],
    ]
    await chat.page.evaluate("chat.setAttribute('open', '')")
    await expect(chat.panel).to_be_visible()
    await chat.page.evaluate("chat.removeAttribute('open')")
    await expect(chat.panel).to_be_hidden()


async def test_the_file_is_small() -> None:
    assert len(gzip.compress(WIDGET.read_bytes(), 6)) < 20_000
