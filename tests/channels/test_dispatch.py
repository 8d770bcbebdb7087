import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from channels.database import Database
from channels.dispatch import Dialogue, Dispatcher
from channels.inbox import Inbox, InboxMessage, inbox_table

METADATA = MetaData()
TABLE = inbox_table(METADATA)
PATIENCE = 10.0  # s


class Bot:
    """A dialogue that notes what it does and can be held, failed or unready."""

    def __init__(self) -> None:
        self.run_for: list[str] = []
        self.apologies: list[str] = []
        self.known: set[str] = set()
        self.ready = True
        self.gates: dict[str, asyncio.Event] = {}
        self.failing: set[str] = set()
        self.at_once = 0
        self.most_at_once = 0

    async def run(self, message: InboxMessage) -> None:
        self.run_for.append(message.message_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if message.message_id in self.gates:
                await self.gates[message.message_id].wait()
            if message.message_id in self.failing:
                raise ValueError(f"no idea what {message.text!r} means")
        finally:
            self.at_once -= 1

    async def apologise(self, message: InboxMessage) -> None:
        self.apologies.append(message.message_id)

    async def knows(self, message: InboxMessage) -> bool:
        return message.message_id in self.known

    @property
    def dialogue(self) -> Dialogue:
        return Dialogue(self.run, lambda: self.ready, self.knows, self.apologise)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/inbox.db", METADATA)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database, TABLE)


@pytest.fixture
def add(database: Database, inbox: Inbox) -> Callable[..., Awaitable[None]]:
    async def add(message_id: str, conversation: str = "c") -> None:
        message = InboxMessage(conversation, message_id, f"text of {message_id}", {"masked": []})
        await database.write(lambda c: inbox.add(c, message))

    return add


async def until(condition: Callable[[], bool]) -> None:
    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(poll(), PATIENCE)


async def test_messages_run_in_order_one_at_a_time(inbox, add) -> None:
    bot = Bot()
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    for number in range(20):
        await add(str(number))
        dispatcher.wake("c")
    assert await dispatcher.drain(PATIENCE) == 0
    assert bot.run_for == [str(number) for number in range(20)]
    assert bot.most_at_once == 1
    assert await inbox.next("c") is None


async def test_conversations_do_not_wait_for_each_other(inbox, add) -> None:
    bot = Bot()
    bot.gates["slow"] = asyncio.Event()
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    await add("slow", "a")
    await add("quick", "b")
    dispatcher.wake("a")
    dispatcher.wake("b")
    await until(lambda: bot.run_for.count("quick") == 1)
    bot.gates["slow"].set()
    assert await dispatcher.drain(PATIENCE) == 0


async def test_a_message_added_while_another_runs_is_not_forgotten(inbox, add) -> None:
    bot = Bot()
    bot.gates["first"] = asyncio.Event()
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    await add("first")
    dispatcher.wake("c")
    await until(lambda: bot.run_for == ["first"])
    await add("second")
    dispatcher.wake("c")
    bot.gates["first"].set()
    assert await dispatcher.drain(PATIENCE) == 0
    assert bot.run_for == ["first", "second"]


async def test_a_failing_dialogue_is_apologised_for_and_the_next_message_runs(
    inbox, add, caplog
) -> None:
    bot = Bot()
    bot.failing.add("bad")
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    await add("bad")
    await add("good")
    with caplog.at_level(logging.ERROR):
        dispatcher.wake("c")
        await dispatcher.drain(PATIENCE)
    assert bot.run_for == ["bad", "good"]
    assert bot.apologies == ["bad"]
    assert "test_dispatch.py" in caplog.text  # the traceback
    assert "ValueError" in caplog.text
    assert "text of bad" not in caplog.text


async def test_a_dialogue_that_hangs_is_cut_off(inbox, add) -> None:
    bot = Bot()
    bot.gates["hangs"] = asyncio.Event()
    dispatcher = Dispatcher("test", inbox, bot.dialogue, turn_timeout=0.1)
    await add("hangs")
    dispatcher.wake("c")
    assert await dispatcher.drain(PATIENCE) == 0
    assert bot.apologies == ["hangs"]


async def test_what_a_drain_cuts_off_is_taken_up_by_the_next_process(inbox, add) -> None:
    bot = Bot()
    bot.gates["held"] = asyncio.Event()
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    await add("held")
    await add("behind")
    dispatcher.wake("c")
    await until(lambda: bot.run_for == ["held"])
    assert await dispatcher.drain(0.05) == 1
    assert bot.apologies == []

    after = Bot()
    restarted = Dispatcher("test", inbox, after.dialogue, PATIENCE)
    assert await restarted.recover() == 1
    await restarted.drain(PATIENCE)
    assert after.run_for == ["held", "behind"]


async def test_a_recovered_message_that_the_tracker_holds_is_not_run_again(inbox, add) -> None:
    await add("answered")
    first = await inbox.next("c")
    assert first is not None
    await inbox.begin(first)  # and then the process died
    await add("waiting")
    bot = Bot()
    bot.known.add("answered")
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    await dispatcher.recover()
    await dispatcher.drain(PATIENCE)
    assert bot.run_for == ["waiting"]
    assert bot.apologies == []


async def test_a_message_that_kills_the_process_each_time_is_given_up(inbox, add) -> None:
    await add("deadly")
    for _ in range(3):
        message = await inbox.next("c")
        assert message is not None
        await inbox.begin(message)
    bot = Bot()
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    await dispatcher.recover()
    await dispatcher.drain(PATIENCE)
    assert bot.run_for == []
    assert bot.apologies == ["deadly"]


async def test_messages_wait_for_the_model(inbox, add, monkeypatch) -> None:
    monkeypatch.setattr("channels.dispatch._READY_POLL", 0.01)
    bot = Bot()
    bot.ready = False
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    await add("early")
    dispatcher.wake("c")
    assert await dispatcher.drain(0.2) == 1
    assert bot.run_for == []
    bot.ready = True
    dispatcher.wake("c")
    await dispatcher.drain(PATIENCE)
    assert bot.run_for == ["early"]


async def test_a_failing_database_is_tried_again(inbox, add, monkeypatch, caplog) -> None:
    monkeypatch.setattr("channels.workers._RETRY_WAITS", (0.01,))
    failures = iter([OSError("disk"), OSError("disk")])
    whole = inbox.next

    async def failing(conversation: str) -> InboxMessage | None:
        for failure in failures:
            raise failure
        return await whole(conversation)

    monkeypatch.setattr(inbox, "next", failing)
    bot = Bot()
    dispatcher = Dispatcher("test", inbox, bot.dialogue, PATIENCE)
    await add("once")
    dispatcher.wake("c")
    await dispatcher.drain(PATIENCE)
    assert bot.run_for == ["once"]


async def test_the_inbox_forgets_the_text_and_keeps_the_id(database, inbox, add) -> None:
    await add("m")
    message = await inbox.next("c")
    assert message is not None
    assert (message.text, message.metadata) == ("text of m", {"masked": []})
    await inbox.finish(message)
    rows = await database.read(lambda c: [dict(r) for r in c.execute(TABLE.select()).mappings()])
    assert [(r["message_id"], r["text"], r["metadata"]) for r in rows] == [("m", "", "{}")]
    assert await database.read(lambda c: inbox.has(c, "c", "m"))
    assert not await database.read(lambda c: inbox.has(c, "other", "m"))
    assert await inbox.waiting_conversations() == []


async def test_conversations_are_recovered_longest_waiting_first(inbox, add) -> None:
    for message_id, conversation in (("1", "b"), ("2", "a"), ("3", "b"), ("4", "c")):
        await add(message_id, conversation)
    assert await inbox.waiting_conversations() == ["b", "a", "c"]
