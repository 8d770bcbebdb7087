"""The desk's client, against the desk itself over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from backends.connect import connect
from backends.desk import Desk, HandoffRequest
from backends.errors import BackendError
from desk import handoffs, users
from desk.states import State
from tests.desk.served import Served, served
from tests.desk.web import TOKEN
from tests.support.shop import RunningShop, free_port, running_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    with running_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def running(shop: RunningShop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("desk"), shop) as running:
        yield running


async def _client(url: str, token: str = TOKEN) -> AsyncIterator[Desk]:
    environ = {
        "FRONTDESK_SHOP_TOKEN": "x" * 32,
        "FRONTDESK_DESK_URL": url,
        "FRONTDESK_DESK_TOKEN": token,
    }
    backends = connect(environ)
    assert backends.desk is not None
    yield backends.desk
    await backends.close()


@pytest.fixture
async def desk(running: Served) -> AsyncIterator[Desk]:
    async for client in _client(running.url):
        yield client


def wanted(**more: str) -> HandoffRequest:
    fields = {"key": "key-12345678", "conversation_id": "c1", "channel": "web", "reason": "angry"}
    return HandoffRequest(**{**fields, **more})  # type: ignore[arg-type]


def _somebody_sits_there(running: Served) -> None:
    with running.desk.database.write() as connection:
        users.begin_session(connection, running.people["agent"])


async def test_nobody_there(desk: Desk) -> None:
    assert (await desk.request(wanted())).state == "closed"


async def test_a_request_waits_once_until_the_customer_leaves(running: Served, desk: Desk) -> None:
    _somebody_sits_there(running)
    for _ in range(2):
        answer = await desk.request(wanted(summary="long " * 2_000))
        assert (answer.state, answer.place) == ("queued", 1)
    second = await desk.request(wanted(key="another-key", conversation_id="c2"))
    assert second.place == 2
    left = await desk.leave("c1", "assistant")
    assert (left.ended, left.state) == (True, None)
    with running.desk.database.read() as connection:
        (known,) = handoffs.all_of(connection, "c1")
    assert left.handoff == known.id
    assert not (await desk.leave("c1", "assistant")).ended


async def test_who_has_a_person_cannot_leave_a_message(running: Served, desk: Desk) -> None:
    _somebody_sits_there(running)
    await desk.request(wanted())
    with running.desk.database.read() as connection:
        there = handoffs.open_of(connection, "c1")
    assert there is not None
    running.desk.take(running.people["agent"], there.id)
    left = await desk.leave("c1", "ticket")
    assert (left.ended, left.state) == (False, State.ASSIGNED.value)
    assert (await desk.request(wanted(key="another-key"))).state == "assigned"


async def test_who_waits_beside_a_ticket_and_asks_again_is_served_like_the_others(
    running: Served, desk: Desk
) -> None:
    with running.desk.database.write() as connection:
        handoffs.request(connection, handoffs.Request("k" * 8, "c1", "web", "x", ticket="T-1"))
    assert (await desk.request(wanted())).state == "closed"  # nobody is there still
    _somebody_sits_there(running)
    assert (await desk.request(wanted())).state == "queued"
    with running.desk.database.read() as connection:
        there = handoffs.open_of(connection, "c1")
        assert handoffs.status(connection, "c1") == "queued"
    assert there is not None
    assert (there.ticket, there.facts["ticket"]) == (None, "T-1")


async def test_a_wrong_token_and_a_desk_that_is_away(running: Served) -> None:
    for url, token in ((running.url, "y" * 40), (f"http://127.0.0.1:{free_port()}", TOKEN)):
        async for desk in _client(url, token):
            with pytest.raises(BackendError):
                await desk.request(wanted())


def test_without_an_address_there_is_no_desk() -> None:
    assert connect({"FRONTDESK_SHOP_TOKEN": "x" * 32}).desk is None
