"""The widget and the real web channel understand each other; the stub is not all we tested with."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.channels.web.client import Server
from tests.channels.widget.conftest import Visitors
from tests.support.chat_stub import STRICT_CSP, ChatStub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

HELLO = "I am an automated assistant."


async def test_a_conversation_with_the_real_channel(
    stub: ChatStub, visit: Visitors, tmp_path: Path
) -> None:
    # the stub serves the page only, from another origin than the channel's
    server = Server(tmp_path, origins=stub.page_url.rstrip("/"), max_chars=500)
    stub.policy = STRICT_CSP.format(chat=server.url).replace("img-src", "img-src https:")
    stub.page_body = f'<script type="module" src="{server.api}/frontdesk-chat.js"></script>'
    try:
        await asyncio.to_thread(server.start)
        chat = await visit()
        await chat.open()
        await chat.write("rich things, please")
        await expect(chat.messages("assistant").last).to_have_text("Which order?")
        log = chat.part("log")
        await expect(log.get_by_role("link", name="Our shop")).to_have_attribute(
            "href", "https://shop.example/orders"
        )
        await expect(log.get_by_role("link", name="label.pdf")).to_be_visible()
        await chat.part("quick-reply").filter(has_text="Order 10023").click()
        await expect(chat.messages("customer").last).to_have_text("Order 10023")
        await expect(chat.messages().last).to_have_text('echo: /choose{"order": "10023"}')

        await chat.write("x" * 501)
        await expect(chat.part("edit")).to_be_visible()
        await chat.part("edit").click()
        await chat.write("<b>my password is hunter2</b>")
        await expect(chat.messages("customer").last).to_contain_text("[password]")
        await expect(chat.messages().last).to_contain_text("echo: <b>my password is [password]")

        await chat.page.context.set_offline(True)
        await expect(chat.part("banner")).to_contain_text("You are offline")
        await chat.write("from the tunnel")
        await chat.page.context.set_offline(False)
        await expect(chat.messages().last).to_have_text("echo: from the tunnel")
        before = await chat.texts()
        assert before[0] == HELLO
        assert len(before) == len(set(before)) == 9

        await chat.page.reload()
        await expect(chat.messages()).to_have_count(9)
        assert await chat.texts() == before
    finally:
        await asyncio.to_thread(server.stop)
