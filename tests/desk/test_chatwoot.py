"""Chatwoot as the desk, against a small one that follows its published API."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from starlette.testclient import TestClient

from desk import conversations, deliveries, handoffs
from desk.app import create_app
from desk.chatwoot.bridge import Bridge
from desk.chatwoot.client import Chatwoot, ChatwootAway
from desk.chatwoot.settings import ChatwootProblem, ChatwootSettings, from_environ
from desk.chatwoot.signature import SIGNATURE, TIMESTAMP, sign
from desk.database import Database, now
from desk.desk import Desk
from desk.hours import Hours
from desk.states import Event, State
from tests.desk.people import said, wanted
from tests.desk.web import settings_in
from tests.providers.chatwoot_server import (
    WEBHOOK_SECRET,
    ChatwootServer,
    chatwoot_server,
    chatwoot_settings,
)


@pytest.fixture
def server() -> Iterator[ChatwootServer]:
    with chatwoot_server() as server:
        yield server


def settings_of(server: ChatwootServer) -> ChatwootSettings:
    settings = from_environ(chatwoot_settings(server))
    assert settings is not None
    return settings


class House:
    """A desk beside a Chatwoot."""

    def __init__(self, database: Database, server: ChatwootServer) -> None:
        hours = Hours.load(Path("desk/hours.yml"))
        self.desk = Desk(database, hours, 300, lambda: None, elsewhere=True)
        self.database, self.server = database, server
        self.chatwoot = Chatwoot(settings_of(server))
        self.bridge = Bridge(self.desk, self.chatwoot)

    def asks(self, conversation_id: str = "c1", **more: object) -> int:
        """Have a customer say something and wait for a person; gives the handoff."""
        self.says("my lamp is broken", conversation_id)
        with self.database.write() as connection:
            return handoffs.request(connection, wanted(conversation_id, **more)).id

    def says(self, text: str, conversation_id: str = "c1") -> None:
        with self.database.write() as connection:
            conversations.add(connection, said(text, conversation_id, time.time()))

    async def look(self) -> None:
        """Carry over once, as if a webhook had come for every conversation."""
        for number in self.server.conversations:
            self.bridge.hint(number)
        await self.bridge.round(now() + 60_000)

    def restart(self) -> None:
        """Have the bridge know only what the database does."""
        self.bridge = Bridge(self.desk, self.chatwoot)

    def state(self, handoff_id: int) -> State:
        with self.database.read() as connection:
            return handoffs.get(connection, handoff_id).state

    def told(self, conversation_id: str = "c1") -> list[str]:
        """What the customer is told, in order."""
        with self.database.read() as connection:
            waiting = deliveries.not_sent(connection, conversation_id)
        events = [event for one in waiting if one.kind == "events" for event in one.body]
        return [event["text"] for event in events if event["event"] == "bot"]


@pytest_asyncio.fixture
async def house(database: Database, server: ChatwootServer) -> AsyncIterator[House]:
    house = House(database, server)
    yield house
    await house.chatwoot.close()


async def test_a_conversation_goes_there_and_an_agents_answers_come_back(house: House) -> None:
    one = house.asks(summary="A broken lamp.", facts={"first name": "Ada", "order number": "10023"})
    await house.look()
    ((number, there),) = house.server.conversations.items()
    (contact,) = house.server.contacts.values()
    assert (contact["name"], there["status"]) == ("Ada", "open")
    (note,) = house.server.texts(number, "note")
    assert "A broken lamp." in note
    assert "Order number: 10023" in note
    assert "Customer: my lamp is broken" in note
    assert house.server.texts(number) == []  # what was said before is in the note

    house.says('"still" waiting 🙂')
    await house.look()
    await house.look()
    assert house.server.texts(number) == ['"still" waiting 🙂']
    house.server.reply(number, "It's a note", private=True)
    house.server.reply(number, "Hello Ada, card 4111 1111 1111 1111?")
    house.server.reply(number, "", attachments=[{"data_url": "https://files.example/lamp.pdf"}])
    house.server.reply(number, "Ben here.", name="Ben Ode")
    await house.look()
    house.restart()
    await house.look()
    assert house.told() == [
        "Maria Lopez has joined and can read what you wrote so far.",
        "Hello Ada, card [card number]?",
        "https://files.example/lamp.pdf",
        "Ben Ode is taking over and can read everything written so far.",
        "Ben here.",
    ]
    house.server.resolve(number, ("lamp",))
    await house.look()
    assert house.told()[-1].startswith("Ben Ode has closed this conversation.")
    with house.database.read() as connection:
        done = handoffs.get(connection, one)
    assert (done.state, done.outcome, done.tags) == (State.RESOLVED, "answered", ["lamp"])


# contact, conversation, note, the customer's message
@pytest.mark.parametrize("call", range(4))
async def test_an_answer_that_is_lost_doubles_nothing(house: House, call: int) -> None:
    house.asks()
    house.server.faults = ["kept"] * call + ["lost"]
    for text in ("and one more", ""):
        for _ in range(3):
            try:
                await house.look()
            except ChatwootAway:
                house.restart()
        if text:
            house.says(text)
    assert len(house.server.contacts) == len(house.server.conversations) == 1
    (number,) = house.server.conversations
    assert len(house.server.texts(number, "note")) == 1
    assert house.server.texts(number) == ["and one more"]

    assert house.server.faults == []


async def test_a_busy_chatwoot_is_asked_again(house: House) -> None:
    house.asks()
    house.server.faults = [503, 429]
    for _ in range(2):
        with pytest.raises(ChatwootAway):
            await house.look()
    await house.look()
    (number,) = house.server.conversations
    assert "my lamp is broken" in house.server.texts(number, "note")[0]


async def test_what_ends_here_is_ended_there(house: House) -> None:
    one = house.asks()
    await house.look()
    (number,) = house.server.conversations
    house.says("back to the bot please")
    with house.database.write() as connection:
        handoffs.change(connection, one, Event.BACK)
    house.says("where is my order")
    await house.look()
    assert house.server.texts(number) == ["back to the bot please"]
    assert house.server.texts(number, "note")[-1] == "The customer went back to the assistant."
    assert house.server.status(number) == "resolved"
    # whoever writes there all the same is told that it reaches nobody
    house.server.reply(number, "Are you there?")
    await house.look()
    await house.look()
    assert "did not reach them" in house.server.texts(number, "note")[-1]
    assert len(house.server.texts(number, "note")) == 3
    assert house.told() == []


async def test_agents_there_hear_what_did_not_reach_the_customer(house: House) -> None:
    house.asks()
    await house.look()
    (number,) = house.server.conversations
    house.desk.undelivered("c1", "p-1", "STOP was sent", time.time())
    for _ in range(2):
        await house.look()
    notes = house.server.texts(number, "note")
    assert notes[1:] == ["Not delivered: a message did not reach the customer (STOP was sent)."]
    assert house.server.texts(number) == []


async def test_resolved_without_a_word_the_assistant_goes_on(house: House) -> None:
    one = house.asks()
    await house.look()
    (number,) = house.server.conversations
    house.server.resolve(number)
    await house.look()
    assert house.state(one) is State.RESOLVED
    assert house.told()[-1].startswith("Support team has closed this conversation.")


async def test_a_verified_customer_has_one_contact(house: House) -> None:
    house.asks("c1", customer_id="cus_1")
    house.asks("c2", customer_id="cus_1")
    house.asks("c3")
    await house.look()
    assert len(house.server.contacts) == 2
    assert len(house.server.conversations) == 3


async def test_a_conversation_that_was_deleted_there_holds_up_no_other(house: House) -> None:
    house.asks("c1")
    await house.look()
    house.server.conversations.clear()
    other = house.asks("c2")
    await house.look()
    ((number, there),) = house.server.conversations.items()
    assert there["custom_attributes"]["frontdesk_handoff"] == f"handoff-{other}"
    house.server.reply(number, "Hello.")
    await house.look()
    assert house.told("c2")[-1] == "Hello."


def test_within_the_hours_somebody_is_there_without_a_page_open(database: Database) -> None:
    hours = Hours.load(Path("desk/hours.yml"))  # always open
    for elsewhere, state in ((False, "closed"), (True, "queued")):
        desk = Desk(database, hours, 300, lambda: None, elsewhere=elsewhere)
        assert desk.request(wanted(f"c-{elsewhere}")).state == state


def test_a_webhook_without_our_signature_is_refused(tmp_path: Path, server: ChatwootServer) -> None:
    settings = replace(settings_in(tmp_path), chatwoot=settings_of(server))
    body = json.dumps({"event": "message_created", "conversation": {"id": 1}}).encode()
    new, old = str(int(time.time())), str(int(time.time()) - 3600)

    def headers(timestamp: str, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
        return {TIMESTAMP: timestamp, SIGNATURE: "sha256=" + sign(secret, body, timestamp)}

    with TestClient(create_app(settings)) as client:

        def status(content: bytes, given: dict[str, str]) -> int:
            return client.post("/webhooks/chatwoot", content=content, headers=given).status_code

        assert status(body, headers(new)) == 204
        assert status(body, {}) == 403
        assert status(body, headers(new, "another's secret")) == 403
        assert status(body, headers(old)) == 403
        assert status(body + b" ", headers(new)) == 403
        assert status(b"x" * 1_000_001, headers(new)) == 413


def test_without_chatwoot_there_is_no_such_address(tmp_path: Path) -> None:
    with TestClient(create_app(settings_in(tmp_path))) as client:
        assert client.post("/webhooks/chatwoot", content=b"{}").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRONTDESK_CHATWOOT_ACCOUNT", "our account"),
        ("FRONTDESK_CHATWOOT_INBOX", ""),
        ("FRONTDESK_CHATWOOT_TOKEN", ""),
        ("FRONTDESK_CHATWOOT_WEBHOOK_SECRET", "short"),
    ],
)
def test_a_setting_that_cannot_work_is_named(server: ChatwootServer, name: str, value: str) -> None:
    with pytest.raises(ChatwootProblem, match=name):
        from_environ({**chatwoot_settings(server), name: value})
