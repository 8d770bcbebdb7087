from __future__ import annotations

import httpx
import pytest
import respx

from backends.errors import BackendUnavailable
from backends.history import RestHistory

HISTORY = RestHistory("http://127.0.0.1:5005/", "a-token")


@respx.mock
async def test_it_asks_for_every_event_of_that_conversation() -> None:
    events = [{"event": "user", "text": "hello"}]
    route = respx.get(
        "http://127.0.0.1:5005/conversations/web-1%2F2/tracker",
        params={"token": "a-token", "include_events": "ALL"},
    ).respond(json={"events": events})
    assert await HISTORY.events("web-1/2") == events
    assert route.called


@respx.mock
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json={"events": []}),
        httpx.Response(200, text="no"),
        httpx.Response(200, json=[]),
    ],
    ids=["refused", "no JSON", "no events"],
)
async def test_an_answer_of_no_use_is_said_to_be_one(answer: httpx.Response) -> None:
    respx.get(url__startswith="http://127.0.0.1:5005/").mock(return_value=answer)
    with pytest.raises(BackendUnavailable):
        await HISTORY.events("c")


@respx.mock
async def test_a_server_that_is_away_tells_nobody_the_token() -> None:
    respx.get(url__startswith="http://127.0.0.1:5005/").mock(side_effect=httpx.ConnectError)
    with pytest.raises(BackendUnavailable) as raised:
        await HISTORY.events("c")
    assert "a-token" not in str(raised.value)
