"""The whole product with two processes of Rasa and two of the action server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.channels.web.driver import WebDriver
from tests.support.frontdesk import Frontdesk, frontdesk
from tests.support.processes import Server
from tests.support.redis import redis_server

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope="module")]

SETTINGS = {"FRONTDESK_RASA_WORKERS": "2", "FRONTDESK_ACTION_WORKERS": "2"}
SAID = ("where is my order 10023", "anna.berg@example.com", "thank you!")
ANSWERED = ("processed automatically", "e-mail address or postcode", "is on its way", "welcome")
TALKS = 16


@pytest.fixture(scope="module")
def several(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frontdesk]:
    with redis_server() as redis:
        if redis is None:
            pytest.skip("there is no redis-server")
        settings = {**SETTINGS, "FRONTDESK_REDIS_URL": redis.url}
        with frontdesk(model_path, tmp_path_factory.mktemp("several"), settings) as running:
            yield running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client with a connection for each request: each may reach another process."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        yield client


async def talk(several: Frontdesk, http: httpx.AsyncClient) -> WebDriver:
    """Say all at once, and hear the answer to each, once and in order."""
    customer = await WebDriver(several.chat_url, http, several.origin).begin()
    for text in SAID:  # each is accepted, not answered, before the next is sent
        assert (await customer.say(text)).status_code == 202
    answers = await customer.replies(len(ANSWERED))
    texts = [answer.text for answer in answers]
    assert len(texts) == len(ANSWERED), texts
    assert all(part in text for part, text in zip(ANSWERED, texts, strict=True)), texts
    return customer


async def test_all_are_answered_once_and_in_order(
    several: Frontdesk, http: httpx.AsyncClient
) -> None:
    workers = [server.process and _workers(server.process.pid) for server in _servers(several)]
    assert list(map(len, workers)) == [2, 2]
    counted = await _counted(several, http)
    before = [_seconds(one) for found in workers for one in found]
    talks = await asyncio.gather(*(talk(several, http) for _ in range(TALKS)))
    # all four had their part in it
    after = [_seconds(one) for found in workers for one in found]
    assert all(then > now for now, then in zip(before, after, strict=True)), (before, after)

    # what each conversation holds, to its last event, whichever process wrote it
    headers = {"params": {"token": several.rasa.environ["FRONTDESK_RASA_TOKEN"]}}
    for customer in talks:
        url = f"{several.rasa_url}/conversations/{customer.conversation}/tracker"
        tracker = (await http.get(url, **headers)).json()
        said = [event["text"] for event in tracker["events"] if event["event"] == "user"]
        assert [text for text in said if not text.startswith("/")] == list(SAID)

    assert await _counted(several, http) == counted + TALKS * len(SAID)


async def test_an_end_is_an_end(several: Frontdesk, http: httpx.AsyncClient) -> None:
    """Both are told to end, finish what they have accepted, and leave no process behind."""
    customer = await WebDriver(several.chat_url, http, several.origin).begin()
    await customer.replies()
    assert (await customer.say(SAID[0])).status_code == 202
    ended = [
        process
        for server in _servers(several)
        if server.process
        for process in [psutil.Process(server.process.pid), *_workers(server.process.pid)]
    ]
    await asyncio.to_thread(several.rasa.stop)
    await asyncio.to_thread(several.actions.stop)
    _, alive = await asyncio.to_thread(psutil.wait_procs, ended, 10)
    assert alive == []
    await asyncio.to_thread(several.renew)
    began = time.monotonic()
    assert ANSWERED[1] in (await customer.replies())[0].text
    assert time.monotonic() - began < 10  # it was there, or is made at once


async def _counted(several: Frontdesk, http: httpx.AsyncClient) -> float:
    """The messages that all processes together have answered."""
    token = several.rasa.environ["FRONTDESK_RASA_TOKEN"]
    page = await http.get(
        f"{several.rasa_url}/metrics/", headers={"Authorization": f"Bearer {token}"}
    )
    assert page.status_code == 200
    return sum(
        sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
        if sample.name == "frontdesk_channel_messages_total"
        and sample.labels["outcome"] == "answered"
    )


def _servers(several: Frontdesk) -> tuple[Server, Server]:
    return several.rasa, several.actions


def _workers(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children()


def _seconds(process: psutil.Process) -> float:
    return process.cpu_times().user
