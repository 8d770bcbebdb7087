"""The knowledge base's articles of which customers said that they did not help."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from backends.article_verdicts import VerdictsUnusable
from desk import audit
from desk.desk import BadInput
from desk.users import Role
from desk.web.context import Acting, Forbidden, SignedIn, TheParts
from desk.web.pages import render

router = APIRouter()


@router.get("/articles")
def articles_page(request: Request, session: SignedIn, parts: TheParts) -> Response:
    """Show the flagged articles with what customers had asked."""
    found, problem = [], ""
    if parts.verdicts is None:
        problem = "The desk is not connected to a knowledge base."
    else:
        try:
            found = parts.verdicts.flagged()
        except VerdictsUnusable as why:
            problem = f"{why}."
    return render(request, "articles.html", session, articles=found, problem=problem)


@router.post("/articles/{article_id}/settle")
def settle(article_id: str, session: Acting, parts: TheParts) -> Response:
    """Take an article off the list: it is mended, or was right."""
    if session.user.role < Role.LEAD:
        raise Forbidden
    if parts.verdicts is not None:
        try:
            parts.verdicts.settle(article_id, session.user.login)
        except VerdictsUnusable as why:
            raise BadInput(f"{why}.") from None
        with parts.desk.database.write() as connection:
            audit.note(connection, session.user.id, "settle_article", article_id)
    return RedirectResponse("/articles", 303)
