"""A real Postgres for tests, where the machine has one."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.shop import free_port


def _server_user() -> str | None:
    """Postgres refuses to run as root: the user to run it as, or None to run it as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


def _binary(name: str) -> str | None:
    found = shutil.which(name)
    # Debian keeps them out of the PATH.
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(newest[-1]) if newest else found


@contextlib.contextmanager
def postgres() -> Iterator[str | None]:
    """Run an empty server while the block runs; give its SQLAlchemy URL, None if there is none."""
    initdb, pg_ctl = _binary("initdb"), _binary("pg_ctl")
    if initdb is None or pg_ctl is None:
        yield None
        return
    user = _server_user()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        data = home / "data"
        data.mkdir(mode=0o700)
        if user is not None:
            shutil.chown(home, user)
            shutil.chown(data, user)

        def run(*command: str) -> None:
            subprocess.run(
                command,
                check=True,
                user=user,
                cwd=home,
                timeout=120,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
            )

        port = free_port()
        run(initdb, "-D", str(data), "-U", "tests", "-A", "trust", "--no-sync")
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(home / "log")
        run(pg_ctl, "-D", str(data), "-l", log, "-w", "-t", "60", "-o", options, "start")
        try:
            yield f"postgresql://tests@127.0.0.1:{port}/postgres"
        finally:
            run(pg_ctl, "-D", str(data), "-w", "-m", "immediate", "stop")
