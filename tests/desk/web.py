"""The desk's web application in this process, with people who can sign in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient

from desk import handoffs, users
from desk.app import create_app
from desk.desk import Desk
from desk.hours import Hours
from desk.settings import Settings
from desk.users import Role, User
from desk.web import signing_in
from tests.desk.people import wanted

TOKEN = "a-token-for-the-desk-in-tests-0123456789"
PASSWORD = "correct horse battery"


@dataclass
class Web:
    """A running desk and its people.

    Attributes:
        client: nobody is signed in.
        desk: its operations.
        people: a user of each role, by its name.
    """

    client: TestClient
    desk: Desk
    people: dict[str, User]

    def sign_in(self, role: str) -> Browser:
        """A browser in which somebody of a role is signed in."""
        client = TestClient(self.client.app, follow_redirects=False)
        data = {"login": role, "password": PASSWORD}
        assert client.post("/login", data=data).status_code == 303
        page = client.get("/", headers={"accept": "text/html"}).text
        csrf = re.search(r'data-csrf="([^"]+)"', page)
        assert csrf is not None
        return Browser(client, csrf[1], self.people[role])

    def queued(self, conversation_id: str = "c1", **more: object) -> int:
        """The id of a handoff that waits."""
        with self.desk.database.write() as connection:
            return handoffs.request(connection, wanted(conversation_id, **more)).id


@dataclass
class Browser:
    """Somebody who is signed in."""

    client: TestClient
    csrf: str
    user: User

    def get(self, path: str) -> tuple[int, str]:
        """Open a page; its status and text."""
        answer = self.client.get(path, headers={"accept": "text/html"})
        return answer.status_code, answer.text

    def post(self, path: str, **data: object) -> int:
        """Send a form of our own page; the status."""
        answer = self.client.post(path, data={"csrf": self.csrf, **data})
        return answer.status_code


def settings_in(folder: Path) -> Settings:
    """Settings of a desk whose Rasa does not answer, with its databases in a folder."""
    return Settings(
        host="127.0.0.1",
        port=0,
        database=f"sqlite:///{folder}/desk.db",
        events=f"sqlite:///{folder}/events.db",
        token=TOKEN,
        rasa_url="http://127.0.0.1:9",
        rasa_token="r" * 32,
        hours=Hours.load(Path("desk/hours.yml")),
    )


def add_people(desk: Desk) -> dict[str, User]:
    """Let a user of each role in; their login is the role's name."""
    people = {}
    with desk.database.write() as connection:
        for role in Role:
            name = role.name.lower()
            people[name] = users.add(connection, name, name.title(), role, PASSWORD)
    return people


@contextmanager
def running(folder: Path) -> Iterator[Web]:
    """Run a desk whose Rasa does not answer."""
    signing_in.forget_tries()
    app = create_app(settings_in(folder))
    desk: Desk = app.state.parts.desk
    people = add_people(desk)
    with TestClient(app, follow_redirects=False) as client:
        yield Web(client, desk, people)
