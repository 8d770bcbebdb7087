import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from sanic.exceptions import InvalidUsage, PayloadTooLarge

from channels.web.http import Refusal, read_body


class Body:
    """A request's stream: gives its chunks, then does what it is told to."""

    def __init__(self, *chunks: bytes, then: Exception | None = None, stall: bool = False):
        self.chunks = chunks
        self.then = then
        self.stall = stall
        self.request_max_size = float("inf")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk
        if self.stall:
            await asyncio.Event().wait()
        if self.then is not None:
            raise self.then


async def read(body: Body, limit: int = 10) -> bytes:
    return await read_body(SimpleNamespace(stream=body), limit)


async def test_a_body_up_to_the_limit_is_read() -> None:
    assert await read(Body(b"12345", b"67890")) == b"1234567890"
    assert await read(Body()) == b""


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (Body(b"12345", b"678901"), 413, "body_too_large"),
        (Body(then=PayloadTooLarge("")), 413, "body_too_large"),
        (Body(b"1", then=InvalidUsage("")), 400, "bad_body"),
        (Body(b"1", stall=True), 408, "too_slow"),
    ],
)
async def test_anything_else_is_refused(body, status, code, monkeypatch) -> None:
    monkeypatch.setattr("channels.body._BODY_TIMEOUT", 0.05)
    with pytest.raises(Refusal) as caught:
        await read(body)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert body.request_max_size < float("inf")


def test_an_answer_says_when_to_come_back() -> None:
    answer = Refusal(429, "too_many", "Later.", 7).response()
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert answer.body == b'{"error":{"code":"too_many","message":"Later."}}'
    assert "Retry-After" not in Refusal(400, "bad", "No.").response().headers
