"""The metrics page, for Prometheus and for operators only.

A channel for Rasa's eyes, because that is how routes are added to its server. It is served at
`/metrics`, outside of `/webhooks`: a proxy that forwards only `/webhooks` does not show it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.settings import given_values, strong_secret
from channels.verify import forbidden, same


class MetricsPage(InputChannel):
    """Serves what `channels.metrics` counts, to whoever has the token."""

    def __init__(self, token: str):
        """Take the token.

        Args:
            token: that Prometheus sends as `Authorization: Bearer ...`.
        """
        self._token = token

    @classmethod
    def name(cls) -> str:
        """Return the name, which no message comes from."""
        return "metrics"

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> MetricsPage:
        """Make the page from its block of `credentials.yml`.

        Args:
            credentials: `token`.

        Raises:
            ChannelSettingsError: the token is missing or short; the server does not start.
        """
        token = given_values("metrics", credentials, ["token"]).get("token", "")
        return cls(strong_secret("metrics", "token", "FRONTDESK_RASA_TOKEN", token))

    def url_prefix(self) -> str:
        """Return the page's address; a slash in front takes it out of `/webhooks`."""
        return "/metrics"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the page's route.

        Args:
            on_new_message: not needed.
        """
        blueprint = Blueprint("frontdesk_metrics")

        @blueprint.get("/")
        async def metrics(request: Request) -> HTTPResponse:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not same(token.strip(), self._token):
                return forbidden()
            return HTTPResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)

        return blueprint
