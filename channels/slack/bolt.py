"""Slack's own framework: it knows the kinds of requests and how each is acknowledged."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from channels.workers import describe

logger = logging.getLogger(__name__)

_ANYTHING = re.compile(".*", re.DOTALL)

Listener = Callable[[Mapping[str, Any]], Awaitable[None]]


def bolt_app(signing_secret: str, api_url: str, on_event: Listener, on_press: Listener) -> AsyncApp:
    """Make the Bolt app that calls our listeners and acknowledges when they have returned.

    Args:
        signing_secret: the Slack app's.
        api_url: the Web API's address.
        on_event: gets an Events API callback; what it accepted is stored when it returns.
        on_press: gets a `block_actions` payload, likewise.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # Bolt would ask Slack for each new process who we are, while Slack waits for the answer
        # to its delivery. The deliveries say so themselves, and posting needs no Bolt.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)

    app = AsyncApp(
        name="frontdesk",
        logger=logger,
        signing_secret=signing_secret,
        client=AsyncWebClient(base_url=api_url, logger=logger),
        authorize=authorize,
        # The listeners store what came; only then is it acknowledged.
        process_before_response=True,
        ssl_check_enabled=False,  # of slash commands, which we have none; it is not signed
    )

    async def event(body: dict[str, Any], ack: AsyncAck) -> None:
        await on_event(body)
        await ack()

    async def press(body: dict[str, Any], ack: AsyncAck) -> None:
        await on_press(body)
        await ack()

    async def failed(error: Exception) -> BoltResponse:
        # The message may quote a customer. Slack delivers again what is not acknowledged.
        logger.error("slack: a delivery could not be accepted.\n%s", describe(error))
        return BoltResponse(status=503, body="")

    app.event(_ANYTHING)(event)
    app.action(_ANYTHING)(press)
    app.error(failed)
    return app
