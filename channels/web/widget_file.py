"""Serves the widget's one file, cached by browsers and read anew when it changes on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sanic.request import Request
from sanic.response import HTTPResponse

from channels.web.http import Refusal

WIDGET = Path(__file__).with_name("frontdesk-chat.js")
_MAX_AGE = 300  # s; short, so that a new version reaches every page within minutes


class WidgetFile:
    """The widget, kept in memory."""

    def __init__(self) -> None:
        self._changed = 0
        self._content = b""
        self._etag = ""

    async def respond(self, request: Request) -> HTTPResponse:
        """Answer a request for the widget.

        Args:
            request: may name the version it has in `If-None-Match`.

        Returns:
            The file, or 304 without it.

        Raises:
            Refusal: the file is missing (404).
        """
        self._refresh()
        headers = {
            "ETag": self._etag,
            "Cache-Control": f"public, max-age={_MAX_AGE}",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        }
        known = request.headers.get("if-none-match", "").split(",")
        # A proxy that compresses the file marks the tag as weak (W/).
        if self._etag in (tag.strip().removeprefix("W/") for tag in known):
            return HTTPResponse(status=304, headers=headers)
        return HTTPResponse(
            self._content, headers=headers, content_type="text/javascript; charset=utf-8"
        )

    def _refresh(self) -> None:
        try:
            changed = WIDGET.stat().st_mtime_ns
            if changed != self._changed:
                self._content = WIDGET.read_bytes()
                self._etag = f'"{hashlib.sha256(self._content).hexdigest()[:32]}"'
                self._changed = changed
        except OSError as problem:
            raise Refusal(404, "no_widget", "The widget is not installed.") from problem
