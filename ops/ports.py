"""Are the ports that we need free? If not: who has them, and which setting moves us."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from contextlib import suppress

import psutil

from ops.problem import Problem
from ops.services import Service


def check_ports(services: Iterable[Service], host: str) -> None:
    """Make sure that every service can listen on `host` at its port. Raises Problem."""
    by_port: dict[int, str] = {}
    for service in services:
        if service.port_setting is None:
            continue
        other = by_port.setdefault(service.port, service.port_setting)
        if other != service.port_setting:
            raise Problem(
                f"{other} and {service.port_setting} are both {service.port}. Give one of them "
                "another port in .env and start again.",
                status=2,
            )
        _check(host, service)


def _check(host: str, service: Service) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the servers do: an ended server's connections may linger and are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, service.port))
            probe.listen(1)
        except OSError as error:
            raise Problem(_explain(error, host, service), status=2) from None


def _explain(error: OSError, host: str, service: Service) -> str:
    if error.errno == errno.EADDRINUSE:
        holder = _holder(service.port)
        return (
            f"port {service.port} for {service.name} is taken{f' by {holder}' if holder else ''}. "
            f"Stop that, or set {service.port_setting} to another port in .env, and start again."
        )
    if error.errno == errno.EACCES:
        return (
            f"port {service.port} for {service.name} needs administrator rights. Set "
            f"{service.port_setting} to a port above 1023 in .env and start again."
        )
    return (
        f"cannot listen on FRONTDESK_HOST={host} ({error.strerror}). Set it to an address of this "
        "machine, such as 127.0.0.1, and start again."
    )


def _holder(port: int) -> str:
    """Describe the process that listens on the port; empty when the system does not tell."""
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
            if listening and connection.pid:
                process = psutil.Process(connection.pid)
                command = " ".join(process.cmdline())[:80]
                return f"process {connection.pid} ({command or process.name()})"
    return ""
