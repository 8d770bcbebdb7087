"""The people who use the desk: their roles, passwords and sign-ins."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import IntEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection, Row

from desk.database import now
from desk.schema import SESSIONS, USERS

_HASHER = PasswordHasher()
MIN_PASSWORD = 10  # characters
_SEEN_EVERY = 30_000  # ms between two notes that somebody is there
_HOUR = 3_600_000  # ms
# Asked for with every request. As text: building it anew each time takes as long as all the rest.
_SESSION_OF = text(
    "SELECT users.*, sessions.csrf, sessions.seen_at FROM sessions "
    "JOIN users ON users.id = sessions.user_id WHERE sessions.token_hash = :token_hash"
)


class Role(IntEnum):
    """What somebody may do: each role also what the ones below it may."""

    AGENT = 1
    LEAD = 2
    ADMIN = 3

    @classmethod
    def named(cls, name: str) -> Role:
        """Return the role of a name such as `agent`.

        Raises:
            ValueError: there is none.
        """
        try:
            return cls[name.upper()]
        except KeyError:
            raise ValueError("the role must be agent, lead or admin") from None


class UserProblem(Exception):
    """A user cannot be made or changed like this; the message says why, for whoever tries."""


@dataclass(frozen=True)
class User:
    """Somebody who may sign in; `name` is what customers see."""

    id: int
    login: str
    name: str
    role: Role
    active: bool


@dataclass(frozen=True)
class Session:
    """A sign-in.

    Attributes:
        user: whose.
        csrf: what forms must carry.
        seen_at: when somebody was last known to be there, ms since 1970.
    """

    user: User
    csrf: str
    seen_at: int

    @property
    def needs_note(self) -> bool:
        """Whether `seen` would write anything; asking is cheaper."""
        return self.seen_at < now() - _SEEN_EVERY


def add(connection: Connection, login: str, name: str, role: Role, password: str) -> User:
    """Make a user.

    Raises:
        UserProblem: the login is taken or empty, or the password is too short.
    """
    login, name = login.strip().lower(), name.strip()
    if not login or not name or len(login) > 128 or len(name) > 128:
        raise UserProblem("Give a login and a name, of at most 128 characters each.")
    _check(password)
    if connection.execute(select(USERS.c.id).where(USERS.c.login == login)).first():
        raise UserProblem(f"There is a user {login} already.")
    values = {
        "login": login,
        "name": name,
        "role": role.name.lower(),
        "password_hash": _HASHER.hash(password),
        "active": True,
        "created_at": now(),
    }
    number = connection.execute(USERS.insert().values(values)).inserted_primary_key[0]
    return User(number, login, name, role, True)


def from_elsewhere(connection: Connection, login: str, name: str) -> User:
    """Return the row of somebody who works at another desk; make it, or bring its name up to date.

    It has no password and is not active: nobody can sign in with it.

    Args:
        connection: inside a writing transaction.
        login: of the kind `system:id`, which no sign-in can have.
        name: what customers see.
    """
    user = by_login(connection, login)
    if user is None:
        values = {
            "login": login,
            "name": name,
            "role": Role.AGENT.name.lower(),
            "password_hash": "-",
            "active": False,
            "created_at": now(),
        }
        connection.execute(USERS.insert().values(values))
    elif user.name != name:
        connection.execute(USERS.update().where(USERS.c.login == login).values(name=name))
    found = by_login(connection, login)
    if found is None:
        raise UserProblem(f"There is no user {login}.")
    return found


def update(
    connection: Connection,
    user_id: int,
    *,
    role: Role | None = None,
    active: bool | None = None,
    password: str | None = None,
) -> User:
    """Change a user. Whoever loses a right, or gets another password, is signed out.

    Raises:
        UserProblem: there is no such user, the password is too short, or no admin would be left.
    """
    user = get(connection, user_id)
    if user is None:
        raise UserProblem("There is no such user.")
    values: dict[str, object] = {}
    if role is not None:
        values["role"] = role.name.lower()
    if active is not None:
        values["active"] = active
    if password is not None:
        _check(password)
        values["password_hash"] = _HASHER.hash(password)
    if values:
        connection.execute(USERS.update().where(USERS.c.id == user_id).values(values))
        connection.execute(SESSIONS.delete().where(SESSIONS.c.user_id == user_id))
    admins = select(func.count()).select_from(USERS)
    admins = admins.where(USERS.c.role == "admin", USERS.c.active.is_(True))
    if not connection.execute(admins).scalar_one():
        raise UserProblem("Somebody must stay admin.")
    changed = get(connection, user_id)
    assert changed is not None
    return changed


def get(connection: Connection, user_id: int) -> User | None:
    """Return a user, or None."""
    row = connection.execute(select(USERS).where(USERS.c.id == user_id)).first()
    return None if row is None else _user(row)


def by_login(connection: Connection, login: str) -> User | None:
    """Return the user of a login, or None."""
    row = connection.execute(select(USERS).where(USERS.c.login == login.strip().lower())).first()
    return None if row is None else _user(row)


def everybody(connection: Connection) -> list[User]:
    """Return all users by name, those who may not sign in any more included."""
    rows = connection.execute(select(USERS).order_by(USERS.c.name, USERS.c.id))
    return [_user(row) for row in rows]


def any_active(connection: Connection) -> bool:
    """Tell whether anybody can sign in."""
    return (
        connection.execute(select(USERS.c.id).where(USERS.c.active.is_(True))).first() is not None
    )


def check_password(connection: Connection, login: str, password: str) -> User | None:
    """Return the user whose login and password these are; None for all others, equally slowly."""
    row = connection.execute(select(USERS).where(USERS.c.login == login.strip().lower())).first()
    known = row is not None and row.active
    try:
        _HASHER.verify(row.password_hash if known else _DUMMY, password)
    except (VerificationError, InvalidHashError):
        return None
    return _user(row) if known else None


def begin_session(connection: Connection, user: User) -> str:
    """Sign a user in; return the token that the browser keeps."""
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": _hash(token),
        "user_id": user.id,
        "csrf": secrets.token_urlsafe(32),
        "created_at": now(),
        "seen_at": now(),
    }
    connection.execute(SESSIONS.insert().values(values))
    return token


def session_of(connection: Connection, token: str, hours: float) -> Session | None:
    """Return the sign-in of a token, None if there is none or it has ended.

    Args:
        connection: inside a transaction.
        token: from the browser.
        hours: after how long without a request a sign-in ends.
    """
    row = connection.execute(_SESSION_OF, {"token_hash": _hash(token)}).first()
    if row is None or not row.active or row.seen_at < now() - hours * _HOUR:
        return None
    return Session(_user(row), row.csrf, row.seen_at)


def seen(connection: Connection, token: str) -> None:
    """Note that somebody is there; inside a writing transaction."""
    old = (SESSIONS.c.token_hash == _hash(token)) & (SESSIONS.c.seen_at < now() - _SEEN_EVERY)
    connection.execute(SESSIONS.update().where(old).values(seen_at=now()))


def end_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(SESSIONS.delete().where(SESSIONS.c.token_hash == _hash(token)))


def end_old_sessions(connection: Connection, hours: float) -> None:
    """Forget sign-ins that have ended."""
    old = SESSIONS.c.seen_at < now() - hours * _HOUR
    connection.execute(SESSIONS.delete().where(old))


def present(connection: Connection, minutes: float) -> int:
    """Return how many people have been at the desk within so many minutes."""
    since = now() - minutes * 60_000
    query = select(func.count(func.distinct(SESSIONS.c.user_id))).where(SESSIONS.c.seen_at > since)
    return int(connection.execute(query).scalar_one())


def _check(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise UserProblem(f"A password needs {MIN_PASSWORD} characters or more.")
    if len(password) > 1024:
        raise UserProblem("A password may have 1024 characters at most.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _user(row: Row) -> User:
    return User(row.id, row.login, row.name, Role.named(row.role), bool(row.active))


_DUMMY = _HASHER.hash(secrets.token_urlsafe(16))
