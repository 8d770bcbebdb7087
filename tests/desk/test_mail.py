"""Tickets by e-mail, to a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator

import aiosmtplib
import pytest

from backends import smtp
from desk import conversations, handoffs
from desk.database import Database, now
from desk.mail import Mailer, MailProblem, MailSettings, from_environ
from desk.states import Event
from tests.desk.people import said, wanted
from tests.providers.smtp_server import SmtpServer, smtp_server


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


def _mailer(database: Database, server: SmtpServer) -> Mailer:
    settings = MailSettings(
        "help@example.com", "desk@example.com", smtp.SmtpServer("127.0.0.1", server.port)
    )
    return Mailer(database, settings)


def _later() -> int:
    """A moment at which everything done so far has settled."""
    return now() + 60_000


def _ticket(database: Database, conversation_id: str = "c1") -> int:
    with database.write() as connection:
        conversations.add(connection, said("Where is it? Größe „M“ 🙂", conversation_id))
        one = handoffs.request(connection, wanted(conversation_id, summary="A late parcel."))
        handoffs.change(connection, one.id, Event.MESSAGE)
    return one.id


async def test_a_ticket_is_mailed_once_with_what_was_said(
    either_database: Database, server: SmtpServer
) -> None:
    mailer = _mailer(either_database, server)
    assert await mailer.round(_later()) == 0
    one = _ticket(either_database)
    assert await mailer.round(_later()) == 1
    assert await mailer.round(_later()) == 0
    assert await _mailer(either_database, server).round(_later()) == 0  # after a restart
    (mail,) = server.mails
    assert mail["To"] == "help@example.com"
    assert mail["Subject"] == f"[desk-{one}] customer asked (web)"
    text = mail.get_content()
    assert "A late parcel." in text
    assert "Customer: Where is it? Größe „M“ 🙂" in text


async def test_a_request_that_came_with_a_ticket_is_mailed_too(
    database: Database, server: SmtpServer
) -> None:
    mailer = _mailer(database, server)
    await mailer.round(_later())
    with database.write() as connection:
        handoffs.request(connection, wanted("c1", ticket="T-1007"))
        handoffs.request(connection, wanted("c2"))  # waits for a person, and is no ticket
    assert await mailer.round(_later()) == 1
    assert server.mails[0]["Subject"].startswith("[T-1007]")


async def test_what_lies_before_the_first_start_is_not_mailed(
    database: Database, server: SmtpServer
) -> None:
    _ticket(database)
    assert await _mailer(database, server).round(_later()) == 0
    assert server.mails == []


async def test_what_is_refused_is_sent_later_under_the_same_id_and_in_order(
    database: Database, server: SmtpServer
) -> None:
    mailer = _mailer(database, server)
    await mailer.round(_later())
    first, second = _ticket(database), _ticket(database, "c2")
    server.refusals = ["451 try again later"]
    with pytest.raises(aiosmtplib.SMTPException):
        await mailer.round(_later())
    assert server.mails == []
    assert await mailer.round(_later()) == 2
    ids = [mail["Message-ID"] for mail in server.mails]
    assert [one.partition(".")[0] for one in ids] == [f"<handoff-{first}", f"<handoff-{second}"]


async def test_what_has_just_happened_waits_until_nothing_earlier_can_appear(
    database: Database, server: SmtpServer
) -> None:
    mailer = _mailer(database, server)
    await mailer.round(_later())
    _ticket(database)
    assert await mailer.round(now()) == 0
    assert await mailer.round(_later()) == 1


def test_nothing_is_mailed_without_an_address() -> None:
    assert from_environ({}) is None


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://u:p%40ss@mail.example.com", 587, False),
        ("smtps://mail.example.com:2465", 2465, True),
    ],
)
def test_the_server_is_named_by_an_address(url: str, port: int, tls: bool) -> None:
    found = from_environ({"FRONTDESK_DESK_MAIL_TO": "a@b.example", "FRONTDESK_DESK_SMTP_URL": url})
    assert found is not None
    assert (found.server.host, found.server.port, found.server.tls) == (
        "mail.example.com",
        port,
        tls,
    )
    assert found.server.password == ("p@ss" if "@" in url else None)
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"FRONTDESK_DESK_SMTP_URL": ""}, "SMTP_URL"),
        ({"FRONTDESK_DESK_SMTP_URL": "http://mail.example.com"}, "SMTP_URL"),
        ({"FRONTDESK_DESK_SMTP_URL": "smtp://mail.example.com:x"}, "SMTP_URL"),
        ({"FRONTDESK_DESK_MAIL_TO": "nobody"}, "MAIL_TO"),
        ({"FRONTDESK_DESK_MAIL_FROM": "nobody"}, "MAIL_FROM"),
    ],
)
def test_what_cannot_work_is_named(wrong: dict[str, str], name: str) -> None:
    right = {
        "FRONTDESK_DESK_MAIL_TO": "a@b.example",
        "FRONTDESK_DESK_SMTP_URL": "smtp://mail.example.com",
    }
    with pytest.raises(MailProblem, match=name):
        from_environ(right | wrong)
