"""Running the desk: its people, saved replies, what ended, and who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from desk import audit, handoffs, kpis, notes, users
from desk.database import now
from desk.desk import BadInput
from desk.users import Role, User, UserProblem
from desk.web.context import Acting, Forbidden, SignedIn, TheParts
from desk.web.pages import render

router = APIRouter()

_PERIODS = (1, 7, 30)  # days for which figures are shown
_DAY = 86_400_000  # ms


@router.get("/closed")
def closed_page(request: Request, session: SignedIn, parts: TheParts) -> Response:
    """Show the conversations that ended last."""
    with parts.desk.database.read() as connection:
        names = {one.id: one.name for one in users.everybody(connection)}
        return render(
            request, "closed.html", session, closed=handoffs.closed(connection), names=names
        )


@router.get("/replies")
def replies_page(request: Request, session: SignedIn, parts: TheParts) -> Response:
    """Show the saved replies."""
    with parts.desk.database.read() as connection:
        found = notes.saved_replies(connection)
    return render(request, "replies.html", session, replies=found)


@router.post("/replies")
def save_reply(
    session: Acting,
    parts: TheParts,
    name: Annotated[str, Form(max_length=80)] = "",
    text: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Keep a saved reply."""
    _need(session.user, Role.LEAD)
    if not name.strip() or not text.strip():
        raise BadInput("Give the reply a name and a text.")
    with parts.desk.database.write() as connection:
        notes.save_reply(connection, name.strip(), text.strip())
        audit.note(connection, session.user.id, "save_reply", name.strip())
    return RedirectResponse("/replies", 303)


@router.post("/replies/{reply_id}/delete")
def delete_reply(reply_id: int, session: Acting, parts: TheParts) -> Response:
    """Delete a saved reply."""
    _need(session.user, Role.LEAD)
    with parts.desk.database.write() as connection:
        notes.delete_reply(connection, reply_id)
        audit.note(connection, session.user.id, "delete_reply", str(reply_id))
    return RedirectResponse("/replies", 303)


@router.get("/kpis")
def kpis_page(
    request: Request, session: SignedIn, parts: TheParts, days: Annotated[int, Query()] = 7
) -> Response:
    """Show the figures of the last days."""
    _need(session.user, Role.LEAD)
    if days not in _PERIODS:
        raise BadInput(f"Choose one of {', '.join(map(str, _PERIODS))} days.")
    until = now()
    with parts.desk.database.read() as connection:
        found = kpis.report(connection, until - days * _DAY, until)
    return render(request, "kpis.html", session, report=found, days=days, periods=_PERIODS)


@router.get("/audit")
def audit_page(request: Request, session: SignedIn, parts: TheParts) -> Response:
    """Show who saw and did what."""
    _need(session.user, Role.LEAD)
    with parts.desk.database.read() as connection:
        lines = audit.newest(connection)
    return render(request, "audit.html", session, lines=lines)


@router.get("/people")
def people_page(request: Request, session: SignedIn, parts: TheParts) -> Response:
    """Show who may sign in."""
    _need(session.user, Role.ADMIN)
    with parts.desk.database.read() as connection:
        people = users.everybody(connection)
    return render(request, "people.html", session, people=people)


@router.post("/people")
def add_person(
    request: Request,
    session: Acting,
    parts: TheParts,
    login: Annotated[str, Form(max_length=128)] = "",
    name: Annotated[str, Form(max_length=128)] = "",
    role: Annotated[str, Form()] = "agent",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Let somebody in."""
    _need(session.user, Role.ADMIN)
    try:
        with parts.desk.database.write() as connection:
            added = users.add(connection, login, name, Role.named(role), password)
            audit.note(connection, session.user.id, "add_user", added.login, role)
    except (UserProblem, ValueError) as problem:
        raise BadInput(str(problem)) from problem
    return RedirectResponse("/people", 303)


@router.post("/people/{user_id}")
def change_person(
    user_id: int,
    session: Acting,
    parts: TheParts,
    role: Annotated[str, Form()] = "",
    active: Annotated[str, Form()] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Change somebody's role or password, or keep them out."""
    _need(session.user, Role.ADMIN)
    try:
        with parts.desk.database.write() as connection:
            changed = users.update(
                connection,
                user_id,
                role=Role.named(role) if role else None,
                active={"yes": True, "no": False}.get(active),
                password=password or None,
            )
            detail = f"role={role or '-'} active={active or '-'}"
            detail += " new password" if password else ""
            audit.note(connection, session.user.id, "change_user", changed.login, detail)
    except (UserProblem, ValueError) as problem:
        raise BadInput(str(problem)) from problem
    return RedirectResponse("/people", 303)


def _need(user: User, role: Role) -> None:
    if user.role < role:
        raise Forbidden
