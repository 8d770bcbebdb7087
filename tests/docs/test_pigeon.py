"""The example channel of `docs/channels.md`, run end to end over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from docs.examples.pigeon import PigeonChannel
from tests.channels.server import TOKEN as RASA_TOKEN
from tests.channels.server import ChannelServer, free_port
from tests.providers.pigeon import SECRET, TOKEN, PigeonServer


@pytest.fixture
async def pigeon(tmp_path: Path) -> AsyncIterator[tuple[PigeonServer, ChannelServer]]:
    port = free_port()
    server = ChannelServer(
        tmp_path,
        {
            "docs.examples.pigeon.PigeonChannel": {
                "signing_secret": SECRET,
                "token": TOKEN,
                "seal_secret": "a secret for one-time codes, in tests only",
                "api_url": f"http://127.0.0.1:{port}",
                "database": f"sqlite:///{tmp_path}/pigeon.db",
                "send_timeout": "3",
            },
            "channels.metrics_page.MetricsPage": {"token": RASA_TOKEN},
        },
        whole_rasa=True,
    )
    await asyncio.to_thread(server.start)
    async with PigeonServer(port, f"{server.url}/webhooks/pigeon/messages") as provider:
        yield provider, server
        if server.process is not None and server.process.poll() is None:
            await asyncio.to_thread(server.kill)


def text(words: str, message_id: str = "1", who: str = "anna") -> dict[str, Any]:
    return {"kind": "text", "id": message_id, "from": who, "text": words}


async def test_the_whole_of_it(pigeon) -> None:
    """One test, because a server takes seconds to start: each step builds on the one before."""
    provider, server = pigeon

    # Genuine messages are taken, and once; everything else is refused and says nothing.
    assert await provider.deliver(text("hello")) == 200
    assert await provider.deliver(text("hello")) == 200
    for headers in (
        {"x-pigeon-signature": "0" * 64},
        {"x-pigeon-signature": ""},
        {"x-pigeon-time": "1000000000"},
        {"x-pigeon-time": "soon"},
    ):
        assert await provider.deliver(text("forged", "2"), **headers) == 403
    assert await provider.until("anna", 2) == ["I am an automated assistant.", "echo: hello"]

    # A button comes back as what it stands for.
    assert await provider.deliver(text("rich", "3")) == 200
    await provider.until("anna", 3)
    button = provider.taken[-1]["buttons"][0]
    press = {"kind": "button", "id": "4", "from": "anna", **button}
    assert await provider.deliver(press) == 200
    assert (await provider.until("anna", 4))[-1] == 'echo: /choose{"order": "10023"}'
    voice = {"kind": "voice", "id": "5", "from": "anna"}
    assert await provider.deliver(voice) == 200
    assert "voice" in (await provider.until("anna", 5))[-1]

    # Failures while sending: again, in order, and never twice.
    provider.answers = [
        JSONResponse({}, 429, headers={"Retry-After": "0"}),
        Response(status_code=503),
    ]
    provider.silent = 1
    for number in range(6, 9):
        assert await provider.deliver(text(f"number {number}", str(number))) == 200
    assert (await provider.until("anna", 8))[5:] == [f"echo: number {n}" for n in range(6, 9)]

    # All of it is counted, for operators only.
    async with httpx.AsyncClient() as http:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": RASA_TOKEN}):
            assert (await http.get(f"{server.url}/metrics", headers=headers)).status_code == 403
        expected = [
            *(
                f'frontdesk_channel_messages_total{{channel="pigeon",outcome="{outcome}"}} {n}.0'
                for outcome, n in {
                    "verified": 8,
                    "received": 7,
                    "duplicate": 1,
                    "refused": 4,
                    "answered": 7,  # the opening answers no message
                }.items()
            ),
            'frontdesk_channel_parts_total{channel="pigeon",outcome="sent"} 8.0',
            'frontdesk_channel_acknowledge_seconds_count{channel="pigeon"} 12.0',
            'frontdesk_channel_answer_seconds_count{channel="pigeon"} 7.0',
        ]

        async def counted() -> None:
            bearer = {"Authorization": f"Bearer {RASA_TOKEN}"}
            page = ""
            while not all(line in page for line in expected):
                page = (await http.get(f"{server.url}/metrics", headers=bearer)).text

        await asyncio.wait_for(counted(), 60)

    # A reply from elsewhere, after a restart.
    assert await asyncio.to_thread(server.stop) == 0
    await asyncio.to_thread(server.start)
    conversation = server.handled()[0]["conversation"]
    assert "anna" not in conversation
    async with httpx.AsyncClient() as http:
        answer = await http.post(
            f"{server.url}/conversations/{conversation}/tracker/events",
            params={
                "token": RASA_TOKEN,
                "output_channel": "latest",
                "execute_side_effects": "true",
            },
            json=[{"event": "bot", "text": "Ann here.", "data": {}, "metadata": {"from": "agent"}}],
        )
    assert answer.status_code == 200
    assert (await provider.until("anna", 9))[-1] == "Ann here."
    assert len({message["key"] for message in provider.taken}) == len(provider.taken) == 9


async def test_without_a_secret_it_is_not_served(tmp_path: Path, caplog) -> None:
    for credentials in (None, {}, {"token": TOKEN}):
        channel = PigeonChannel.from_credentials(credentials)
        assert channel.get_output_channel() is None
        assert not channel.blueprint(lambda _message: None).routes  # type: ignore[arg-type]
    warned = [r for r in caplog.records if r.levelname == "WARNING"]
    assert len(warned) == 1
    assert "PIGEON_SIGNING_SECRET" in warned[0].message
    assert TOKEN not in caplog.text
