"""The metrics page, for Prometheus and for operators only."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from rasa.core.channels.channel import UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.own_route import OwnRoute
from channels.verify import forbidden

# prometheus_client's own name: with it, each process counts in a file there.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class MetricsPage(OwnRoute):
    """Serves what `channels.metrics` counts, to whoever has the token."""

    NAME = "metrics"
    PREFIX = "/metrics"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the page's route.

        Args:
            on_new_message: not needed.
        """
        blueprint = Blueprint("frontdesk_metrics")

        @blueprint.get("/")
        async def metrics(request: Request) -> HTTPResponse:
            if not self.allows(request):
                return forbidden()
            return HTTPResponse(generate_latest(_counted()), content_type=CONTENT_TYPE_LATEST)

        return blueprint


def _counted() -> CollectorRegistry:
    """Return what all processes have counted; what this one has, where it is the only one."""
    if not os.environ.get(SHARED_FOLDER):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
