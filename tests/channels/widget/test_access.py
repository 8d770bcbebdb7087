"""Everyone can use it: axe finds nothing, the keyboard reaches all, a phone shows it whole."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.channels.widget.conftest import Chat, Visitors, until
from tests.support.chat_stub import ChatStub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


async def _no_violation(page: Page) -> None:
    """Run all of axe's rules on the page, shadow trees included."""
    result = await Axe().run(page, options={})
    assert result.violations_count == 0, result.generate_report()
    # What axe could not judge needs a look. It cannot tell the contrast of words that are half
    # scrolled out of sight or on two lines; the same pairs of colours are judged elsewhere.
    unsure = [
        (rule["id"], node["target"])
        for rule in result.response["incomplete"]
        for node in rule["nodes"]
        if rule["id"] != "color-contrast"
    ]
    assert unsure == []


async def _show_everything(stub: ChatStub, chat: Chat) -> None:
    """Bring every kind of thing that the log can hold into it."""
    await chat.write("Where is it? https://example.com/order")
    await expect(chat.messages()).to_have_count(3)
    await stub.say("Maria has joined the conversation", sender="system")
    await stub.say("Hello, I am Maria.", sender="agent", name="Maria")
    await stub.say(
        "Here: https://example.com/help",
        image=f"{stub.url}/picture.svg",
        link="https://example.com/manual.pdf",
        custom={
            "type": "card",
            "title": "Order 10023",
            "subtitle": "Placed on 12 May",
            "rows": [{"label": "Status", "value": "Shipped"}],
            "link": {"title": "Follow the parcel", "url": "https://example.com/t/1"},
        },
        buttons=[
            {"title": "Change the address", "choice": "a"},
            {"title": "Call us", "link": "tel:+15550100"},
        ],
    )
    await stub.say("How did we do?", custom={"type": "stars"})
    await expect(chat.messages()).to_have_count(7)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_nothing(
    stub: ChatStub, visit: Visitors, device: dict[str, Any], scheme: Any
) -> None:
    chat = await visit(color_scheme=scheme, reduced_motion="reduce", **device)
    await _no_violation(chat.page)  # closed

    await chat.open()
    await _show_everything(stub, chat)
    await _no_violation(chat.page)

    await stub.typing(True)
    await expect(chat.part("typing")).to_be_visible()
    await chat.input.fill("something to send")
    await _no_violation(chat.page)
    await stub.typing(False)

    stub.max_chars = 10
    await chat.input.press("Enter")
    await expect(chat.part("edit")).to_be_visible()
    stub.lines_open = False
    stub.post_faults.extend([500] * 50)
    stub.drop_lines()
    await chat.write("lost?")
    await expect(chat.part("retry")).to_be_visible()
    await expect(chat.part("banner")).to_have_text("Reconnecting…")
    await _no_violation(chat.page)

    stub.lines_open = True
    stub.post_faults.clear()
    await expect(chat.messages().last).to_have_text("You wrote: lost?")
    await chat.part("close").click()
    await stub.say("Are you still there?")
    await expect(chat.part("badge")).to_have_text("1")
    await _no_violation(chat.page)


async def test_every_control_is_reached_by_tab_and_shows_it(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await stub.say("Which?", buttons=[{"title": "This", "choice": "a"}])
    await expect(chat.part("quick-reply")).to_be_visible()
    await chat.input.fill("words")
    await chat.part("launcher").focus()
    reached = []
    for _ in range(6):
        await chat.page.keyboard.press("Tab")
        name, outline = await chat.page.evaluate(
            """() => {
              const focused = document.querySelector("frontdesk-chat").shadowRoot.activeElement;
              const style = getComputedStyle(focused);
              return [focused.getAttribute("aria-label") || focused.textContent,
                      style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
            }"""
        )
        assert outline, f"no visible focus on {name}"
        reached.append(name)
    assert reached == [
        "Talk to a person",
        "Close chat",
        "Conversation",
        "This",
        "Your message",
        "Send",
    ]
    await chat.page.keyboard.press("Tab")  # not modal on a desktop: the page goes on
    assert await chat.page.evaluate("document.activeElement.localName") != "frontdesk-chat"


async def test_what_a_screen_reader_is_told(stub: ChatStub, chat: Chat) -> None:
    launcher = chat.part("launcher")
    await expect(launcher).to_have_accessible_name("Open chat")
    await expect(launcher).to_have_attribute("aria-expanded", "false")
    await chat.open()
    await expect(launcher).to_have_accessible_name("Close chat")
    await expect(launcher).to_have_attribute("aria-expanded", "true")
    log = chat.page.get_by_role("log", name="Conversation")
    await expect(log).to_have_attribute("aria-live", "polite")
    await chat.write("hello")
    await stub.say("Good morning.", sender="agent", name="Maria")
    await expect(log).to_contain_text("Automated assistant:Hello, I am an automated assistant.")
    await expect(log).to_contain_text("You:hello")
    await expect(log).to_contain_text("Maria:Good morning.")
    await expect(chat.page.get_by_role("textbox", name="Your message")).to_be_focused()

    # a page whose chat is closed says who wrote
    await chat.page.keyboard.press("Escape")
    await stub.say("One more thing.", sender="agent", name="Maria")
    await expect(
        chat.page.get_by_role("status").filter(has_text="New message from Maria")
    ).to_have_text("New message from Maria: One more thing.")


async def test_a_replayed_conversation_is_not_read_out_again(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.write("hello")
    await expect(chat.messages()).to_have_count(3)
    await chat.page.context.add_init_script(
        """
        const seen = (window.spoken = []);
        const look = (element) => new MutationObserver((records) => {
          for (const { addedNodes, target } of records)
            if (target.getAttribute("aria-live") === "polite")
              seen.push(...Array.from(addedNodes, (node) => node.textContent));
        }).observe(element.shadowRoot.querySelector("[role=log]"), { childList: true });
        customElements.whenDefined("frontdesk-chat").then(function wait() {
          const element = document.querySelector("frontdesk-chat");
          if (element?.shadowRoot) look(element); else requestAnimationFrame(wait);
        });
        """
    )
    await chat.page.reload()
    await expect(chat.messages()).to_have_count(3)
    await expect(chat.part("log")).to_have_attribute("aria-live", "polite")
    await stub.say("This is new.")
    await until(chat.page, "() => window.spoken.length > 0")
    spoken = await chat.page.evaluate("window.spoken")
    assert len(spoken) == 1
    assert "This is new." in spoken[0]


async def test_a_phone_shows_the_chat_on_its_whole_screen(stub: ChatStub, visit: Visitors) -> None:
    chat = await visit(reduced_motion="reduce", **PHONE)
    await chat.part("launcher").tap()
    await expect(chat.messages()).to_have_count(1)
    assert await chat.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    await expect(chat.input).not_to_be_focused()  # its keyboard would cover the greeting
    assert await chat.panel.evaluate("panel => panel.matches(':modal')")
    assert await chat.page.evaluate("document.documentElement.style.overflow") == "hidden"
    # iOS zooms into fields whose letters are smaller than this
    assert await chat.input.evaluate("field => parseFloat(getComputedStyle(field).fontSize)") >= 16
    stub.max_chars = 3
    await chat.write("too long")
    await expect(chat.part("edit")).to_be_visible()
    await stub.say("Which?", custom={"type": "stars"})
    await stub.say("Which?", buttons=[{"title": "A", "choice": "a"}])
    await expect(chat.part("quick-reply")).to_have_count(6)
    low = await chat.panel.locator("button:visible").evaluate_all(
        "all => all.map(one => [one.textContent, one.getBoundingClientRect().height])"
        ".filter(([, height]) => height < 44)"
    )
    assert low == []

    for _ in range(6):  # the page behind is out of reach
        await chat.page.keyboard.press("Tab")
        assert await chat.page.evaluate("document.activeElement.localName") in (
            "frontdesk-chat",
            "body",  # the browser's own controls
        )
    await chat.part("close").tap()
    await expect(chat.panel).to_be_hidden()
    assert await chat.page.evaluate("document.documentElement.style.overflow") == ""


async def test_the_on_screen_keyboard_does_not_cover_the_field(
    stub: ChatStub, visit: Visitors
) -> None:
    stub.greeting = [{"text": f"line {number}\n" * 3} for number in range(15)]
    chat = await visit(reduced_motion="reduce", **PHONE)
    await chat.open()
    await expect(chat.messages()).to_have_count(15)
    # As iOS and Android do it: the layout stays, only the visual viewport shrinks.
    await chat.page.evaluate(
        """() => {
          Object.defineProperty(visualViewport, "height", { value: 420 });
          Object.defineProperty(visualViewport, "offsetTop", { value: 30 });
          visualViewport.dispatchEvent(new Event("resize"));
        }"""
    )
    await expect(chat.panel).to_have_css("height", "420px")
    box = await chat.panel.bounding_box()
    field = await chat.input.bounding_box()
    assert box is not None and field is not None
    assert box["y"] == 30
    assert field["y"] + field["height"] <= 450
    await until(
        chat.page,
        """(log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2""",
        await chat.page.get_by_role("group", name="Conversation").element_handle(),
    )


async def test_a_window_that_becomes_a_phones_and_back(stub: ChatStub, chat: Chat) -> None:
    await chat.open()
    await chat.input.fill("half a thought")
    for width, modal in ((400, True), (1280, False)):
        await chat.page.set_viewport_size({"width": width, "height": 800})
        await until(
            chat.page,
            "([panel, modal]) => panel.matches(':modal') === modal",
            [await chat.panel.element_handle(), modal],
        )
        await expect(chat.panel).to_be_visible()
        await expect(chat.input).to_be_focused()
        await expect(chat.input).to_have_value("half a thought")
        await expect(chat.part("launcher")).to_have_attribute("aria-expanded", "true")


async def test_a_phones_next_page_is_not_covered_but_a_reload_is_resumed(
    stub: ChatStub, visit: Visitors
) -> None:
    chat = await visit(**PHONE)
    await chat.open()
    await chat.page.reload()
    await expect(chat.panel).to_be_visible()
    await chat.page.goto(stub.page_url + "other")
    await expect(chat.part("launcher")).to_be_visible()
    await expect(chat.panel).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_is_cut_off_sideways(stub: ChatStub, visit: Visitors, width: int) -> None:
    chat = await visit(viewport={"width": width, "height": 640}, reduced_motion="reduce")
    await chat.open()
    await _show_everything(stub, chat)
    cut = await chat.page.evaluate(
        """() => {
          const root = document.querySelector("frontdesk-chat").shadowRoot;
          const panel = root.querySelector("dialog").getBoundingClientRect();
          return [...root.querySelectorAll("dialog *:not(.sr, svg *)")].filter((one) => {
            const box = one.getBoundingClientRect();
            return box.width && !one.closest(".sr") &&
              (box.left < panel.left - 1 || box.right > panel.right + 1 ||
               (one.localName !== "textarea" && one.scrollWidth > one.clientWidth + 1 &&
                getComputedStyle(one).display !== "inline"));
          }).map((one) => one.outerHTML.slice(0, 120));
        }"""
    )
    assert cut == []
    assert await chat.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


async def test_motion_is_left_out_for_those_who_want_none(stub: ChatStub, visit: Visitors) -> None:
    moving = "document.querySelector('frontdesk-chat').shadowRoot.getAnimations().length"
    calm = await visit(reduced_motion="reduce")
    lively = await visit(reduced_motion="no-preference")
    for chat, still in ((calm, True), (lively, False)):
        await chat.open()
        await stub.typing(True)
        await expect(chat.part("typing")).to_be_visible()
        assert (await chat.page.evaluate(moving) == 0) is still


async def test_the_field_grows_with_the_text_and_not_without_end(chat: Chat) -> None:
    await chat.open()
    heights = []
    for lines in (1, 3, 40, 1):
        await chat.input.fill("\n".join(["line"] * lines))
        box = await chat.input.bounding_box()
        assert box is not None
        heights.append(round(box["height"]))
    assert heights[0] == heights[3] == 44
    assert heights[0] < heights[1] < heights[2] <= 144
