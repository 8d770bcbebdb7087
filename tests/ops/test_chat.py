"""Chatting in a terminal, against a server that speaks the web channel's protocol."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ops import chat as module
from ops.chat import Chat, written
from ops.problem import Problem
from tests.support.chat_stub import ChatStub
from tests.support.shop import free_port

ROOT = Path(__file__).resolve().parents[2]
CHOICES = [{"title": "Track an order", "choice": "c1"}, {"title": "Reset", "choice": "c2"}]


@pytest.fixture
async def server() -> AsyncIterator[ChatStub]:
    stub = ChatStub()
    await stub.start()
    yield stub
    await stub.stop()


async def begin(server: ChatStub) -> Chat:
    return await asyncio.to_thread(Chat, f"http://127.0.0.1:{server.port}")


async def test_a_conversation(server: ChatStub) -> None:
    chat = await begin(server)
    assert written(await asyncio.to_thread(chat.opening)) == "Hello, I am an automated assistant."
    assert written(await asyncio.to_thread(chat.say, "ünïcode 🐈")) == "You wrote: ünïcode 🐈"
    assert written(await asyncio.to_thread(chat.say, "again")) == "You wrote: again"
    await asyncio.to_thread(chat.close)


async def test_all_that_is_said_at_once_is_one_answer(server: ChatStub) -> None:
    server.answer = lambda text: [{"text": "One."}, {"text": "Two.\nThree."}]
    chat = await begin(server)
    assert written(await asyncio.to_thread(chat.say, "go")) == "One.\nTwo.\nThree."
    await asyncio.to_thread(chat.close)


async def test_a_number_presses_a_button(server: ChatStub) -> None:
    link = {"title": "Our site", "link": "https://shop.example"}
    server.greeting = [{"text": "What is it?", "buttons": [*CHOICES, link]}]
    chat = await begin(server)
    opening = written(await asyncio.to_thread(chat.opening))
    assert opening.splitlines() == [
        "What is it?",
        "  [1] Track an order",
        "  [2] Reset",
        "  [3] Our site https://shop.example",
    ]
    assert written(await asyncio.to_thread(chat.say, "2")) == "You wrote: Reset"
    assert server.posts[-1]["choice"] == "c2"
    # No buttons any more: a number is a text again, as order numbers are.
    assert written(await asyncio.to_thread(chat.say, "10023")) == "You wrote: 10023"
    await asyncio.to_thread(chat.close)


async def test_a_broken_line_loses_and_repeats_nothing(server: ChatStub) -> None:
    chat = await begin(server)
    await asyncio.to_thread(chat.opening)
    server.drop_lines()
    assert written(await asyncio.to_thread(chat.say, "still there?")) == "You wrote: still there?"
    await asyncio.to_thread(chat.close)


async def test_no_answer_in_time_is_no_answer(
    server: ChatStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REPLY_SECONDS", 0.5)
    server.answer = lambda text: []
    chat = await begin(server)
    assert await asyncio.to_thread(chat.say, "hello?") == []
    await asyncio.to_thread(chat.close)


async def test_a_refusal_is_told_with_its_reason(server: ChatStub) -> None:
    chat = await begin(server)
    server.post_faults.append(429)
    with pytest.raises(Problem, match=r"refuses \(429\): .*A fault"):
        await asyncio.to_thread(chat.say, "quick")
    await asyncio.to_thread(chat.close)


def test_nobody_there_is_told_with_the_mend() -> None:
    with pytest.raises(Problem, match=r"does not answer at .*make run"):
        Chat(f"http://127.0.0.1:{free_port()}")


async def test_the_command_talks_until_its_input_ends(server: ChatStub, tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ops.chat"),
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(ROOT),
            "FRONTDESK_CHAT_URL": f"http://127.0.0.1:{server.port}",
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(child.communicate(b"one\n\n  \ntwo\n"), 60)
    assert child.returncode == 0
    lines = [line for line in said.decode().splitlines() if line]
    assert lines[1:] == [
        "Hello, I am an automated assistant.",
        "you: one",
        "You wrote: one",
        "you: two",
        "You wrote: two",
    ]
