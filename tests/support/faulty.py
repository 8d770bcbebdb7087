"""A real HTTP server that answers as badly as it is told to, and remembers what it was asked.

    async with FaultyShop(status(500), reply(ORDER)) as shop:   # first a 500, then the order
        ...
    assert len(shop.asked) == 2

The last behaviour goes on for ever. It speaks just enough HTTP/1.1 for our own client.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


class FaultyShop:
    """See the module; `port` 0 takes any free one."""

    def __init__(self, *behaviours: Behaviour, port: int = 0) -> None:
        self.behaviours = list(behaviours)
        self.asked: list[Asked] = []
        self._port = port
        self._handlers: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> FaultyShop:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handlers.add(task)
        task.add_done_callback(self._handlers.discard)
        try:
            while not writer.is_closing():
                self.asked.append(await _read(reader))
                turn = min(len(self.asked), len(self.behaviours)) - 1
                await self.behaviours[turn](writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away, as clients may
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {n.lower(): v.strip() for n, v in (line.split(":", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """A good answer: `body` as JSON (bytes go out as they are)."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return raw(content, status, {"Content-Type": "application/json", **(headers or {})})


def error(
    code: str,
    status: int,
    headers: Mapping[str, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Behaviour:
    """An answer in the contract's error shape."""
    shape: dict[str, Any] = {"code": code, "message": "Told to refuse."}
    if details is not None:
        shape["details"] = details
    return reply({"error": shape}, status, headers)


def raw(content: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """An answer with just this content."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(status, {**(headers or {}), "Content-Length": str(len(content))}))
        writer.write(content)
        await writer.drain()

    return behave


def drop() -> Behaviour:
    """Close the connection without a word."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.close()

    return behave


def reset() -> Behaviour:
    """Reset the connection, as a crashed peer or a firewall does."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        # Linger for zero seconds: closing sends RST instead of FIN.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return behave


def truncate(content: bytes, missing: int) -> Behaviour:
    """Promise more than is sent, then close."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"Content-Length": str(len(content) + missing)}) + content)
        await writer.drain()
        writer.close()

    return behave


def hang() -> Behaviour:
    """Never answer."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    return behave


def drip(pause: float) -> Behaviour:
    """Answer for ever, a byte every `pause` seconds: each read succeeds, the answer never ends."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"Content-Type": "application/json", "Content-Length": "100000"}))
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(pause)

    return behave


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Told", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
