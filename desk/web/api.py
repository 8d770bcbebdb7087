"""The API for our own processes: the action server asks for a person, and says when none is wanted;
channels say that a customer is typing, or did not get a message.

Everything here needs the bearer token FRONTDESK_DESK_TOKEN.
"""

from __future__ import annotations

import hmac
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from desk.handoffs import Request as Wanted
from desk.states import Event
from desk.web.context import TheParts, parts_of


class BadToken(Exception):
    """The bearer token is missing or wrong."""


def _check_token(request: Request) -> None:
    expected = f"Bearer {parts_of(request).settings.token}".encode()
    shown = request.headers.get("authorization", "").encode("latin-1", "replace")
    if not hmac.compare_digest(shown, expected):
        raise BadToken


router = APIRouter(prefix="/api/v1", dependencies=[Depends(_check_token)])

_Short = Annotated[str, Field(max_length=255)]


class _HandoffBody(BaseModel):
    key: Annotated[str, Field(min_length=8, max_length=255)]
    conversation_id: Annotated[str, Field(min_length=1, max_length=255)]
    channel: Annotated[str, Field(max_length=32)]
    reason: Annotated[str, Field(max_length=64)]
    summary: Annotated[str, Field(max_length=4000)] = ""
    priority: Literal["low", "normal", "high"] = "normal"
    skill: Annotated[str, Field(max_length=64)] = ""
    language: Annotated[str, Field(max_length=16)] = "en"
    facts: dict[_Short, Annotated[str, Field(max_length=2000)]] = {}
    offer: dict[Literal["title", "payload"], _Short] = {}
    customer_id: _Short | None = None


class _LeaveBody(BaseModel):
    conversation_id: Annotated[str, Field(min_length=1, max_length=255)]
    to: Literal["assistant", "ticket"]


class _UndeliveredBody(BaseModel):
    conversation_id: Annotated[str, Field(min_length=1, max_length=255)]
    key: Annotated[str, Field(min_length=1, max_length=255)]
    reason: Annotated[str, Field(max_length=500)]
    at: Annotated[float, Field(gt=0)]


class _TypingBody(BaseModel):
    conversation_id: Annotated[str, Field(min_length=1, max_length=255)]


@router.post("/handoffs")
def request_handoff(body: _HandoffBody, parts: TheParts) -> JSONResponse:
    """Put a conversation into the queue, if somebody is there."""
    answer = parts.desk.request(Wanted(**body.dict()))
    found: dict[str, Any] = {"state": answer.state, "place": answer.place, "wait": answer.wait}
    found["opens_at"] = answer.opens_at.isoformat() if answer.opens_at else None
    return JSONResponse(found)


@router.post("/typing")
async def typing(body: _TypingBody, parts: TheParts) -> Response:
    """Show whoever looks at a conversation that its customer is typing."""
    parts.pulse.customer_types(body.conversation_id)
    return Response(status_code=204)


@router.post("/undelivered")
def undelivered(body: _UndeliveredBody, parts: TheParts) -> Response:
    """Show whoever has a conversation that a message did not reach its customer."""
    parts.desk.undelivered(body.conversation_id, body.key, body.reason, body.at)
    return Response(status_code=204)


@router.post("/leave")
def leave(body: _LeaveBody, parts: TheParts) -> JSONResponse:
    """End a conversation's handoff because the customer wants it so."""
    ended, state = parts.desk.leave(
        body.conversation_id, Event.BACK if body.to == "assistant" else Event.MESSAGE
    )
    return JSONResponse(
        {
            "ended": ended is not None,
            "state": state.value if state else None,
            "handoff": ended,
        }
    )
