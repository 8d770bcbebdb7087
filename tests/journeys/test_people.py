"""A customer at the chat and agents at the desk, each in a browser, through a whole handoff."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from desk import users
from desk.database import Database
from desk.users import Role
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.customer import PATIENCE, Customer
from tests.support.frontdesk import Frontdesk

pytestmark = [pytest.mark.bot, pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

PASSWORD = "correct horse battery"
AGENTS = {"anna": "Anna Weiss", "ben": "Ben Ode"}


@pytest.fixture
def desk(frontdesk: Frontdesk) -> Iterator[Database]:
    """The desk, running, and two agents who may sign in."""
    with frontdesk.with_desk() as database:
        with database.write() as connection:
            for login, name in AGENTS.items():
                users.add(connection, login, name, Role.AGENT, PASSWORD)
        yield database


class Agent:
    """Somebody at the desk."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    @classmethod
    async def sign_in(cls, page: Page, url: str, login: str) -> Agent:
        page.set_default_timeout(PATIENCE)
        await page.goto(f"{url}/login")
        await page.get_by_label("Login").fill(login)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
        return cls(page, url)

    async def row(self, words: str) -> Locator:
        """The row in the queue that holds these words; it comes without a reload."""
        row = self.page.get_by_role("listitem").filter(has_text=words)
        await expect(row).to_have_count(1)
        return row

    async def take(self, words: str) -> None:
        await (await self.row(words)).get_by_role("button", name="Take").click()
        await expect(self.page.get_by_label("Message to the customer")).to_be_visible()

    async def open(self, words: str) -> None:
        await (await self.row(words)).get_by_role("link", name="Open").click()
        await expect(self.page.get_by_label("Message to the customer")).to_be_visible()

    async def say(self, text: str) -> None:
        await self.page.get_by_label("Message to the customer").fill(text)
        await self.page.keyboard.press("Enter")

    async def sees(self, words: str) -> None:
        transcript = self.page.get_by_label("Conversation", exact=True)
        await expect(transcript.get_by_text(words).first).to_be_visible()

    async def give(self, name: str) -> None:
        await self.page.get_by_label("To whom").select_option(label=name)
        await self.page.get_by_role("button", name="Give").click()

    async def resolve(self) -> None:
        await self.page.get_by_text("Resolve", exact=True).click()
        await self.page.get_by_role("button", name=re.compile("^Resolve, ")).click()
        await expect(self.page.get_by_role("heading", name="Queue")).to_be_visible()


@pytest_asyncio.fixture(loop_scope="package")
async def agents(
    browser: Browser, frontdesk: Frontdesk, desk: Database
) -> AsyncIterator[dict[str, Agent]]:
    """Both agents, signed in."""
    found = {}
    contexts = []
    for login in AGENTS:
        context = await browser.new_context(**DESKTOP)
        contexts.append(context)
        found[login] = await Agent.sign_in(await context.new_page(), frontdesk.desk_url, login)
    yield found
    for context in contexts:
        await context.close()


async def shown_while_typing(field: Locator, sign: Locator) -> None:
    """Type until the other side sees it; it is shown for seconds only."""
    for _ in range(10):
        await field.press_sequentially("x")
        with suppress(AssertionError):
            await expect(sign).to_be_visible(timeout=6_000)
            return
    raise AssertionError(f"{sign} was never seen")


async def test_a_handoff_from_two_failed_turns_to_the_survey(
    agents: dict[str, Agent], customer: Customer
) -> None:
    anna, ben = agents["anna"], agents["ben"]
    await customer.open_chat()
    await customer.talk("florp the wibble", "sorry")
    await customer.talk("zzz yyy qqq", "Somebody from our team will join you", "You're next")
    await customer.write("it's about my lamp")
    await customer.rests()

    await anna.take("zzz yyy qqq")
    await customer.reads("Anna Weiss has joined")
    await expect(customer.part("hint")).to_have_text("Anna Weiss is here to help")
    await anna.sees("florp the wibble")
    await shown_while_typing(
        anna.page.get_by_label("Message to the customer"),
        customer.page.get_by_label("Anna Weiss is typing…"),
    )
    await shown_while_typing(
        customer.part("input"), anna.page.get_by_text("The customer is typing…")
    )
    await anna.sees("it's about my lamp")

    odd = 'It\'s "fine" \N{THUMBS UP SIGN} & <b>bold</b>: https://shop.example/lamp?a=1&b=2'
    await anna.say(odd)
    await customer.reads("https://shop.example/lamp?a=1&b=2")
    assert odd in await customer.texts()
    asked = 'where is my order 10023? \N{SLIGHTLY SMILING FACE} "quoted"'
    await customer.write(asked)
    await anna.sees(asked)
    assert await customer.answer() == "", "the assistant has answered in a person's conversation"

    await customer.page.reload()
    await expect(customer.part("panel")).to_be_visible()
    await expect(customer.messages("customer").last).to_have_text(asked)
    assert odd in await customer.texts()
    await expect(customer.part("hint")).to_have_text("Anna Weiss is here to help")
    await anna.give("Ben Ode")
    await customer.reads("Ben Ode is taking over")
    await expect(customer.part("hint")).to_have_text("Ben Ode is here to help")
    await ben.open("zzz yyy qqq")
    await ben.sees(odd)
    await ben.say("Ben here.")
    await customer.reads("Ben here.")
    await ben.resolve()
    await customer.reads("Ben Ode has closed this conversation", "How was it?")
    await expect(customer.part("hint")).to_have_text("Automated assistant")

    await customer.press("4")
    await customer.reads("anything you'd like to add")
    await customer.talk("Anna was quick, thanks", "Thank you for telling us")
    await ben.page.goto(f"{ben.url}/closed")
    await ben.page.get_by_role("link", name="not understood", exact=False).first.click()
    card = ben.page.locator("section").filter(has_text="The customer's rating")
    await expect(card).to_contain_text("4 of 5: “Anna was quick, thanks”")
    # and the assistant answers again
    await customer.talk("where is my order 10023?", "e-mail address or postcode")


async def test_who_is_tired_of_waiting_goes_back_to_the_assistant(
    agents: dict[str, Agent], customer: Customer
) -> None:
    await customer.open_chat()
    await customer.talk("where is my order 10023", "e-mail address or postcode")
    await customer.talk("get me a human", "Somebody from our team will join you")
    await agents["anna"].row("get me a human")
    await customer.write("hello??")
    await customer.rests()
    assert await customer.answer() == ""
    await customer.talk("back to the bot please", "You're back with me")
    await expect(agents["anna"].page.get_by_text("Nobody is waiting")).to_be_visible()
    await customer.press("track my order")
    await customer.reads("e-mail address or postcode")


async def test_nobody_at_the_desk_means_a_ticket(desk: Database, customer: Customer) -> None:
    await customer.open_chat()
    await customer.talk("get me a human", "passed this conversation to our team: ticket")


async def test_on_phones(
    agents: dict[str, Agent], browser: Browser, frontdesk: Frontdesk, customer: Customer
) -> None:
    context = await browser.new_context(**PHONE)
    agent = await Agent.sign_in(await context.new_page(), frontdesk.desk_url, "ben")
    await customer.open_chat()
    await customer.talk("I want to talk to somebody", "Somebody from our team will join you")
    await agent.take("I want to talk to somebody")
    await agent.say("Ben here, on my phone.")
    await customer.reads("Ben here, on my phone.")
    await context.close()
