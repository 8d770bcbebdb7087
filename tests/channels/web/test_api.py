"""The web channel's HTTP surface, against a real server in a process of its own."""

import asyncio
import json
import random
import socket
import uuid
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from channels.web.tokens import SessionTokens
from privacy import unseal_code
from tests.channels.doubles import until
from tests.channels.server import TOKEN
from tests.channels.web.client import SEAL_SECRET, SECRET, SITE, Customer, Server

FOREIGN = "https://elsewhere.example"


def error(answer: httpx.Response) -> str:
    """Return the code of an error answer; every one has the same shape."""
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"].endswith(".")
    return body["error"]["code"]


# Sessions


async def test_a_session_begins_with_the_assistant_speaking(server, http) -> None:
    customer = await Customer(server, http).begin()
    (first,) = await customer.read(1)
    assert first["from"] == "assistant"
    assert first["text"] == "I am an automated assistant."
    assert first["id"] == 1
    assert datetime.fromisoformat(first["at"].replace("Z", "+00:00")).tzinfo is not None


async def test_a_session_says_when_it_ends_and_is_not_cached(server, http) -> None:
    answer = await http.post(f"{server.api}/session")
    assert answer.status_code == 201
    ends = datetime.fromisoformat(answer.json()["expires_at"].replace("Z", "+00:00"))
    assert timedelta(hours=23) < ends - datetime.now(timezone.utc) <= timedelta(hours=24)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_renewed_session_goes_on_with_its_conversation(server, http, customer) -> None:
    await customer.say("hello")
    before = await customer.read(3)
    answer = await http.post(f"{server.api}/session", headers=customer.headers)
    assert answer.status_code == 201
    renewed = Customer(server, http)
    renewed.token = answer.json()["token"]
    assert renewed.conversation == customer.conversation
    assert await renewed.read(3) == before  # in particular no second greeting


async def test_a_client_cannot_choose_its_conversation(server, http, customer) -> None:
    body = {"conversation_id": customer.conversation, "sub": customer.conversation}
    answer = await http.post(f"{server.api}/session", json=body)
    other = Customer(server, http)
    other.token = answer.json()["token"]
    assert other.conversation != customer.conversation


@pytest.mark.parametrize("header", ["Bearer x.y.z", "Bearer", "Basic abc", ""])
async def test_a_session_is_not_renewed_with_a_bad_token(server, http, header) -> None:
    answer = await http.post(f"{server.api}/session", headers={"Authorization": header})
    assert (answer.status_code, error(answer)) == (401, "bad_token")


async def test_a_foreign_page_gets_no_session(server, http) -> None:
    for origin in (FOREIGN, "null", f"{SITE}.evil.example", "http://shop.example", f"{SITE}:444"):
        answer = await http.post(f"{server.api}/session", headers={"Origin": origin})
        assert (answer.status_code, error(answer)) == (403, "foreign_origin")
        assert "access-control-allow-origin" not in answer.headers


# Who may speak


def stale(server: Server, conversation: str) -> str:
    return SessionTokens(SECRET, timedelta(seconds=-1)).issue(conversation)[0]


async def test_without_a_valid_token_nothing_is_read_or_written(server, http, customer) -> None:
    unsigned = SessionTokens("x" * 40, timedelta(hours=1)).issue(customer.conversation)[0]
    bad = [None, "x", f"{customer.token}x", stale(server, customer.conversation), unsigned]
    for token in bad:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        written = await http.post(
            f"{server.api}/messages", json={"id": "1", "text": "x"}, headers=headers
        )
        read = await http.get(f"{server.api}/events", headers=headers)
        for answer in (written, read):
            assert (answer.status_code, error(answer)) == (401, "bad_token")
            assert answer.headers["www-authenticate"] == "Bearer"
    assert server.handled(customer.conversation) == []


async def test_a_genuine_token_of_an_erased_conversation_is_refused(server, http) -> None:
    customer = Customer(server, http)
    customer.token = SessionTokens(SECRET, timedelta(hours=1)).issue("web-erased")[0]
    answers = [
        await customer.say("x"),
        await http.get(f"{server.api}/events", headers=customer.headers),
        await http.post(f"{server.api}/session", headers=customer.headers),
    ]
    assert [(a.status_code, error(a)) for a in answers] == [(401, "unknown_session")] * 3


async def test_customers_see_their_own_conversation_only(server, http, customer) -> None:
    other = await Customer(server, http).begin()
    await customer.say("mine")
    await other.say("theirs")
    assert {m["text"] for m in await customer.read(3)} & {"theirs", "echo: theirs"} == set()
    assert "mine" not in {m["text"] for m in await other.read(3)}


# Messages


async def test_a_message_is_acknowledged_then_answered(server, customer) -> None:
    answer = await customer.say("hello", "my-id-1")
    assert answer.status_code == 202
    assert answer.json() == {"accepted": True, "event_id": 2, "duplicate": False}
    _, asked, answered = await customer.read(3)
    assert asked["from"] == "customer"
    assert (asked["id"], asked["text"], asked["client_id"]) == (2, "hello", "my-id-1")
    assert answered["text"] == "echo: hello"
    assert "client_id" not in answered


async def test_the_dialogue_gets_the_message_whole(server, customer) -> None:
    await customer.say("hello", "my-id-1")
    await customer.read(3)
    (got,) = server.handled(customer.conversation)
    assert (got["id"], got["text"], got["channel"]) == ("my-id-1", "hello", "web")
    assert got["metadata"] == {"masked": [], "sent_at": got["metadata"]["sent_at"]}


async def test_acknowledging_does_not_wait_for_the_dialogue(server, customer) -> None:
    gate = uuid.uuid4().hex
    async with customer.stream(1) as stream:
        assert (await customer.say(f"wait {gate}")).status_code == 202
        assert [m["from"] for m in await stream.messages(1)] == ["customer"]
    server.allow(gate)
    assert (await customer.read(3))[-1]["text"] == f"waited: wait {gate}"


async def test_a_repeated_message_is_taken_once(server, customer) -> None:
    first = await customer.say("hello", "same")
    again = [await customer.say("hello", "same") for _ in range(3)]
    at_once = await asyncio.gather(*(customer.say("two", "twice") for _ in range(8)))
    assert first.status_code == 202
    assert {(a.status_code, a.json()["event_id"]) for a in again} == {(200, 2)}
    assert sorted(a.status_code for a in at_once) == [200] * 7 + [202]
    assert len({a.json()["event_id"] for a in at_once}) == 1
    await customer.say("last")
    await customer.read(7)
    assert [m["text"] for m in server.handled(customer.conversation)] == ["hello", "two", "last"]


async def test_an_id_is_only_taken_within_its_conversation(server, http, customer) -> None:
    other = await Customer(server, http).begin()
    assert (await customer.say("mine", "same")).status_code == 202
    assert (await other.say("theirs", "same")).status_code == 202


async def test_messages_posted_at_once_are_handled_one_after_another(server, customer) -> None:
    accepted = await asyncio.gather(*(customer.say(f"number {n}") for n in range(12)))
    order = sorted(range(12), key=lambda n: accepted[n].json()["event_id"])
    await customer.read(25)
    begun = server.handled(customer.conversation)
    assert [m["text"] for m in begun] == [f"number {n}" for n in order]

    def turns() -> list[tuple[str, str]]:
        lines = (server.folder / "handled.jsonl").read_text().splitlines()
        mine = [m for m in map(json.loads, lines) if m["conversation"] == customer.conversation]
        return [(m["what"], m["id"]) for m in mine if m["id"] != "channel:opening"]

    expected = [(what, m["id"]) for m in begun for what in ("begun", "done")]
    # the last answer may be read before its turn is done
    await until(lambda: len(turns()) >= len(expected))
    assert turns() == expected  # no turn began before the one before it was done


@pytest.mark.parametrize("text", ["/restart", "  /session_start", '/set_slots{"vip": "yes"}'])
async def test_no_customer_speaks_to_rasa_in_commands(server, customer, text) -> None:
    assert (await customer.say(text)).status_code == 202
    messages = await customer.read(3)
    assert messages[1]["text"] == text.strip()
    (got,) = server.handled(customer.conversation)
    assert not got["text"].startswith("/")


async def test_secrets_are_masked_before_anything_is_stored(server, customer) -> None:
    card = "4111 1111 1111 1111"
    await customer.say(f"My card is {card} and my password is Tr0ub4dor!")
    messages = await customer.read(3)
    (got,) = server.handled(customer.conversation)
    assert got["metadata"]["masked"] == ["card", "password"]
    for shown in (json.dumps(messages), json.dumps(got), server.log()):
        assert card not in shown
        assert "Tr0ub4dor" not in shown
    assert "[card number]" in messages[1]["text"]
    stored = b"".join(path.read_bytes() for path in server.folder.glob("*.db*"))
    assert card.encode() not in stored
    assert b"Tr0ub4dor" not in stored


async def test_a_one_time_code_is_sealed_for_the_actions(server, customer) -> None:
    await customer.say("123456")
    messages = await customer.read(3)
    (got,) = server.handled(customer.conversation)
    assert "123456" not in json.dumps(messages)
    assert unseal_code(got["metadata"]["sealed_code"], SEAL_SECRET) == "123456"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "x"}, 400, "bad_id"),
        ({"id": "", "text": "x"}, 400, "bad_id"),
        ({"id": 7, "text": "x"}, 400, "bad_id"),
        ({"id": "x" * 65, "text": "x"}, 400, "bad_id"),
        ({"id": "channel:opening", "text": "x"}, 400, "bad_id"),
        ({"id": "a b", "text": "x"}, 400, "bad_id"),
        ({"id": "\ud800", "text": "x"}, 400, "bad_id"),
        ({"id": "1"}, 400, "bad_message"),
        ({"id": "1", "text": None}, 400, "bad_message"),
        ({"id": "1", "text": 7}, 400, "bad_message"),
        ({"id": "1", "text": ["x"]}, 400, "bad_message"),
        ({"id": "1", "text": "x", "choice": "y"}, 400, "bad_message"),
        ({"id": "1", "text": ""}, 400, "empty_text"),
        ({"id": "1", "text": " \u200b\n"}, 400, "empty_text"),
        ({"id": "1", "text": "\x00"}, 400, "empty_text"),
        ({"id": "1", "text": "x" * 4001}, 413, "text_too_long"),
        ({"id": "1", "text": "📦" * 20_000}, 413, "body_too_large"),
        ({"id": "1", "choice": ""}, 400, "bad_choice"),
        ({"id": "1", "choice": "/restart"}, 400, "bad_choice"),
        ({"id": "1", "choice": "\ud800"}, 400, "bad_choice"),
        ([], 400, "bad_json"),
        ("text", 400, "bad_json"),
        (None, 400, "bad_json"),
    ],
)
async def test_a_message_that_is_not_one_is_refused(server, customer, body, status, code) -> None:
    answer = await customer.post(body)
    assert (answer.status_code, error(answer)) == (status, code)
    assert server.handled(customer.conversation) == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{'id': 1}", b'{"id": "\xff"}', b"\x00", b"[" * 40_000, b"1e999999"]
)
async def test_what_is_not_json_is_refused(server, customer, content) -> None:
    answer = await customer.send(content)
    assert (answer.status_code, error(answer)) == (400, "bad_json")


async def test_the_limit_is_named(server, customer) -> None:
    answer = await customer.say("x" * 4001)
    assert "4001" in answer.json()["error"]["message"]
    assert "4000" in answer.json()["error"]["message"]
    assert (await customer.say("x" * 4000)).status_code == 202


@pytest.mark.parametrize("size", [60_000, 900_000, 8_000_000])
async def test_a_huge_body_is_refused_without_reading_it_all(server, customer, size) -> None:
    answer = await customer.send(b'{"id": "1", "text": "' + b"x" * size + b'"}')
    assert answer.status_code == 413
    assert error(answer) == "body_too_large"


async def test_a_huge_body_in_chunks_is_refused(server, customer) -> None:
    async def chunks():
        for _ in range(100):
            yield b"x" * 1000

    answer = await customer.http.post(
        f"{server.api}/messages", content=chunks(), headers=customer.headers
    )
    assert (answer.status_code, error(answer)) == (413, "body_too_large")


async def test_a_client_that_hangs_up_after_sending_is_answered_all_the_same(
    server, customer
) -> None:
    body = json.dumps({"id": "gone", "text": "hello from a tunnel"}).encode()
    request = (
        f"POST /webhooks/web/messages HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: Bearer {customer.token}\r\n\r\n"
    ).encode()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(request + body)
    again = await customer.say("hello from a tunnel", "gone")
    assert again.status_code in (200, 202)
    assert (await customer.read(3))[-1]["text"] == "echo: hello from a tunnel"
    assert len(server.handled(customer.conversation)) == 1


# Choices


async def test_a_tapped_button_says_its_title_and_sends_its_payload(server, customer) -> None:
    await customer.say("rich")
    shown = (await customer.read(3))[-1]
    assert shown["text"] == "Which order?"
    assert shown["image"] == "https://shop.example/box.png"
    assert shown["link"] == "https://shop.example/label.pdf"
    assert shown["custom"] == {"kind": "survey"}
    order, shop, odd = shown["buttons"]
    assert shop == {"title": "Our shop", "link": "https://shop.example/orders"}
    assert set(odd) == {"title", "choice"}

    answer = await customer.post({"id": "tap", "choice": order["choice"]})
    assert answer.status_code == 202
    *_, tapped, _reply = await customer.read(5)
    assert (tapped["from"], tapped["text"]) == ("customer", "Order 10023")
    assert tapped["client_id"] == "tap"
    got = server.handled(customer.conversation)[-1]
    assert got["text"] == '/choose{"order": "10023"}'
    sent = {"sent_at": got["metadata"]["sent_at"]}
    assert got["metadata"] == {"masked": [], "choice_title": "Order 10023", **sent}


async def test_a_choice_of_another_conversation_is_refused(server, http, customer) -> None:
    await customer.say("rich")
    choice = (await customer.read(3))[-1]["buttons"][0]["choice"]
    other = await Customer(server, http).begin()
    answer = await other.post({"id": "tap", "choice": choice})
    assert (answer.status_code, error(answer)) == (400, "bad_choice")
    changed = choice[:-2] + ("AA" if choice[-2:] != "AA" else "BB")
    answer = await customer.post({"id": "tap", "choice": changed})
    assert (answer.status_code, error(answer)) == (400, "bad_choice")


# The stream


async def test_a_stream_resumes_behind_any_event(server, customer) -> None:
    for number in range(4):
        await customer.say(f"number {number}")
    everything = await customer.read(9)
    assert [m["id"] for m in everything] == list(range(1, 10))
    for position in range(9):
        assert await customer.read(9 - position, last=position) == everything[position:]
    async with customer.stream(9) as stream:
        await customer.say("after")
        assert [m["id"] for m in await stream.messages(2)] == [10, 11]


async def test_a_line_that_drops_again_and_again_loses_and_repeats_nothing(
    server, customer
) -> None:
    async def talk() -> None:
        for number in range(15):
            await customer.say(f"number {number}")

    talking = asyncio.create_task(talk())
    seen = await customer.read(1)
    while seen[-1]["id"] < 31:
        left = 31 - seen[-1]["id"]  # to wait for more than there will be is to wait for ever
        seen += await customer.read(min(random.randint(1, 3), left), last=seen[-1]["id"])
        seen = seen[:31] if seen[-1]["id"] >= 31 else seen
    await talking
    assert [m["id"] for m in seen] == list(range(1, 32))
    assert sum(m["text"].startswith("echo: number") for m in seen) == 15


async def test_every_tab_gets_everything(server, customer) -> None:
    async with customer.stream() as one, customer.stream() as two, customer.stream(1) as three:
        await customer.say("from the first tab", "tab-1")
        tabs = await asyncio.gather(one.messages(3), two.messages(3), three.messages(2))
    assert tabs[0] == tabs[1]
    assert tabs[0][1:] == tabs[2]
    assert tabs[2][0]["client_id"] == "tab-1"


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30, "²"])
async def test_a_last_event_id_that_is_no_number_is_refused(server, http, customer, last) -> None:
    headers = {**customer.headers, "Last-Event-ID": last.encode()}
    answer = await http.get(f"{server.api}/events", headers=headers)
    assert (answer.status_code, error(answer)) == (400, "bad_last_event_id")


async def test_a_last_event_id_from_the_future_is_refused(server, http, customer) -> None:
    headers = {**customer.headers, "Last-Event-ID": "2"}
    answer = await http.get(f"{server.api}/events", headers=headers)
    assert (answer.status_code, error(answer)) == (400, "bad_last_event_id")


async def test_an_empty_last_event_id_begins_at_the_beginning(server, http, customer) -> None:
    headers = {**customer.headers, "Last-Event-ID": ""}
    async with http.stream("GET", f"{server.api}/events", headers=headers) as answer:
        assert answer.status_code == 200


async def test_the_stream_says_what_it_is(server, customer) -> None:
    async with customer.stream() as stream:
        headers = stream.response.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "no-transform" in headers["cache-control"]
    assert headers["access-control-allow-origin"] == SITE


async def test_a_quiet_stream_is_kept_alive_by_comments(server, customer) -> None:
    async with customer.stream(1) as stream:

        async def beat() -> None:
            async for line in stream.response.aiter_lines():
                if line.startswith(": still"):
                    return

        await asyncio.wait_for(beat(), 30)


async def test_the_customer_sees_that_an_answer_is_being_worked_on(server, customer) -> None:
    gate = uuid.uuid4().hex
    async with customer.stream(1) as stream:
        await customer.say(f"wait {gate}")
        typing = []

        async def watch() -> None:
            async for event in stream.events():
                if event.name == "typing":
                    assert event.id is None
                    typing.append(event.data["on"])
                    if event.data["on"]:
                        server.allow(gate)
                    else:
                        return

        await asyncio.wait_for(watch(), 30)
    assert typing == [True, False]


async def test_that_a_customer_types_is_said_with_a_session_only(server, http, customer) -> None:
    answer = await http.post(f"{server.api}/typing", headers=customer.headers)
    assert answer.status_code == 204
    stranger = await http.post(f"{server.api}/typing", headers={"Authorization": "Bearer x"})
    assert (stranger.status_code, error(stranger)) == (401, "bad_token")
    for _ in range(60):
        answer = await http.post(f"{server.api}/typing", headers=customer.headers)
    assert answer.status_code == 429


async def test_a_reader_that_does_not_read_holds_up_nobody(server, http, customer) -> None:
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", server.port))
        stuck.sendall(
            (
                "GET /webhooks/web/events HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {customer.token}\r\n\r\n"
            ).encode()
        )
        # 6 MB: more than the sockets between can hold. Few messages, because each is a write that
        # reaches the disk (30 ms on a busy machine) and the turn must end within its time.
        await customer.say("many 6 1000000")
        # The same conversation in another tab, and another customer.
        assert len(await customer.read(8)) == 8
        other = await Customer(server, http).begin()
        await other.say("hello")
        assert (await other.read(3))[-1]["text"] == "echo: hello"


async def test_a_stream_ends_when_its_token_does(server, http, customer) -> None:
    short = Customer(server, http)
    short.token = SessionTokens(SECRET, timedelta(seconds=2)).issue(customer.conversation)[0]
    async with short.stream() as stream:

        async def end() -> None:
            async for _ in stream.events():
                pass

        await asyncio.wait_for(end(), 30)
    assert stream.ended


# When the dialogue fails


async def test_a_failing_dialogue_is_owned_up_to(server, customer) -> None:
    await customer.say("raise a fuss about my secret garden")
    *_, asked, sorry = await customer.read(3)
    assert asked["text"] == "raise a fuss about my secret garden"
    assert sorry["from"] == "system"
    assert "Your message is kept" in sorry["text"]
    await customer.say("hello")
    assert (await customer.read(5))[-1]["text"] == "echo: hello"
    log = server.log()
    assert "RuntimeError" in log
    assert "secret garden" not in log


async def test_a_dialogue_that_hangs_is_owned_up_to(server, customer) -> None:
    await customer.say("hang up")
    await customer.say("hello")
    messages = await customer.read(5)
    assert [m["from"] for m in messages[-2:]] == ["system", "assistant"]


# Rasa's API reaches the customer


async def test_rasas_latest_channel_reaches_the_customer(server, http, customer) -> None:
    await customer.say("hello")
    await customer.read(3)
    event = {
        "event": "bot",
        "text": "Ann here, I have your parcel.",
        "data": {"buttons": [{"title": "Thanks", "payload": "/thanks"}]},
        "metadata": {"from": "agent", "name": "Ann"},
    }
    answer = await http.post(
        f"{server.url}/conversations/{customer.conversation}/tracker/events",
        params={"token": TOKEN, "output_channel": "latest", "execute_side_effects": "true"},
        json=[event],
    )
    assert answer.status_code == 200, answer.text
    (message,) = await customer.read(1, last=3)
    assert (message["from"], message["name"]) == ("agent", "Ann")
    assert message["text"] == "Ann here, I have your parcel."
    assert set(message["buttons"][0]) == {"title", "choice"}


async def test_what_is_said_again_with_the_same_key_arrives_once(server, http, customer) -> None:
    await customer.say("hello")
    await customer.read(3)
    for text, key in (("Ann here.", "one"), ("Ann here.", "one"), ("Goodbye.", "two")):
        answer = await http.post(
            f"{server.url}/conversations/{customer.conversation}/tracker/events",
            params={"token": TOKEN, "output_channel": "latest", "execute_side_effects": "true"},
            json=[{"event": "bot", "text": text, "metadata": {"message_key": key}}],
        )
        assert answer.status_code == 200, answer.text
    messages = await customer.read(2, last=3)
    assert [message["text"] for message in messages] == ["Ann here.", "Goodbye."]
    assert not any("client_id" in message for message in messages)


async def test_words_for_a_conversation_that_does_not_exist_are_dropped(server, http) -> None:
    answer = await http.post(
        f"{server.url}/conversations/web-nobody/tracker/events",
        params={"token": TOKEN, "output_channel": "web", "execute_side_effects": "true"},
        json=[{"event": "bot", "text": "Hello?"}],
    )
    assert answer.status_code == 200
    assert "no such conversation" in server.log()


async def test_without_the_token_nobody_speaks_for_us(server, http, customer) -> None:
    for params in ({}, {"token": "guessed"}, {"token": ""}):
        answer = await http.post(
            f"{server.url}/conversations/{customer.conversation}/tracker/events",
            params={"output_channel": "web", "execute_side_effects": "true", **params},
            json=[{"event": "bot", "text": "Send me your card number"}],
        )
        assert answer.status_code == 401
    await customer.say("hello")
    assert [m["text"] for m in await customer.read(3)][1:] == ["hello", "echo: hello"]


# Pages of other sites


@pytest.mark.parametrize("path", ["session", "messages", "events"])
async def test_preflights_are_answered_for_configured_sites(server, http, path) -> None:
    asked = {
        "Access-Control-Request-Method": "GET" if path == "events" else "POST",
        "Access-Control-Request-Headers": "authorization,content-type,last-event-id",
    }
    answer = await http.options(f"{server.api}/{path}", headers={"Origin": SITE, **asked})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == SITE
    allowed = {h.strip() for h in answer.headers["access-control-allow-headers"].lower().split(",")}
    assert allowed == {"authorization", "content-type", "last-event-id"}
    assert {"GET", "POST"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert answer.headers["vary"] == "Origin"

    foreign = await http.options(f"{server.api}/{path}", headers={"Origin": FOREIGN, **asked})
    assert not [name for name in foreign.headers if name.startswith("access-control")]
    assert foreign.headers["vary"] == "Origin"


async def test_only_configured_sites_get_cors_headers(server, http, customer) -> None:
    for origin, allowed in (
        (SITE, SITE),
        ("http://localhost:8090",) * 2,
        (FOREIGN, None),
        (None, None),
    ):
        headers = {"Authorization": customer.headers["Authorization"]}
        if origin:
            headers["Origin"] = origin
        good = await http.post(
            f"{server.api}/messages", json={"id": uuid.uuid4().hex, "text": "x"}, headers=headers
        )
        bad = await http.post(f"{server.api}/messages", content=b"", headers=headers)
        assert good.status_code == 202
        for answer in (good, bad):
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert answer.headers["vary"] == "Origin"
            assert "access-control-allow-credentials" not in answer.headers


# The rest


async def test_health_is_short(server, http) -> None:
    answer = await http.get(f"{server.api}/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_any_page_may_load_the_widget(server, http) -> None:
    url = f"{server.api}/frontdesk-chat.js"
    answer = await http.get(url, headers={"Origin": FOREIGN})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "max-age=300" in answer.headers["cache-control"]
    assert "frontdesk-chat" in answer.text
    same = await http.get(url, headers={"If-None-Match": f'"x", {answer.headers["etag"]}'})
    assert (same.status_code, same.content) == (304, b"")
    changed = await http.get(url, headers={"If-None-Match": '"x"'})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("POST", "/a/b/c", 404, "not_found"),
        ("GET", "/messages", 405, "wrong_method"),
        ("POST", "/events", 405, "wrong_method"),
        ("DELETE", "/session", 405, "wrong_method"),
        ("POST", "/health", 405, "wrong_method"),
    ],
)
async def test_other_addresses_answer_in_the_same_shape(
    server, http, method, path, status, code
) -> None:
    answer = await http.request(method, f"{server.api}{path}")
    assert (answer.status_code, error(answer)) == (status, code)


def strange_texts(count: int) -> list[str]:
    """Strings of every kind that strangers and their programs send; the same each time."""
    chance = random.Random(20230501)
    seeds = [
        "' OR '1'='1'; DROP TABLE orders; --",
        "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>",
        "שלום, איפה ההזמנה שלי? \u202emoc.live",
        "مرحبا 🏳️‍🌈 👩‍👩‍👧‍👦 ✊🏿",
        "nul\x00in\x00side",
        "{{7*7}} ${jndi:ldap://x} %s%n ../../etc/passwd",
        "/restart",
        '{"id": "x", "text": "y"}',
        "data: x\n\nid: 99\nevent: message\n\n",
        "Z̸͓̽a̷͖͝l̴̰̈g̵̱̅ơ̶̝",
        "\ud83d half",
        "\u2028\u2029\x85\x0b\x0c\x1b[2J",
        " ",
        "\t\n\r",
        "",
        "0",
        "null",
    ]

    def one(kind: int) -> str:
        if kind == 0:
            return chance.choice(seeds)
        if kind == 1:
            return chance.choice(seeds) * chance.randint(1, 300)
        if kind == 2:
            return chr(chance.randint(0, 0x10FFFF)) * 20_000
        if kind == 3:
            return " " * chance.randint(0, 5000)
        return "".join(chr(chance.randint(0, 0x10FFFF)) for _ in range(chance.randint(1, 200)))

    return [one(number % 8) for number in range(count)]


async def test_a_thousand_strange_texts_bring_nothing_down(server, http) -> None:
    before = len(server.log())
    customers = [await Customer(server, http).begin() for _ in range(8)]
    queue = list(enumerate(strange_texts(1000)))
    statuses: dict[int, int] = {}
    accepted: dict[str, int] = {}

    async def write(customer: Customer) -> None:
        while queue:
            number, text = queue.pop()
            answer = await customer.say(text, f"strange-{number}")
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            if answer.status_code == 202:
                accepted[customer.conversation] = accepted.get(customer.conversation, 0) + 1
            else:
                assert error(answer) in {"empty_text", "text_too_long", "body_too_large"}

    await asyncio.gather(*(write(customer) for customer in customers))
    assert set(statuses) == {202, 400, 413}
    assert statuses[202] > 500
    for customer in customers:
        # the greeting; each message is followed, sooner or later, by exactly one answer
        messages = await customer.read(1 + 2 * accepted[customer.conversation])
        said = [m for m in messages if m["from"] == "customer"]
        answers = [m for m in messages if m["from"] == "assistant"][1:]
        assert len(said) == len(answers) == accepted[customer.conversation]
        assert all(not m["text"].startswith("echo: /") for m in answers)
    assert "Traceback" not in server.log()[before:]
