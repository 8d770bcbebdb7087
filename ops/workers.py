"""Several processes of one server: what they need, and how many there are."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Mapping, MutableMapping
from pathlib import Path

import redis

from ops.problem import Problem

WORKERS = {"rasa": "FRONTDESK_RASA_WORKERS", "actions": "FRONTDESK_ACTION_WORKERS"}
REDIS = "FRONTDESK_REDIS_URL"
_SECONDS = 5  # that Redis may take to answer


def check_workers(environ: Mapping[str, str]) -> None:
    """Make sure that the processes of Rasa can work together. Raises Problem."""
    url, setting = environ.get(REDIS), WORKERS["rasa"]
    if not url:
        if int(environ[setting]) > 1:
            raise Problem(
                f"{setting} is {environ[setting]}, and several processes of Rasa need a Redis to "
                f"keep messages in order. Give its address in {REDIS}, such as "
                f"redis://127.0.0.1:6379, or set {setting}=1, and start again.",
                status=2,
            )
        return
    try:
        client = redis.Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
        with client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        # its own words may quote the address, and in it the password
        raise Problem(
            f"the Redis of {REDIS} does not answer ({type(error).__name__}). Start it, or correct "
            f"the address, or set {setting}=1 and no {REDIS}, and start again.",
        ) from None


def end_also_at_start() -> None:
    """Have a process that Sanic forks end when it is told to before it serves.

    Until then it has the handler of the process it came from, which hands the signal on to the
    processes it started: the signal would be lost, and the process run on without a parent.
    """
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))


def tell_rasa(environ: MutableMapping[str, str], var: Path) -> None:
    """Set what Rasa and prometheus_client read: how many processes, and where they count."""
    environ["SANIC_WORKERS"] = environ[WORKERS["rasa"]]
    if int(environ["SANIC_WORKERS"]) > 1:
        folder = var / "metrics"
        shutil.rmtree(folder, ignore_errors=True)  # the counts of the last run
        folder.mkdir()
        environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
