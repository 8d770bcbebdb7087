"""Slack's requests over HTTP, verified, then handed to Bolt."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from slack_bolt.adapter.sanic.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from channels.service import Door
from channels.verify import forbidden, read_limited
from channels.workers import describe

logger = logging.getLogger(__name__)

# A message has up to 40,000 characters and comes as text and as blocks, in up to 12 bytes each.
_MAX_BODY = 2 * 2**20  # bytes


def is_genuine(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Tell whether Slack signed a request, within the last five minutes.

    Bolt verifies too, but not before it has parsed the body; a timestamp that is no number ends
    in an error there, and a wrong signature in a log line that quotes the body.

    Args:
        verifier: has the signing secret.
        body: as it came.
        headers: of the request.
    """
    try:
        return verifier.is_valid_request(body, headers)
    except (ValueError, TypeError, OverflowError):  # no number, no UTF-8, no ASCII, no time
        return False


def add_webhook(
    blueprint: Blueprint,
    door: Door,
    signing_secret: str,
    app: AsyncApp,
) -> None:
    """Add the request URL for events and interactivity.

    Args:
        blueprint: served below `/webhooks/slack`.
        door: counts what is verified and refused.
        signing_secret: the app's.
        app: gets what is genuine.
    """
    verifier = SignatureVerifier(signing_secret)
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> HTTPResponse:
        body = await read_limited(request, _MAX_BODY)
        if not is_genuine(verifier, body, request.headers):
            door.refused()
            return forbidden()
        door.verified()
        request.body = body  # Bolt's adapter expects it there; the route is a streaming one
        try:
            return await handler.handle(request)
        except Exception as problem:  # what the listeners raise, Bolt has handled: it is no JSON
            logger.error("slack: a delivery could not be read.\n%s", describe(problem))
            return HTTPResponse(status=400)

    blueprint.add_route(events, "/events", methods=["POST"], stream=True, name="events")
