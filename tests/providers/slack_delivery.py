"""Slack's side of the line: posts events and button presses to an app, signed as Slack signs.

From "Verifying requests from Slack" and the Events API's pages on delivery and retries.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
# An app has three seconds; a test machine under load is given more before a test fails by it.
_TIMEOUT = 60.0


def signature(secret: str, timestamp: int | str, body: bytes) -> str:
    """Compute `X-Slack-Signature`, version 0: HMAC-SHA256 over version, time and raw body."""
    base = b":".join((b"v0", str(timestamp).encode(), body))
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class SlackDelivery:
    """Posts to one app's request URL.

    Attributes:
        url: the request URL.
        secret: what requests are signed with.
    """

    def __init__(self, url: str, secret: str = SIGNING_SECRET) -> None:
        self.url = url
        self.secret = secret
        self._http = httpx.AsyncClient(timeout=_TIMEOUT)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def event(
        self, body: Mapping[str, Any], *, retry: int = 0, reason: str = "http_timeout"
    ) -> httpx.Response:
        """Post an Events API callback.

        Args:
            body: from `slack_events`.
            retry: which repetition of the delivery this is; 0: the first delivery.
            reason: why Slack repeats it.
        """
        raw = json.dumps(body).encode()
        extra = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason} if retry else {}
        return await self.raw(raw, "application/json", **extra)

    async def interaction(self, payload: Mapping[str, Any]) -> httpx.Response:
        """Post an interactive payload: a form with the JSON in its one field."""
        raw = urlencode({"payload": json.dumps(payload)}).encode()
        return await self.raw(raw, "application/x-www-form-urlencoded")

    async def raw(
        self, body: bytes, content_type: str = "application/json", **headers: str
    ) -> httpx.Response:
        """Post bytes with a right signature, unless `headers` say otherwise."""
        now = str(int(time.time()))
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": signature(self.secret, now, body),
        }
        return await self._http.post(self.url, content=body, headers={**signed, **headers})
