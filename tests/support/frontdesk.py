"""The whole product for tests: shop, action server and Rasa server as processes on free ports."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.database import Database
from ops.settings import SETTINGS, with_defaults
from tests.support.processes import Server, running
from tests.support.shop import RunningShop, free_port, running_shop

# Importing TensorFlow and loading the model takes 10 s on a quiet machine.
RASA_READY_SECONDS = 240.0
# So many that a test never meets the limit; the limit itself is tested with the channel.
RATE = "100000/minute"


@dataclass
class Frontdesk:
    """A running installation.

    Attributes:
        shop: the demo shop, whose storefront has the chat.
        actions: the action server.
        rasa: the Rasa server with the web channel.
        desk: the people's desk, which is not started until `with_desk` does it.
        folder: where every database and log of it is.
    """

    shop: RunningShop
    actions: Server
    rasa: Server
    desk: Server
    folder: Path

    @property
    def chat_url(self) -> str:
        """The address of the web channel's HTTP API, without a slash at the end."""
        return self.rasa.health.removesuffix("/health")

    @property
    def rasa_url(self) -> str:
        """The address of Rasa's server, without a slash at the end."""
        return self.chat_url.removesuffix("/webhooks/web")

    @property
    def origin(self) -> str:
        """The site whose page may open chats."""
        return self.shop.url

    def renew(self) -> None:
        """Bring it to its beginning: every process runs, the shop is as it was seeded.

        Conversations stay: each test begins its own.
        """
        self.shop.stop()
        for path in self.shop.folder.glob("shop.db*"):
            path.unlink()
        self.shop.start()
        # Behind the shop: an action server that is started anew shall know of no outage.
        for server in (self.actions, self.rasa):
            if server.process is None or server.process.poll() is not None:
                server.start()

    @contextlib.contextmanager
    def with_desk(self, settings: Mapping[str, str] | None = None) -> Iterator[Database]:
        """Run a new desk while the block runs; gives its database.

        The action server starts anew: it may have found no desk just now and leave it in peace.

        Args:
            settings: further FRONTDESK_* settings of the desk.
        """
        url = self.desk.environ["FRONTDESK_DESK_DB"]
        plain = self.desk.environ
        self.desk.environ = {**plain, **(settings or {})}
        for path in self.folder.glob("desk.db*"):
            path.unlink()
        # What earlier tests asked for while there was no desk would stand in the queue of this one.
        with contextlib.closing(sqlite3.connect(self.folder / "events.db", timeout=60)) as events:
            events.execute("DELETE FROM outbox_events")
            events.commit()
        self.actions.stop()
        with running(self.desk):
            self.actions.start()
            database = Database(url)
            try:
                yield database
            finally:
                database.close()
                self.desk.environ = plain

    @property
    def desk_url(self) -> str:
        """The address of the desk, without a slash at the end."""
        return self.desk.health.removesuffix("/health")

    @property
    def logs(self) -> tuple[Path, Path]:
        """The files with what the action server and Rasa print."""
        return self.actions.log, self.rasa.log


@contextlib.contextmanager
def paused(server: Server) -> Iterator[None]:
    """Make a server take connections but answer nothing while the block runs."""
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def frontdesk(
    model: Path, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[Frontdesk]:
    """Run the whole product while the block runs.

    Args:
        model: path of a trained model.
        folder: an empty folder for databases and logs.
        settings: further FRONTDESK_* settings, such as those of another channel.
    """
    rasa_port, actions_port, desk_port = free_port(), free_port(), free_port()
    rasa_url, actions_url = (f"http://127.0.0.1:{port}" for port in (rasa_port, actions_port))
    with running_shop(folder, FRONTDESK_CHAT_URL=rasa_url) as shop:
        # Every setting is given, so that nobody's .env has a say.
        environ = with_defaults(
            {
                "FRONTDESK_RASA_PORT": str(rasa_port),
                "FRONTDESK_ACTIONS_PORT": str(actions_port),
                "FRONTDESK_SHOP_PORT": str(shop.port),
                "FRONTDESK_DESK_PORT": str(desk_port),
                "FRONTDESK_SHOP_TOKEN": shop.token,
                "FRONTDESK_VAR": str(folder),
                "FRONTDESK_MODEL": str(model),
                "FRONTDESK_BACKEND_TIMEOUT": "2",
                "FRONTDESK_WEB_RATE": RATE,
                **{
                    name: secrets.token_urlsafe(32)
                    for name, setting in SETTINGS.items()
                    if setting.secret and not setting.optional and name != "FRONTDESK_SHOP_TOKEN"
                },
                **(settings or {}),
            }
        )
        # The channel limits the sessions of one address. Where a proxy says who its clients are,
        # as here one test for many customers, the limit is theirs.
        behind_a_proxy = {"SANIC_PROXIES_COUNT": "1"}
        actions = Server("actions", f"{actions_url}/health", environ, folder / "actions.log")
        rasa = Server(
            "ops.rasa",
            f"{rasa_url}/webhooks/web/health",
            {**environ, **behind_a_proxy},
            folder / "rasa.log",
            ready_seconds=RASA_READY_SECONDS,
        )
        desk = Server("desk", f"http://127.0.0.1:{desk_port}/health", environ, folder / "desk.log")
        with running(actions), running(rasa):
            yield Frontdesk(shop, actions, rasa, desk, folder)
