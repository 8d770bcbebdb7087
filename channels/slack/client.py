"""Calls to Slack's Web API, by Slack's own client: posting, looking for what was posted, changing.

A message must not be posted twice, and `chat.postMessage` has no idempotency key. So the SDK may
repeat a post only when Slack says that it was not taken (429). Every message carries its part's
key as metadata, by which it can be found when no answer came. Changing a message is harmless to
repeat.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryState
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from channels.provider import Address, CannotTell, Part, Uncertain
from channels.slack.errors import delivery_problem, error_name
from channels.slack.render import named, without_images

logger = logging.getLogger(__name__)

_METADATA = "frontdesk_part"
_TIMEOUT = 15.0  # s for one call; below the 20 s that the outgoing queue gives a part
_SHORT_WAIT = 5  # s that the SDK may wait by itself; a longer one is the outgoing queue's
_CLOCKS_APART = timedelta(minutes=2)  # ours and Slack's
_PAGE = 200
# Slack may still be at work on a post whose answer we did not wait for.
_SETTLE = 5.0  # s that such a message is looked for
_LOOK_AGAIN = 0.5  # s
_CHANGE_TRIES = 3
_CUSTOMISE = "chat:write.customize"
_NO_ANSWER = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class _ShortRateLimit(AsyncRateLimitErrorRetryHandler):
    """Waits as long as Slack asks, if that is short."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        headers = {name.lower(): value for name, value in response.headers.items()}
        return int(headers.get("retry-after", ["1"])[0]) <= _SHORT_WAIT


class SlackClient:
    """The Web API for one bot token."""

    def __init__(self, token: str, api_url: str):
        """Open the connections; needs a running event loop.

        Args:
            token: the bot token; never logged.
            api_url: the Web API's address, with a slash at the end.
        """
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT))
        common: dict[str, Any] = {"token": token, "base_url": api_url, "session": self._session}
        self._posting = AsyncWebClient(**common, retry_handlers=[_ShortRateLimit()])
        self._changing = AsyncWebClient(
            **common,
            retry_handlers=[
                AsyncRateLimitErrorRetryHandler(max_retry_count=_CHANGE_TRIES),
                AsyncConnectionErrorRetryHandler(max_retry_count=_CHANGE_TRIES),
                AsyncServerErrorRetryHandler(max_retry_count=_CHANGE_TRIES),
            ],
        )
        self._may_customise = False
        self._unanswered: set[str] = set()

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def introduce(self) -> None:
        """Ask Slack who we are and what we may do, and tell the operator.

        Raises:
            SlackApiError: the token is not good.
            aiohttp.ClientError, asyncio.TimeoutError: Slack cannot be reached.
        """
        answer = await self._changing.auth_test()
        scopes = {name.lower(): value for name, value in answer.headers.items()}
        self._may_customise = _CUSTOMISE in scopes.get("x-oauth-scopes", "").split(",")
        logger.info(
            "slack: connected to workspace %s (%s) as %s.",
            answer.get("team"),
            answer.get("team_id"),
            answer.get("user"),
        )

    async def post(self, address: Address, part: Part, key: str) -> str:
        """Post one message.

        Args:
            address: `channel`, and `thread` where it belongs into one.
            part: from `render`.
            key: names the part.

        Returns:
            Its timestamp, which is its id.

        Raises:
            Retry, Undeliverable, Uncertain: as of a provider's `deliver`.
        """
        try:
            return await self._post(address, part, key)
        except SlackApiError as error:
            # Slack fetches images while it takes the message. One that it cannot fetch must not
            # cost the customer the words beside it.
            plain = without_images(part) if error_name(error) == "invalid_blocks" else None
            if plain is None:
                raise delivery_problem(error) from error
            logger.warning("slack: an image could not be shown; its address is sent instead.")
        except Exception as error:
            raise self._problem(error, key) from error
        try:
            return await self._post(address, plain, key)
        except Exception as error:
            raise self._problem(error, key) from error

    def _problem(self, error: Exception, key: str) -> Exception:
        problem = delivery_problem(error)
        if isinstance(problem, Uncertain) and not isinstance(error, SlackApiError):
            self._unanswered.add(key)
        return problem

    async def _post(self, address: Address, part: Part, key: str) -> str:
        if part.get("name") and not self._may_customise:
            part = named(part)
        shown = {name: part[name] for name in ("text", "blocks", "mrkdwn") if name in part}
        if part.get("name"):
            shown["username"] = part["name"]
        answer = await self._posting.chat_postMessage(
            channel=address["channel"],
            thread_ts=address.get("thread"),
            metadata={"event_type": _METADATA, "event_payload": {"part": key}},
            unfurl_links=False,
            unfurl_media=False,
            **shown,
        )
        return str(answer["ts"])

    async def find(self, address: Address, key: str, since: datetime) -> str | None:
        """Look for a message by its part's key.

        Args:
            address: where it would be.
            key: as it was posted.
            since: when posting began (aware).

        Returns:
            Its timestamp; None when it is not there.

        Raises:
            CannotTell: Slack will not show us.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + (_SETTLE if key in self._unanswered else 0)
        while True:
            try:
                found = await self._look(address, key, since)
            except SlackApiError as error:
                if error_name(error) in ("", "internal_error", "fatal_error", "ratelimited"):
                    raise  # it may be able to tell later
                raise CannotTell(error_name(error)) from error
            if found is not None or loop.time() >= end:
                self._unanswered.discard(key)
                return found
            await asyncio.sleep(_LOOK_AGAIN)

    async def _look(self, address: Address, key: str, since: datetime) -> str | None:
        async for message in self._messages(address, since):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("part") == key:
                return str(message["ts"])
        return None

    async def _messages(
        self, address: Address, since: datetime
    ) -> AsyncIterator[Mapping[str, Any]]:
        oldest = f"{(since - _CLOCKS_APART).timestamp():.6f}"
        common: dict[str, Any] = {
            "channel": address["channel"],
            "oldest": oldest,
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        cursor = ""
        while True:
            if "thread" in address:
                page = await self._changing.conversations_replies(
                    **common, ts=address["thread"], cursor=cursor or None
                )
            else:
                page = await self._changing.conversations_history(**common, cursor=cursor or None)
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def change(self, channel: str, ts: str, part: Part, response_url: str) -> None:
        """Show something else in a message's place. Never raises: it is only a courtesy.

        Args:
            channel: where the message is.
            ts: which one.
            part: `text` and `blocks`.
            response_url: another way to the same message; may be empty.
        """
        shown = {"text": part["text"], "blocks": part["blocks"]}
        try:
            await self._changing.chat_update(channel=channel, ts=ts, **shown)
            return
        except SlackApiError as error:
            problem = error_name(error) or str(error.response.status_code)
        except _NO_ANSWER as error:
            problem = type(error).__name__
        if response_url and await self._respond(response_url, shown):
            return
        logger.warning(
            "slack: the buttons of a pressed message could not be taken away (%s).", problem
        )

    async def _respond(self, response_url: str, shown: Mapping[str, Any]) -> bool:
        hook = AsyncWebhookClient(response_url, session=self._session)
        try:
            answer = await hook.send(**shown, replace_original=True)
        except _NO_ANSWER:
            return False
        return answer.status_code == 200
