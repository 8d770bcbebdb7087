"""The first person who can sign in, made once."""

from __future__ import annotations

import secrets

from desk import audit, users
from desk.database import Database
from desk.users import Role

LOGIN = "admin"


def make_first_admin(url: str) -> str | None:
    """Make the user `admin`, unless somebody can sign in already.

    Args:
        url: SQLAlchemy URL of the desk's database, which is prepared if it is new.

    Returns:
        The new user's password, to be shown once: it is stored nowhere. None if none was made.

    Raises:
        DatabaseProblem: the database cannot be used.
    """
    database = Database(url)
    try:
        database.prepare()
        with database.write() as connection:
            if users.any_active(connection):
                return None
            password = secrets.token_urlsafe(12)
            made = users.add(connection, LOGIN, "Admin", Role.ADMIN, password)
            audit.note(connection, None, "add_user", made.login, "first admin")
            return password
    finally:
        database.close()
