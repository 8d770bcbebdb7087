"""The agents' work: the queue, a conversation, and what can be done with it."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from desk import audit, users
from desk.desk import OUTCOMES
from desk.handoffs import UnknownHandoff
from desk.rasa import RasaAway, RasaRefused
from desk.users import Session
from desk.web import views
from desk.web.context import COOKIE, Acting, Parts, SignedIn, SignInNeeded, TheParts, session_now
from desk.web.context import note as note_presence
from desk.web.pages import render

logger = logging.getLogger(__name__)
router = APIRouter()

_HEARTBEAT = 20.0  # s; also how soon a signed-out page's stream ends


@router.get("/")
def queue_page(request: Request, session: SignedIn, parts: TheParts) -> Response:
    """Who waits, and whom agents have."""
    return render(request, "queue.html", session, **_queue(session, parts))


@router.get("/parts/queue")
async def queue_part(request: Request, parts: TheParts) -> Response:
    """Return the same without the page around it, for updates.

    Every open page asks for it when something changes: what it needs is read in one go, so that no
    request waits for a thread twice.
    """
    return await run_in_threadpool(_queue_part, request, parts)


def _queue_part(request: Request, parts: Parts) -> Response:
    token = request.cookies.get(COOKIE, "")
    with parts.desk.database.read() as connection:
        session = users.session_of(connection, token, parts.settings.session_hours)
        if session is None:
            raise SignInNeeded
        found = parts.board.look(connection, session)
    note_presence(parts, session, token)
    return render(request, "queue_part.html", session, **found)


@router.get("/handoffs/{handoff_id}")
def conversation_page(
    request: Request, handoff_id: int, session: SignedIn, parts: TheParts
) -> Response:
    """Show one conversation, with everything that is known about it."""
    found = _conversation(session, parts, handoff_id)
    return render(request, "conversation.html", session, outcomes=OUTCOMES, **found)


@router.get("/parts/handoffs/{handoff_id}")
def conversation_part(
    request: Request, handoff_id: int, session: SignedIn, parts: TheParts
) -> Response:
    """Return the same without what is typed into, for updates."""
    found = _conversation(session, parts, handoff_id)
    return render(request, "conversation_part.html", session, outcomes=OUTCOMES, **found)


@router.get("/conversation")
def earlier_page(
    request: Request,
    session: SignedIn,
    parts: TheParts,
    conversation_id: Annotated[str, Query(alias="id", max_length=255)] = "",
) -> Response:
    """Show a conversation that the assistant had alone, to whoever helps the same customer now."""
    with parts.desk.database.write() as connection:
        found = views.earlier_conversation(connection, conversation_id)
        if found is None:
            raise UnknownHandoff(conversation_id)
        audit.note_seen(connection, session.user.id, conversation_id)
    return render(request, "earlier.html", session, **found)


@router.post("/handoffs/{handoff_id}/take")
def take(handoff_id: int, session: Acting, parts: TheParts) -> Response:
    """Take a waiting conversation."""
    parts.desk.take(session.user, handoff_id)
    return _to(handoff_id)


@router.post("/handoffs/{handoff_id}/release")
def release(handoff_id: int, session: Acting, parts: TheParts) -> Response:
    """Put a conversation back into the queue."""
    parts.desk.release(session.user, handoff_id)
    return RedirectResponse("/", 303)


@router.post("/handoffs/{handoff_id}/give")
def give(
    handoff_id: int, session: Acting, parts: TheParts, agent: Annotated[int, Form()]
) -> Response:
    """Assign or transfer a conversation."""
    parts.desk.give(session.user, handoff_id, agent)
    return _to(handoff_id)


@router.post("/handoffs/{handoff_id}/resolve")
def resolve(
    handoff_id: int,
    session: Acting,
    parts: TheParts,
    outcome: Annotated[str, Form()] = "",
    tags: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """End a conversation with people."""
    parts.desk.resolve(session.user, handoff_id, outcome, tags.split(","))
    return RedirectResponse("/", 303)


@router.post("/handoffs/{handoff_id}/say")
def say(
    handoff_id: int,
    session: Acting,
    parts: TheParts,
    text: Annotated[str, Form()] = "",
    key: Annotated[str, Form(min_length=8, max_length=64)] = "",
) -> Response:
    """Send the customer a message."""
    parts.desk.say(session.user, handoff_id, text, key)
    return JSONResponse({"accepted": True}, 202)


@router.post("/handoffs/{handoff_id}/note")
def note(
    handoff_id: int, session: Acting, parts: TheParts, text: Annotated[str, Form()] = ""
) -> Response:
    """Keep an internal note."""
    parts.desk.note(session.user, handoff_id, text)
    return JSONResponse({"accepted": True}, 202)


@router.post("/handoffs/{handoff_id}/typing")
async def typing(handoff_id: int, session: Acting, parts: TheParts) -> Response:
    """Show the customer that the agent who has the conversation is writing."""
    handoff = await run_in_threadpool(parts.desk.of_agent, session.user, handoff_id)
    try:
        await parts.rasa.typing(handoff.channel, handoff.conversation_id, session.user.name)
    except (RasaAway, RasaRefused) as problem:
        logger.debug("typing could not be shown: %s", problem)
    return Response(status_code=204)


@router.get("/stream")
def stream(
    request: Request, session: SignedIn, parts: TheParts, conversation: str = ""
) -> Response:
    """Tell a page when something changed, or its customer is typing (server-sent events)."""
    token = request.cookies.get(COOKIE, "")
    return StreamingResponse(
        _changes(parts, token, conversation),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _changes(parts: Parts, token: str, conversation_id: str) -> AsyncIterator[str]:
    async for beat in parts.pulse.beats(_HEARTBEAT, conversation_id):
        # also notes that the page is open
        if await run_in_threadpool(session_now, parts, token) is None:
            return
        yield f"data: {json.dumps(asdict(beat))}\n\n"


def _queue(session: Session, parts: Parts) -> dict[str, Any]:
    with parts.desk.database.read() as connection:
        return parts.board.look(connection, session)


def _conversation(session: Session, parts: Parts, handoff_id: int) -> dict[str, Any]:
    """Return what the page shows, and record who saw it."""
    database, user_id = parts.desk.database, session.user.id
    with database.read() as connection:
        found = views.conversation(connection, handoff_id)
        subject = found["handoff"].conversation_id
        new = audit.needs_seen(connection, user_id, subject)
    if new:
        with database.write() as connection:
            audit.note_seen(connection, user_id, subject)
    return found


def _to(handoff_id: int) -> Response:
    return RedirectResponse(f"/handoffs/{handoff_id}", 303)
