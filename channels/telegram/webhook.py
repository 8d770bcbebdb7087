"""Telegram's deliveries over HTTP: who knows the secret is let in."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from telegram import Update

from channels.body import limit_discarded
from channels.service import Door
from channels.verify import forbidden, read_limited, same
from channels.workers import describe

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
PATH = "/webhook"
# A text of 4,096 characters in up to 12 bytes each, with entities, beside the one it replies to.
_MAX_BODY = 2**20  # bytes


def add_webhook(
    blueprint: Blueprint, door: Door, secret: str, take: Callable[[Update], Awaitable[None]]
) -> None:
    """Add the address that Telegram delivers to.

    Args:
        blueprint: served below `/webhooks/telegram`.
        door: counts what is verified and refused.
        secret: what Telegram was told to send along.
        take: gets each update; it is stored when this returns.
    """

    async def webhook(request: Request) -> HTTPResponse:
        if not same(request.headers.get(SECRET_HEADER), secret):
            limit_discarded(request, _MAX_BODY)
            door.refused()
            return forbidden()
        door.verified()
        body = await read_limited(request, _MAX_BODY)
        try:
            update = Update.de_json(json.loads(body), None)
        except Exception as problem:  # the library raises what a wrong shape makes it
            logger.error("telegram: a delivery could not be read.\n%s", describe(problem))
            return HTTPResponse(status=400)
        await take(update)
        return HTTPResponse(status=200)

    blueprint.add_route(webhook, PATH, methods=["POST"], stream=True, name="webhook")
