"""What is said reaches the page as what it is: text as text, links as links, nothing as HTML."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.async_api import expect

from tests.channels.widget.conftest import Chat, Visitors, until
from tests.support.chat_stub import ChatStub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "</div></section><h1>I am your page now</h1><style>*{display:none}</style>",
    '"><svg onload=window.hacked=1> &lt;b&gt; &amp; &#60;',
    "javascript:window.hacked=1 data:text/html,<b>x</b>",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1}",
    "'; DROP TABLE orders; --",
    "\u202eright to left override\u202c and \u2066isolate\u2069",
    "מה מצב ההזמנה שלי 10023?",
    "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301\u0302\u0303 Z̸͝a̷l̸g̶o",
    "a\u0000b\u0001\u001b[31m\ufffe",
    "tab\tand\n\n\nlines\u2028and\u2029more",
    "x" * 20_000,
    "word " * 4_000,
]


async def test_hostile_texts_are_shown_letter_by_letter(stub: ChatStub, visit: Visitors) -> None:
    stub.max_chars = 100_000
    stub.csp = False  # the widget must not need the policy's help
    chat = await visit()
    await chat.open()
    for text in HOSTILE:
        await stub.say(text)
        await chat.page.evaluate(
            "text => document.querySelector('frontdesk-chat').send(text)", text
        )
    expected = set(HOSTILE) | {text.strip() for text in HOSTILE}
    await expect(chat.messages("customer")).to_have_count(len(HOSTILE))
    await expect(chat.messages("assistant")).to_have_count(1 + 2 * len(HOSTILE))
    shown = set(await chat.texts())
    assert expected - shown <= {HOSTILE[-1]}  # sent trimmed, echoed trimmed
    assert shown - expected == {stub.greeting[0]["text"]} | {
        f"You wrote: {text.strip()}" for text in HOSTILE
    }

    assert await chat.page.evaluate("window.hacked") is None
    inside = await chat.messages().evaluate_all(
        "all => all.flatMap(one => [...one.querySelectorAll('*')].map(node => node.localName))"
    )
    assert inside == []
    await expect(chat.page.get_by_role("heading", name="I am your page now")).to_have_count(0)
    # nothing is wider than the chat, once all of it is laid out
    log = await chat.part("log").element_handle()
    await chat.page.wait_for_function("log => log.scrollWidth <= log.clientWidth", arg=log)


async def test_hostile_words_in_every_other_place(stub: ChatStub, visit: Visitors) -> None:
    bad = "<img src=x onerror='window.hacked = 1'>"
    stub.csp = False
    stub.answer = lambda text: []
    chat = await visit()
    await chat.open()
    await stub.say(
        bad,
        sender="agent",
        name=bad,
        custom={
            "type": "card",
            "title": bad,
            "subtitle": bad,
            "rows": [{"label": bad, "value": bad}],
            "link": {"title": bad, "url": "https://example.com/"},
        },
        buttons=[{"title": bad, "choice": "a"}],
    )
    await stub.say(bad, sender=f'"><b data-x="{bad}')
    await expect(chat.part("quick-reply")).to_have_text(bad)
    await chat.part("quick-reply").click()
    await expect(chat.messages("customer")).to_have_text(bad)
    await expect(chat.part("hint")).to_have_text("Automated assistant")  # an unknown sender
    assert await chat.page.evaluate("window.hacked") is None
    assert await chat.part("log").locator("img, b").count() == 0


LINKS = {
    "See https://example.com/a.": ["https://example.com/a"],
    "(https://example.com/a_(b)), or <https://example.com/c>!": [
        "https://example.com/a_(b)",
        "https://example.com/c",
    ],
    "HTTP://EXAMPLE.com/x?y=1&z=%20#part": ["http://example.com/x?y=1&z=%20#part"],
    "https://example.com/a\nhttps://example.com/b": [
        "https://example.com/a",
        "https://example.com/b",
    ],
    "https://shop.example@evil.example/login": [],
    "javascript:alert(1) data:text/html,x file:///etc/passwd ftp://example.com": [],
    "https:// http://[ https://exa\u202emple.com/moc.live": ["https://exa/"],
    "write to me@example.com or www.example.com": [],
}


async def test_addresses_in_a_text_become_links(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    for number, (text, links) in enumerate(LINKS.items(), start=2):
        await stub.say(text)
        await expect(chat.messages()).to_have_count(number)
        anchors = chat.messages().last.locator("a")
        assert await anchors.evaluate_all("all => all.map(a => a.href)") == links
        assert await anchors.evaluate_all(
            "all => all.every(a => a.target === '_blank' && a.relList.contains('noopener'))"
        )
    assert (await chat.texts())[1:] == list(LINKS)


async def test_a_card_is_shown_with_its_rows_and_link(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await stub.say(
        "Here is your order.",
        custom={
            "type": "card",
            "title": "Order 10023",
            "subtitle": "Placed on 12 May",
            "rows": [{"label": "Status", "value": "Shipped"}, {"label": "Items", "value": 2}],
            "link": {"title": "Follow the parcel", "url": "https://example.com/t/1"},
        },
    )
    card = chat.part("card")
    await expect(card).to_contain_text("Order 10023Placed on 12 May")
    await expect(card.get_by_role("term")).to_have_text(["Status", "Items"])
    await expect(card.get_by_role("definition")).to_have_text(["Shipped", "2"])
    link = card.get_by_role("link", name="Follow the parcel")
    await expect(link).to_have_attribute("href", "https://example.com/t/1")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(chat.messages().last).to_have_text("Here is your order.")


async def test_several_cards_with_buttons(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await stub.say(
        "Which one?",
        custom={
            "cards": [
                {
                    "title": name,
                    "subtitle": "",
                    "buttons": [
                        {"title": f"Choose {name}", "choice": name},
                        {"title": "See it", "link": f"https://example.com/{name}"},
                    ],
                }
                for name in ("lamp", "shade")
            ]
        },
    )
    await expect(chat.part("card")).to_have_count(2)
    await chat.part("quick-reply").filter(has_text="shade").click()
    await expect(chat.messages("customer")).to_have_text("Choose shade")
    await expect(chat.part("quick-reply")).to_have_count(0)
    await expect(chat.part("card").get_by_role("link")).to_have_count(2)  # links do not retire


async def test_pictures_and_links_of_a_message(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    picture = f"{stub.url}/picture.svg"
    await stub.say(
        "Look:",
        image=picture,
        link="https://example.com/manual.pdf",
        buttons=[{"title": "Call us", "link": "tel:+15550100"}],
    )
    image = chat.page.get_by_role("img", name="Image", exact=True)
    await expect(image).to_have_attribute("src", picture)
    await until(chat.page, "image => image.naturalWidth === 120", await image.element_handle())
    await expect(
        chat.page.get_by_role("link", name="https://example.com/manual.pdf")
    ).to_be_visible()
    await expect(chat.page.get_by_role("link", name="Call us")).to_have_attribute(
        "href", "tel:+15550100"
    )


UNSAFE = [
    "javascript:window.hacked=1",
    " JaVaScript:window.hacked=1",
    "data:text/html,<b>x</b>",
    "vbscript:x",
    "file:///etc/passwd",
    "//example.com",
    "/relative",
    "",
    7,
    None,
    {"url": 7},
    [],
    "https://user:secret@example.com/",
]


async def test_an_unsafe_address_is_neither_linked_nor_loaded(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    for address in UNSAFE:
        await stub.say(
            "Careful.",
            image=address,
            link=address,
            buttons=[{"title": "A button", "link": address}],
            custom={"type": "card", "title": "A card", "image": address, "link": address},
        )
    # each says its title instead
    await expect(chat.part("card")).to_have_text(["A card"] * len(UNSAFE))
    await expect(chat.part("quick-reply")).to_have_text(["A button"] * len(UNSAFE))
    assert await chat.part("log").locator("a, img").count() == 0


async def test_a_survey_of_stars(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await stub.say(
        "How did we do?",
        custom={"type": "stars", "title": "How did we do?"},
        buttons=[{"title": f"{count} of 5", "choice": f"sealed-{count}"} for count in range(1, 6)],
    )
    group = chat.page.get_by_role("group", name="How did we do?")
    await expect(group.get_by_role("button")).to_have_count(5)
    await group.get_by_role("button", name="4 out of 5").click()
    await expect(chat.messages("customer")).to_have_text("4 of 5")
    await expect(group).to_be_hidden()
    assert stub.posts[-1]["choice"] == "sealed-4"

    await stub.say("And the delivery?", custom={"type": "stars"})
    await chat.page.get_by_role("button", name="2 out of 5").click()
    await expect(chat.messages("customer").last).to_have_text("2")
    assert stub.posts[-1]["text"] == "2"


ODD: list[dict[str, Any]] = [
    {"text": "As text.", "custom": {"type": "hologram", "text": "other"}},
    {"text": "", "custom": {"type": "hologram", "text": "As text."}},
    {"text": "As text.", "custom": {"cards": "no list"}, "buttons": "no list", "image": {}},
    {
        "text": "As text.",
        "custom": {"type": "card", "rows": {"no": "list"}},
        "buttons": [None, {}],
    },
    {"text": "As text.", "custom": [], "link": {}, "name": None, "at": "not a date"},
    {"text": "As text.", "custom": None, "buttons": None, "at": None, "surprise": {"a": [1]}},
]


async def test_what_it_does_not_know_is_shown_as_text(stub: ChatStub, chat: Chat) -> None:
    stub.seal_choices = False
    await chat.open()
    for message in ODD:
        await stub.say(**message)
    await stub.say("And it goes on.")
    await expect(chat.messages().last).to_have_text("And it goes on.")
    assert (await chat.texts())[1:-1] == ["As text."] * len(ODD)


async def test_a_message_that_cannot_be_drawn_does_not_stop_the_others(
    stub: ChatStub, visit: Visitors
) -> None:
    chat = await visit()
    await chat.open()
    stub.seal_choices = False
    await stub.say("broken", custom={"cards": [None]})
    await stub.say("whole")
    await expect(chat.messages().last).to_have_text("whole")
    assert len(visit.errors) == 1  # told to the page's owner, not swallowed
    visit.errors.clear()


async def test_the_server_has_the_last_word_on_what_was_said(stub: ChatStub, chat: Chat) -> None:
    stub.mask = lambda text: text.replace("hunter2", "[password]")
    await chat.open()
    await chat.write("my password is hunter2")
    await expect(chat.messages("customer")).to_have_text("my password is [password]")
    assert "hunter2" not in await chat.page.evaluate(
        "JSON.stringify({...sessionStorage}) + JSON.stringify({...localStorage})"
    )


async def test_text_from_right_to_left(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await stub.say("שלום, ההזמנה בדרך.")
    await expect(chat.messages().last).to_have_css("direction", "rtl")
    await expect(chat.messages().first).to_have_css("direction", "ltr")


async def test_times_and_days_are_told_once_a_group(stub: ChatStub, visit: Visitors) -> None:
    noon = datetime.now(timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0)
    yesterday = noon - timedelta(days=1)
    stub.greeting = [
        {"text": "long ago", "at": "2024-03-01T09:05:00Z"},
        {"text": "yesterday", "at": yesterday.isoformat()},
        {"text": "seconds later", "at": (yesterday + timedelta(seconds=20)).isoformat()},
        {"text": "an hour later", "at": (yesterday + timedelta(hours=1)).isoformat()},
        {"text": "today", "at": noon.isoformat()},
    ]
    chat = await visit(timezone_id="UTC")
    await chat.open()
    await expect(chat.messages()).to_have_count(5)
    days = chat.page.locator(".day:visible")
    await expect(days).to_have_text([re.compile("^Friday,? 1 March 2024$"), "Yesterday", "Today"])
    times = chat.page.locator("time:visible")
    await expect(times).to_have_text(["09:05", "12:00", "13:00", "12:00"])
