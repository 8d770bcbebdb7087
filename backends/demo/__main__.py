"""`python -m backends.demo`: serve the demo shop until told to stop."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import socket
import sys

import uvicorn

from backends.demo.app import create_app
from backends.demo.database import DatabaseError
from backends.demo.settings import Settings, SettingsError
from backends.policy import PolicyError

log = logging.getLogger("backends.demo")


def main() -> int:
    """Read the settings, take the port, serve.

    Returns:
        The exit status: 0 after a proper stop, 1 when the shop could not start; then one line on
        the standard error names the cause and the mend.
    """
    level = os.environ.get("FRONTDESK_LOG_LEVEL", "").upper() or "INFO"
    if level not in _LEVELS:
        return _refuse(f"FRONTDESK_LOG_LEVEL is {level!r}: give one of {', '.join(_LEVELS)}.")
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = Settings.from_environ(os.environ)
        taken = _listen(settings.host, settings.port)
        app = create_app(settings)
    except (SettingsError, DatabaseError, PolicyError) as error:
        return _refuse(str(error))
    log.info("demo shop on http://%s:%s", settings.host, settings.port)
    if not _is_loopback(settings.host):
        log.warning(
            "the demo shop listens on %s: its mailbox and tickets are open to whoever reaches it",
            settings.host,
        )
    # No access log: the path of a reset link is a secret.
    # No websockets: the shop has none, and uvicorn wants a newer library for them than Rasa allows.
    config = uvicorn.Config(
        app, log_level=level.lower(), access_log=False, server_header=False, ws="none"
    )
    uvicorn.Server(config).run(sockets=[taken])
    return 0


_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # A port that a stopped shop used a moment ago is free, though the kernel still remembers it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"Port {port} on {host} is taken: stop what uses it, "
                "or set FRONTDESK_SHOP_PORT to a free one."
            ) from error
        raise SettingsError(
            f"The shop cannot listen on {host}, port {port} ({error}): "
            "set FRONTDESK_HOST and FRONTDESK_SHOP_PORT to an address of this machine."
        ) from error
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse(line: str) -> int:
    print(line, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
