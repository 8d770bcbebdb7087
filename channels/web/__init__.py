"""The web channel: our widget, or any client of the HTTP API in `docs/web-channel.md`."""

from channels.web.channel import WebChannel

__all__ = ["WebChannel"]
