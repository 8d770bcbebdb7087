"""What the shop knows, beside a conversation: the customer's card, and an order looked up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from desk import audit, handoffs
from desk.customers import ShopProblem
from desk.handoffs import Handoff
from desk.users import User
from desk.web.context import Acting, Parts, SignedIn, TheParts
from desk.web.pages import render

router = APIRouter()

_NO_SHOP = "The desk is not connected to a shop."
_NOT_PROVEN = "The customer has not proven who they are, so their records are not shown."


@router.get("/parts/handoffs/{handoff_id}/customer")
async def customer_part(
    request: Request, handoff_id: int, session: SignedIn, parts: TheParts
) -> Response:
    """Show a proven customer's record and latest orders; fetched after the conversation is."""
    handoff = await run_in_threadpool(_noted, parts, session.user, handoff_id, "view_customer", "")
    card, problem = None, _NOT_PROVEN
    if parts.customers is None:
        problem = _NO_SHOP
    elif handoff.customer_id is not None:
        try:
            card = await parts.customers.card(handoff.customer_id)
        except ShopProblem as why:
            problem = str(why)
    return render(
        request, "customer_part.html", session, handoff=handoff, card=card, problem=problem
    )


@router.post("/handoffs/{handoff_id}/order")
async def order(
    request: Request,
    handoff_id: int,
    session: Acting,
    parts: TheParts,
    number: Annotated[str, Form(max_length=64)] = "",
    proof: Annotated[str, Form(max_length=254)] = "",
) -> Response:
    """Look an order up for the customer, with the proof that the assistant would ask for."""
    handoff = await run_in_threadpool(
        _noted, parts, session.user, handoff_id, "look_order_up", number
    )
    found, problem = None, _NO_SHOP
    if parts.customers is not None:
        try:
            found = await parts.customers.order(handoff.customer_id, number, proof)
        except ShopProblem as why:
            problem = str(why)
    return render(request, "order_part.html", session, order=found, problem=problem)


def _noted(parts: Parts, user: User, handoff_id: int, did: str, detail: str) -> Handoff:
    with parts.desk.database.write() as connection:
        handoff = handoffs.get(connection, handoff_id)
        audit.note(connection, user.id, did, handoff.conversation_id, detail)
    return handoff
