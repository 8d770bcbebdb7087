"""The small Bot API, spoken to by python-telegram-bot's own `Bot`."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_server import Fault, TelegramServer, running_telegram
from tests.providers.telegram_updates import SECRET_HEADER

CHAT = shapes.ANNA["id"]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with running_telegram() as server:
        server.chats.add(CHAT)
        yield server


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(server.token, base_url=server.base_url) as bot:
        yield bot


async def test_a_bot_is_who_it_is(bot):
    assert bot.bot.username == shapes.BOT["username"]


@pytest.mark.parametrize("token", ["7000000001:" + "x" * 35, "nonsense"])
async def test_another_token_is_refused(server, token):
    with pytest.raises(InvalidToken):
        await telegram.Bot(token, base_url=server.base_url).initialize()


async def test_what_is_sent_is_shown(server, bot):
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="t1")]])
    message = await bot.send_message(
        CHAT, "a &lt; b, <b>bold</b>", parse_mode="HTML", reply_markup=keyboard
    )

    assert message.text == "a < b, bold"
    assert message.parse_entities() == {message.entities[0]: "bold"}
    assert server.sent()[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "t1"

    await bot.edit_message_text("a", CHAT, message.message_id)
    assert server.sent()[0]["text"] == "a" and "reply_markup" not in server.sent()[0]
    with pytest.raises(BadRequest, match=r"(?i)not modified"):
        await bot.edit_message_reply_markup(CHAT, message.message_id)


async def test_limits_are_counted_after_the_entities(bot):
    await bot.send_message(CHAT, "&amp;" * 4096, parse_mode="HTML")
    with pytest.raises(BadRequest, match=r"(?i)too long"):
        await bot.send_message(CHAT, "x" * 4097)
    with pytest.raises(BadRequest, match=r"(?i)too long"):
        await bot.send_message(CHAT, "😀" * 2049)
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_photo(CHAT, "https://shop.example/a.png", "x" * 1025)


@pytest.mark.parametrize("text", ["a < b", "<b>bold", "<blink>x</blink>", "</b>"])
async def test_bad_html_is_refused(bot, text):
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities"):
        await bot.send_message(CHAT, text, parse_mode="HTML")


@pytest.mark.parametrize(
    "button, refusal",
    [
        (InlineKeyboardButton("x", callback_data="y" * 65), "BUTTON_DATA_INVALID"),
        (InlineKeyboardButton(" ", callback_data="y"), "non-empty"),
        (InlineKeyboardButton("x", url="mailto:a@shop.example"), "Unsupported URL protocol"),
        (InlineKeyboardButton("x", url="http://localhost/"), "Wrong HTTP URL"),
    ],
)
async def test_bad_buttons_are_refused(bot, button, refusal):
    with pytest.raises(BadRequest, match=f"(?i){refusal}"):
        await bot.send_message(CHAT, "x", reply_markup=InlineKeyboardMarkup([[button]]))


@pytest.mark.parametrize(
    "fault, error",
    [
        (Fault(429, retry_after=7), RetryAfter),
        (Fault(400, migrate_to=-100123), ChatMigrated),
        (Fault(500, "Internal Server Error"), NetworkError),
        (Fault(502, html=True), NetworkError),
        (Fault(cut=True), NetworkError),
        (Fault(403, "Forbidden: bot was kicked from the group chat"), Forbidden),
    ],
)
async def test_faults_reach_the_bot_as_its_own_errors(server, bot, fault, error):
    server.fail_next("sendMessage", fault)
    with pytest.raises(error) as caught:
        await bot.send_message(CHAT, "x")
    if error is RetryAfter:
        assert caught.value.retry_after == 7
    assert server.sent() == []
    await bot.send_message(CHAT, "y")


async def test_an_answer_that_does_not_come_is_a_time_out(server, bot):
    never = asyncio.Event()
    server.fail_next("sendMessage", Fault(wait=never, done=True))
    with pytest.raises(TimedOut):
        await bot.send_message(CHAT, "x", read_timeout=0.2)
    never.set()
    assert [message["text"] for message in server.sent()] == ["x"]


async def test_nobody_is_written_to_who_did_not_write_or_who_blocked_the_bot(server, bot):
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(shapes.BEN["id"], "x")
    server.blocked.add(CHAT)
    with pytest.raises(Forbidden, match=r"(?i)blocked"):
        await bot.send_message(CHAT, "x")


async def test_a_callback_query_is_answered_once_and_in_time(server, bot):
    first, late = (shapes.pressed("t1", None) for _ in range(2))
    for query in (first, late):
        server.offer(query)
    server.expire(late)
    await bot.answer_callback_query(first["callback_query"]["id"], "Yes")
    for query in (first, late):
        with pytest.raises(BadRequest, match=r"(?i)too old"):
            await bot.answer_callback_query(query["callback_query"]["id"])


async def test_polling_gives_what_is_not_confirmed(server, bot):
    first, second = shapes.text("one"), shapes.text("two")
    server.offer(first)
    server.offer(second)
    for _ in range(2):
        assert [one.message.text for one in await bot.get_updates()] == ["one", "two"]
    got = await bot.get_updates(offset=second["update_id"])
    assert [one.message.text for one in got] == ["two"]
    assert server.updates.pending == [second["update_id"]]


async def test_long_polling_waits_for_something_to_happen(server, bot):
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await server.until(lambda: len(server.called("getUpdates")) == 1)
    server.offer(shapes.text("hello"))
    assert [one.message.text for one in await poll] == ["hello"]


async def test_a_second_poller_ends_the_first(server, bot):
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await server.until(lambda: len(server.called("getUpdates")) == 1)
    async with telegram.Bot(server.token, base_url=server.base_url) as other:
        await other.get_updates()
    with pytest.raises(Conflict, match=r"(?i)only one bot instance"):
        await poll


async def test_polling_and_a_webhook_exclude_each_other(server, bot):
    await bot.set_webhook("http://127.0.0.1:9/")
    with pytest.raises(Conflict, match=r"(?i)webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


@pytest.mark.parametrize(
    "url, refusal",
    [
        ("http://shop.example/hook", "HTTPS URL must be provided"),
        ("https://shop.example:5005/hook", "ports 80, 88, 443 or 8443"),
        ("https://localhost/hook", "reserved"),
    ],
)
async def test_a_webhook_is_public(server, bot, url, refusal):
    server.updates.local = False
    with pytest.raises(BadRequest, match=f"(?i){refusal}"):
        await bot.set_webhook(url)
    assert await bot.set_webhook("https://shop.example/hook")


async def test_a_webhook_gets_its_secret_and_every_update_until_it_takes_it(server, bot):
    got: list[tuple[int, str]] = []
    refuse = 2

    async def take(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        lower = {name.lower(): value for name, value in headers.items()}
        body = json.loads(await reader.readexactly(int(lower["content-length"])))
        got.append((body["update_id"], lower[SECRET_HEADER.lower()]))
        status = "500 Oh" if len(got) <= refuse else "200 OK"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        writer.close()

    hook = await asyncio.start_server(take, "127.0.0.1", 0)
    port = hook.sockets[0].getsockname()[1]
    async with hook:
        await bot.set_webhook(f"http://127.0.0.1:{port}/", secret_token="s3cret_")
        first, second = shapes.text("one"), shapes.text("two")
        server.offer(first)
        server.offer(second)
        await server.until(lambda: not server.updates.pending)

    one, two = first["update_id"], second["update_id"]
    assert got == [(id, "s3cret_") for id in (one, one, one, two)]


async def test_reactions_come_only_when_asked_for(server, bot):
    server.offer(shapes.reaction())
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=["message_reaction"])
    server.offer(shapes.reaction())
    assert (await bot.get_updates())[0].message_reaction


ALL = [
    shapes.text("hello"),
    shapes.text("@tallowick_bot where is it?", chat=shapes.SUPERGROUP),
    shapes.reply("yes", shapes.content(shapes.BOT, shapes.GROUP, text="?"), chat=shapes.GROUP),
    shapes.photo("my parcel"),
    shapes.edited(shapes.text("helo"), "hello"),
    shapes.pressed("t1", shapes.content(shapes.BOT, shapes.private(), text="?")),
    shapes.pressed("t1", shapes.inaccessible(shapes.content(shapes.BOT, shapes.private()))),
    shapes.membership("kicked"),
    shapes.membership("member"),
    shapes.reaction(),
    shapes.channel_post("news"),
    shapes.inline_query("x"),
    *(shapes.media(kind) for kind in shapes.MEDIA),
    *(shapes.service(kind) for kind in shapes.SERVICE),
]


@pytest.mark.parametrize("shape", ALL, ids=lambda shape: ".".join(list(shape)[1:]))
def test_every_shape_is_one_that_the_library_reads(shape):
    kind = next(name for name in shape if name != "update_id")
    read = Update.de_json(shape, None)
    assert getattr(read, kind) is not None
    assert not read.api_kwargs and not getattr(read, kind).api_kwargs


async def test_an_unknown_method_does_not_exist(server):
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{server.base_url}{server.token}/sendNothing")
    assert (answer.status_code, answer.json()["error_code"]) == (404, 404)
