"""A provider's channel without its provider: what goes in, what comes out, and what is kept."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from channels.incoming import Event, Incoming, Picked, Pressed, Words, unsupported
from channels.provider import Retry, Uncertain, Undeliverable
from channels.replies import Output
from channels.reply import Button, Reply
from channels.service import Door
from tests.channels.doubles import MemoryAssistant, MemoryProvider, started, until

MENU = {
    "text": "Which?",
    "buttons": [
        {"title": "First", "payload": '/choose{"order": "1"}'},
        {"title": "Second", "payload": '/choose{"order": "2"}'},
        {"title": "A page", "url": "https://shop.example"},
    ],
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.courier._WAITS", (0.01,))


@pytest.fixture
def provider() -> MemoryProvider:
    return MemoryProvider()


@pytest.fixture
def bot() -> MemoryAssistant:
    return MemoryAssistant()


@pytest.fixture
async def start(
    tmp_path: Path, provider: MemoryProvider, bot: MemoryAssistant
) -> AsyncIterator[Callable[..., Awaitable[Door]]]:
    doors: list[Door] = []

    async def start(**given: Any) -> Door:
        doors.append(await started(provider, bot, f"sqlite:///{tmp_path}/memory.db", **given))
        return doors[-1]

    yield start
    for door in doors:
        if door.database.is_open:
            await stop(door)


async def stop(door: Door) -> None:
    await door.stop()
    await door.close()


def says(text: str, message_id: str = "", who: str = "anna") -> Incoming:
    return Incoming(who, {"to": who}, message_id or f"{who}:{text}"[:60], Words(text))


async def test_a_new_conversation_is_opened_once_and_then_answered(start, provider, bot) -> None:
    door = await start()
    accepted = await door.accept(says("hello"))
    await door.accept(says("again"))
    await until(lambda: len(provider.taken) == 3)
    assert provider.texts() == ["I am a bot", "echo: hello", "echo: again"]
    assert accepted.conversation_id.startswith("memory-")
    assert "anna" not in accepted.conversation_id
    assert {message.input_channel for message in bot.seen} == {"memory"}


async def test_a_greeting_command_opens_a_conversation_by_itself(start, provider) -> None:
    door = await start()
    begin = Incoming("anna", {"to": "anna"}, "1", Event("start_conversation"))
    assert not (await door.accept(begin)).duplicate
    assert (await door.accept(begin)).duplicate
    await door.accept(says("hello"))
    await until(lambda: len(provider.taken) == 2)
    assert provider.texts() == ["I am a bot", "echo: hello"]


async def test_a_repeated_delivery_is_a_duplicate(start, provider, bot) -> None:
    door = await start()
    results = await asyncio.gather(*(door.accept(says("hello", "m1")) for _ in range(10)))
    assert sorted(result.duplicate for result in results) == [False] + [True] * 9
    assert len({result.conversation_id for result in results}) == 1
    await until(lambda: len(provider.taken) == 2)
    assert bot.texts == ["hello"]


async def test_secrets_and_commands_do_not_reach_rasa(start, bot) -> None:
    door = await start()
    await door.accept(says("my card is 4242 4242 4242 4242"))
    await door.accept(says("/restart"))
    await until(lambda: len(bot.texts) == 2)
    assert "4242" not in bot.texts[0]
    assert bot.seen[1].metadata["masked"] == ["card"]
    assert not bot.texts[1].startswith("/")


async def test_what_has_no_words_is_ignored_or_named(start, provider, bot) -> None:
    door = await start(max_chars=10)
    assert (await door.accept(says("\u200b \n"))).conversation_id == ""
    await door.accept(says("far too long for this channel"))
    await door.accept(Incoming("anna", {"to": "anna"}, "v", unsupported("voice")))
    await until(lambda: len(bot.texts) == 2)
    assert bot.texts == [
        '/unsupported_media{"media_kind": "too_long"}',
        '/unsupported_media{"media_kind": "voice"}',
    ]
    metadata = dict(bot.seen[-1].metadata)
    assert abs(datetime.fromisoformat(metadata.pop("sent_at")).timestamp() - time.time()) < 60
    assert metadata == {"masked": [], "origin": "channel", "choice_title": "(voice)"}


async def test_who_writes_too_fast_is_told_once(start, provider, bot) -> None:
    door = await start(rate="2/minute")
    results = [await door.accept(says(f"number {n}")) for n in range(6)]
    assert [result.limited for result in results] == [False, False, True, True, True, True]
    await until(lambda: len(provider.taken) == 4)
    assert sum("faster than I can read" in text for text in provider.texts()) == 1
    assert len(bot.texts) == 2


async def offer(door: Door, bot: MemoryAssistant, provider: MemoryProvider) -> str:
    """Have the assistant offer the menu to anna."""

    async def menu(message: Any) -> None:
        await message.output_channel.send_response(message.sender_id, dict(MENU))

    bot.say = menu
    before = len(provider.taken)
    conversation_id = (await door.accept(says("menu please"))).conversation_id
    # "Which?" and two choices, for the opening and for the message
    await until(lambda: len(provider.taken) == before + 6)
    bot.say = bot.echo
    return conversation_id


async def test_a_number_picks_from_the_latest_menu_only(start, provider, bot) -> None:
    door = await start()
    conversation_id = await offer(door, bot, provider)
    assert [choice.title for choice in await door.menu(conversation_id)] == ["First", "Second"]
    await door.accept(Incoming("anna", {"to": "anna"}, "p1", Picked(3, "3")))
    await until(lambda: provider.texts()[-1] == "echo: 3")
    await door.accept(Incoming("anna", {"to": "anna"}, "p2", Picked(2, "2")))
    await until(lambda: len(bot.texts) == 3)
    assert bot.texts[1:] == ["3", "2"]  # the menu was answered: it is over

    conversation_id = await offer_again(door, bot, provider)
    await door.accept(Incoming("anna", {"to": "anna"}, "p3", Picked(2, "two")))
    await until(lambda: bot.texts[-1] == '/choose{"order": "2"}')
    assert bot.seen[-1].metadata["choice_title"] == "Second"


async def offer_again(door: Door, bot: MemoryAssistant, provider: MemoryProvider) -> str:
    async def menu(message: Any) -> None:
        await message.output_channel.send_response(message.sender_id, dict(MENU))

    bot.say = menu
    before = len(provider.taken)
    conversation_id = (await door.accept(says("once more"))).conversation_id
    await until(lambda: len(provider.taken) == before + 3)
    bot.say = bot.echo
    return conversation_id


async def tokens(door: Door) -> list[str]:
    table = door.database._metadata.tables["memory_choices"]
    return await door.database.read(
        lambda c: [row.token for row in c.execute(table.select().order_by("menu", "position"))]
    )


async def test_a_button_stands_for_its_payload_in_its_conversation(start, provider, bot) -> None:
    door = await start()
    await offer(door, bot, provider)
    token = (await tokens(door))[-1]
    assert len(token) <= 22
    press = Pressed(token, "Second")
    await door.accept(Incoming("anna", {"to": "anna"}, "b1", press))
    await until(lambda: bot.texts[-1] == '/choose{"order": "2"}')
    await door.accept(Incoming("mallory", {"to": "mallory"}, "b2", press))
    await until(lambda: bot.texts[-1] == "Second")  # words: the token is another's
    await door.accept(Incoming("mallory", {"to": "mallory"}, "b3", Pressed(token)))
    await until(lambda: "expired_choice" in bot.texts[-1])


async def test_a_choice_expires(start, provider, bot) -> None:
    door = await start(choice_hours=1e-9)
    await offer(door, bot, provider)
    token = (await tokens(door))[-1]
    await door.accept(Incoming("anna", {"to": "anna"}, "b1", Pressed(token)))
    await until(lambda: "expired_choice" in bot.texts[-1])


async def test_a_reply_from_elsewhere_arrives_also_after_a_restart(start, provider) -> None:
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await until(lambda: len(provider.taken) == 2)
    await stop(door)
    door = await start()
    output = door.output()
    assert output.name() == "memory"
    await output.send_response(
        conversation_id, {"text": "I am Ann", "from": "agent", "name": "Ann"}
    )
    await until(lambda: provider.texts()[-1] == "I am Ann")


async def test_what_is_said_again_with_the_same_key_arrives_once(start, provider) -> None:
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await until(lambda: len(provider.taken) == 2)
    for key in ("one", "one", "two"):  # the second as by a desk that was killed meanwhile
        message = {"text": "I am Ann", "from": "agent", "message_key": key}
        await door.output().send_response(conversation_id, message)
    await door.output().send_text_message(conversation_id, "Goodbye")
    await until(lambda: provider.texts()[-1] == "Goodbye")
    assert provider.texts()[2:] == ["I am Ann", "I am Ann", "Goodbye"]


async def test_an_answer_goes_where_its_question_came_from(start, provider, bot) -> None:
    door = await start()
    gate = asyncio.Event()

    async def slowly(message: Any) -> None:
        await gate.wait()
        await bot.echo(message)

    bot.say = slowly
    for place in ("kitchen", "hall"):
        await door.accept(Incoming("anna", {"to": place}, place, Words(place)))
    gate.set()
    await until(lambda: len(provider.taken) == 3)
    assert provider.texts("kitchen") == ["I am a bot", "echo: kitchen"]
    assert provider.texts("hall") == ["echo: hall"]
    conversation_id = await door.conversation("anna")
    await door.output().send_text_message(conversation_id, "Ann here")
    await until(lambda: provider.texts("hall") == ["echo: hall", "Ann here"])


async def test_a_reply_to_nobody_is_dropped_and_reported(start, provider, caplog) -> None:
    door = await start()
    await door.output().send_text_message("memory-nobody", "hello")
    assert "no such conversation" in caplog.text
    assert provider.taken == []


async def test_a_reply_that_cannot_be_rendered_does_not_raise(start, provider, caplog) -> None:
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await door.output().send_text_message(conversation_id, "unrenderable")
    await door.output().send_text_message(conversation_id, "fine")
    await until(lambda: provider.texts()[-1:] == ["fine"])
    assert "could not be rendered" in caplog.text
    assert "private words" not in caplog.text


async def test_a_repeated_turn_is_not_answered_twice(start, provider) -> None:
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await until(lambda: len(provider.taken) == 2)
    again = Output("memory", door._replies, "a message")
    await again.send_text_message(conversation_id, "one")
    await until(lambda: provider.texts()[-1] == "one")
    again = Output(
        "memory", door._replies, "a message"
    )  # the process was killed, and the turn runs anew
    await again.send_text_message(conversation_id, "one")
    await again.send_text_message(conversation_id, "two")
    await until(lambda: provider.texts()[-1] == "two")
    assert provider.texts()[2:] == ["one", "two"]


async def test_more_sends_what_was_held_piece_by_piece(start, provider) -> None:
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await until(lambda: len(provider.taken) == 2)
    provider.held = True
    await door.send(conversation_id, Reply("old 1\nold 2"))
    await door.send(conversation_id, Reply("new 1\nnew 2\nnew 3"))
    await until(lambda: provider.texts()[-1] == "new 1")
    assert await door.more(conversation_id)
    await until(lambda: provider.texts()[-1] == "new 2")
    assert await door.more(conversation_id)
    await until(lambda: provider.texts()[-1] == "new 3")
    assert not await door.more(conversation_id)
    assert "old 2" not in provider.texts()


async def test_a_receipt_is_recorded(start, provider, caplog) -> None:
    door = await start()
    await door.accept(says("hello"))
    await until(lambda: len(provider.taken) == 2)
    table = door.database._metadata.tables["memory_outgoing"]

    def receipts(connection: Any) -> list[Any]:
        return [row.receipt for row in connection.execute(table.select().order_by("number"))]

    assert await door.receipt("id-1", "delivered")
    assert await door.receipt("id-2", "undelivered 30005", failed=True)
    assert not await door.receipt("id-99", "delivered")
    assert await door.database.read(receipts) == ["delivered", "undelivered 30005"]
    assert "did not arrive" in caplog.text


async def test_a_late_receipt_takes_nothing_back(start, provider) -> None:
    door = await start()
    await door.accept(says("hello"))
    await until(lambda: len(provider.taken) == 2)
    table = door.database._metadata.tables["memory_outgoing"]
    said = []
    for status in ("queued", "sent", "delivered", "sent", "read", "delivered"):
        assert await door.receipt("id-1", status)
        query = table.select().where(table.c.provider_id == "id-1")
        said.append(await door.database.read(lambda c, q=query: c.execute(q).one().receipt))
    assert said == ["queued", "sent", "delivered", "delivered", "read", "read"]


async def test_a_sent_message_is_known_by_its_id(start, provider) -> None:
    door = await start()
    await door.accept(says("hello"))
    await until(lambda: len(provider.taken) == 2)
    assert await door.knows("id-1")
    assert not await door.knows("id-99")


async def test_the_channel_may_speak_before_the_customer(start, provider) -> None:
    door = await start()
    address = says("hello").address
    conversation_id = await door.begin(says("hello").key, address)
    assert await door.begin(says("hello").key, address) == conversation_id
    for _ in range(2):
        await door.send(conversation_id, Reply("a notice"), "the same cause")
    accepted = await door.accept(says("hello"))
    assert accepted.conversation_id == conversation_id
    await until(lambda: len(provider.taken) == 3)
    assert provider.texts() == ["a notice", "I am a bot", "echo: hello"]


async def test_typing_is_shown_while_a_turn_runs(start, provider, bot) -> None:
    door = await start()
    gate = asyncio.Event()

    async def think(message: Any) -> None:
        await gate.wait()

    bot.say = think
    await door.accept(says("hello"))
    await until(lambda: provider.typed > 0)
    gate.set()


async def test_typing_is_not_shown_for_a_quick_answer(start, provider, bot, monkeypatch) -> None:
    monkeypatch.setattr("channels.service._TYPING_AFTER", 30)
    door = await start()
    await door.accept(says("hello"))
    await until(lambda: len(provider.taken) == 2)
    assert provider.typed == 0


async def test_equal_buttons_are_one_choice(start, provider) -> None:
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await until(lambda: len(provider.taken) == 2)
    button = Button("Yes", "/affirm")
    await door.send(conversation_id, Reply("Sure?", (button, button)))
    await until(lambda: provider.texts()[-1] == "Yes")
    assert len(await door.menu(conversation_id)) == 1


# Sending


@pytest.fixture
async def talking(start, provider) -> tuple[Door, str]:
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await until(lambda: len(provider.taken) == 2)
    provider.taken.clear()
    return door, conversation_id


async def test_what_was_not_sent_is_tried_again_in_order(talking, provider) -> None:
    door, conversation_id = talking
    provider.problems = [Retry("429", after=0.01), Retry("no connection")]
    for text in ("one", "two", "three"):
        await door.send(conversation_id, Reply(text))
    await until(lambda: len(provider.taken) == 3)
    assert provider.texts() == ["one", "two", "three"]


@pytest.mark.parametrize("problem", [Uncertain("time-out"), RuntimeError("?"), OSError("reset")])
async def test_what_arrived_without_an_answer_is_found_and_not_sent_again(
    talking, provider, problem
) -> None:
    door, conversation_id = talking
    provider.problems, provider.arrives_anyway = [problem], True
    await door.send(conversation_id, Reply("one"))
    await door.send(conversation_id, Reply("two"))
    await until(lambda: len(provider.taken) == 2)
    assert provider.texts() == ["one", "two"]


async def test_what_surely_did_not_arrive_is_sent_again(talking, provider) -> None:
    door, conversation_id = talking
    provider.problems = [Uncertain("time-out")]
    await door.send(conversation_id, Reply("one"))
    await until(lambda: provider.texts() == ["one"])
    assert provider.calls == 4  # two before, the time-out, and again


async def test_where_nobody_can_tell_it_is_reported_and_not_sent_again(
    talking, provider, caplog
) -> None:
    door, conversation_id = talking
    provider.problems, provider.knows = [Uncertain("time-out")], False
    await door.send(conversation_id, Reply("one"))
    await door.send(conversation_id, Reply("two"))
    await until(lambda: provider.texts() == ["two"])
    assert "may not have arrived" in caplog.text
    assert "kept as uncertain" in caplog.text


async def test_a_customer_who_blocked_us_is_marked_until_they_write(
    talking, provider, caplog
) -> None:
    door, conversation_id = talking
    provider.problems = [Undeliverable("blocked by the user", unreachable=True)]
    await door.send(conversation_id, Reply("one"))
    await until(lambda: "blocked by the user" in caplog.text)
    assert await door.unreachable(conversation_id) == "blocked by the user"
    assert provider.taken == []
    await door.accept(says("I am back"))
    await until(lambda: provider.texts() == ["echo: I am back"])
    assert await door.unreachable(conversation_id) is None


async def test_a_provider_that_refuses_for_too_long_is_given_up(start, provider, caplog) -> None:
    door = await start(patience_hours=1e-9)
    provider.problems = [Retry("503")]
    await door.accept(says("hello"))
    await until(lambda: provider.texts() == ["echo: hello"])
    assert "tried until now: 503" in caplog.text


async def test_what_waits_at_the_stop_is_sent_after_the_start(start, provider, monkeypatch) -> None:
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await until(lambda: len(provider.taken) == 2)
    provider.problems = [Retry("maintenance", after=3600)]
    await door.send(conversation_id, Reply("one\ntwo"))
    await until(lambda: provider.problems == [])
    await door.send(conversation_id, Reply("three"))  # wakes the courier once more
    await stop(door)
    assert len(provider.taken) == 2
    await start()
    await until(lambda: provider.texts()[2:] == ["one", "two", "three"])


async def test_a_part_cut_off_while_it_was_sent_is_asked_about(
    start, provider, monkeypatch
) -> None:
    monkeypatch.setattr("channels.replies._SEND_DRAIN", 0.05)
    door = await start()
    conversation_id = (await door.accept(says("hello"))).conversation_id
    await until(lambda: len(provider.taken) == 2)
    calls, provider.gate = provider.calls, asyncio.Event()
    await door.send(conversation_id, Reply("one\ntwo"))
    await until(lambda: provider.calls == calls + 1)
    await stop(door)  # the answer of the provider never came ...
    provider.gate = None
    provider.keys.append(f"{conversation_id}:3")  # ... but it had arrived
    await start()
    await until(lambda: provider.texts()[2:] == ["two"])


async def test_a_slow_call_is_cut_off(start, provider) -> None:
    door = await start(send_timeout=0.05)
    provider.gate = asyncio.Event()
    provider.knows = False
    await door.accept(says("hello"))
    await until(lambda: provider.calls == 2)  # given up, and on to the next
    provider.gate.set()


async def test_a_failed_turn_is_apologised_for(start, provider, bot) -> None:
    door = await start()

    async def fail(message: Any) -> None:
        raise RuntimeError("no idea")

    bot.say = fail
    await door.accept(says("hello"))
    await until(lambda: len(provider.taken) == 2)
    assert all("went wrong on our side" in text for text in provider.texts())
