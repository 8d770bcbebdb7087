"""Somebody at the desk without a browser: takes, reads, writes and resolves over HTTP."""

from __future__ import annotations

import asyncio
import html
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from desk import users
from desk.database import Database
from desk.users import Role

PASSWORD = "correct horse battery"
PATIENCE = 120.0  # s


def let_in(database: Database, login: str, name: str) -> None:
    """Let an agent sign in."""
    with database.write() as connection:
        users.add(connection, login, name, Role.AGENT, PASSWORD)


class DeskAgent:
    """One signed-in agent.

    Attributes:
        handoff: the id of the conversation that was taken last.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._csrf = ""
        self.handoff = ""

    async def sign_in(self, login: str) -> None:
        """Sign in; the queue is open from then on."""
        answer = await self._client.post("/login", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        found = re.search(r'data-csrf="([^"]+)"', await self._page("/"))
        assert found is not None
        self._csrf = found[1]

    async def take(self, words: str) -> None:
        """Wait for a conversation in the queue whose row holds these words, and take it."""
        row = re.compile(rf'href="/handoffs/(\d+)"(?:(?!</li>).)*{re.escape(words)}', re.S)
        # One that was taken already, with the answer lost, stands in the list below the queue.
        page = await self._until("/parts/queue", lambda page: row.search(page) is not None)
        found = row.search(page)
        assert found is not None
        self.handoff = found[1]
        await self._post("take", "assigned")

    async def reads(self, words: str) -> None:
        """Wait until the conversation holds these words."""
        await self._until(f"/parts/handoffs/{self.handoff}", lambda page: words in page)

    async def say(self, text: str, key: str = "") -> None:
        """Write to the customer; the same key again changes nothing."""
        await self._post("say", text=text, key=key or uuid.uuid4().hex)

    async def resolve(self) -> None:
        """End it."""
        await self._post("resolve", "resolved", outcome="solved", tags="")

    async def _post(self, what: str, leads_to: str = "", **data: str) -> None:
        path = f"/handoffs/{self.handoff}"
        answer = await self._client.post(f"{path}/{what}", data={"csrf": self._csrf, **data})
        if leads_to and answer.status_code == 409:  # done before; only the answer was lost
            assert f'data-state="{leads_to}"' in await self._page(f"/parts{path}"), answer.text
            return
        assert answer.status_code in (202, 303), answer.text

    async def _page(self, path: str) -> str:
        answer = await self._client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    async def _until(self, path: str, found: Callable[[str], bool]) -> str:
        deadline = time.monotonic() + PATIENCE
        while not found(page := await self._page(path)):
            assert time.monotonic() < deadline, f"never seen at the desk:\n{page}"
            await asyncio.sleep(0.1)
        return page


@asynccontextmanager
async def desk_agent(url: str, login: str) -> AsyncIterator[DeskAgent]:
    """Sign somebody in at the desk while the block runs.

    Args:
        url: the desk's address, without a slash at the end.
        login: of somebody who was let in.
    """
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        agent = DeskAgent(client)
        await agent.sign_in(login)
        yield agent
