"""A real RabbitMQ for tests, where the machine has one (Debian's `rabbitmq-server`)."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.shop import free_port

_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_SECONDS = 180.0  # until it takes connections, on a busy machine


class RabbitMq:
    """One server with its files in a folder of its own; listens on this machine only."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port, epmd = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (home / "env").touch()
        (home / "plugins").write_text("[].")
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "RABBITMQ_NODENAME": f"tests{self._port}@localhost",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": str(home / "env"),
            "RABBITMQ_CONFIG_FILE": str(home / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    @property
    def url(self) -> str:
        """Its address, with the user that every new server has."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}/%2F"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self._home / "output").open("ab") as out:
            self._process = subprocess.Popen(
                [str(_SERVER)], env=self._environ, stdout=out, stderr=out
            )
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self._port), 1).close()
                return
            time.sleep(0.2)
        raise RuntimeError(f"RabbitMQ did not start:\n{(self._home / 'output').read_text()}")

    def stop(self) -> None:
        """Stop it; what it was told to keep stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    def end(self) -> None:
        """Stop it, and Erlang's name server, which it leaves running."""
        self.stop()
        epmd = shutil.which("epmd", path=self._environ["PATH"])
        if epmd is not None:
            subprocess.run([epmd, "-kill"], env=self._environ, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def rabbitmq() -> Iterator[RabbitMq | None]:
    """Run an empty server while the block runs; None where there is none."""
    if not _SERVER.exists():
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        server = RabbitMq(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.end()
