"""The processes of the `Procfile`, and how to tell that each of them answers."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from honcho.environ import parse_procfile

from ops.problem import Problem
from ops.workers import WORKERS

PROCFILE = Path("Procfile")
# name of a process: the setting of its port, and the path that answers 200 when it works
HEALTH = {
    "shop": ("FRONTDESK_SHOP_PORT", "/health"),
    "actions": ("FRONTDESK_ACTIONS_PORT", "/health"),
    "rasa": ("FRONTDESK_RASA_PORT", "/webhooks/web/health"),
    "desk": ("FRONTDESK_DESK_PORT", "/health"),
}
PROBE_SECONDS = 2.0


@dataclass(frozen=True)
class Service:
    """One process of the Procfile.

    `port_setting` is None for a process that we know no health check of (somebody's own): it
    counts as working while it runs. `workers` of more than one are processes of the same command,
    which that process starts.
    """

    name: str
    command: str
    host: str
    port: int = 0
    port_setting: str | None = None
    health_path: str = ""
    workers: int = 1

    def answers(self) -> bool:
        """Ask the process whether it works: True when its health check gives 200."""
        if self.port_setting is None:
            return True
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", self.health_path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False  # not yet, or no longer: that is the answer
        finally:
            connection.close()


def local_host(environ: Mapping[str, str]) -> str:
    """Give the address under which our own servers are reached from this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not listened on
    return everywhere.get(environ["FRONTDESK_HOST"], environ["FRONTDESK_HOST"])


def read_procfile(environ: Mapping[str, str], path: Path = PROCFILE) -> dict[str, Service]:
    """Read the processes to start, in the Procfile's order. Raises Problem."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(
            f"{path} cannot be read ({error}). Put it back (git checkout {path}).", status=2
        ) from None
    names: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = re.match(r"([A-Za-z0-9_-]+):\s*\S", line)
        if not found:
            raise Problem(f"{path}:{number}: not 'name: command'. Correct it there.", status=2)
        if found.group(1) in names:
            raise Problem(
                f"{path}:{number}: the process {found.group(1)} is there twice. Rename one.",
                status=2,
            )
        names.append(found.group(1))
    services = {}
    for name, command in parse_procfile(text).processes.items():
        setting, health_path = HEALTH.get(name, (None, ""))
        services[name] = Service(
            name=name,
            command=command,
            host=local_host(environ),
            port=int(environ[setting]) if setting else 0,
            port_setting=setting,
            health_path=health_path,
            workers=int(environ.get(WORKERS.get(name, ""), "1")),
        )
    return services
