"""The desk's web application, and what it does besides answering requests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError

from backends.article_verdicts import ArticleVerdicts
from backends.connect import Backends
from desk import clock
from desk.chatwoot.bridge import Bridge
from desk.chatwoot.client import Chatwoot
from desk.courier import Courier
from desk.customers import Customers
from desk.database import Database
from desk.desk import BadInput, Desk, NotAllowed
from desk.handoffs import NotYours, UnknownHandoff
from desk.intake import Intake
from desk.intake_queue import QueueIntake, is_queue
from desk.mail import Mailer
from desk.oidc import Oidc
from desk.pulse import Pulse
from desk.rasa import Rasa
from desk.reactions import on_event
from desk.settings import Settings
from desk.states import NotPossible
from desk.web import api, articles, looking, running, signing_in, single, work
from desk.web import chatwoot as chatwoot_webhook
from desk.web.context import Forbidden, Parts, SignInNeeded
from desk.web.pages import STATIC, render

logger = logging.getLogger(__name__)

_INTAKE_POLL = 0.25  # s between looks for new events
_CLOCK_POLL = 2.0  # s between looks whether somebody waits too long


def create_app(
    settings: Settings, shop: Backends | None = None, verdicts: ArticleVerdicts | None = None
) -> FastAPI:
    """Make the application; the database is prepared, nothing else runs yet.

    Args:
        settings: how it is set up.
        shop: where customers and orders are looked up; closed at the end. None for nowhere.
        verdicts: what customers said of articles; closed at the end. None for nothing.

    Raises:
        DatabaseProblem: the database cannot be used.
    """
    database = Database(settings.database)
    database.prepare()
    pulse = Pulse()
    rasa = Rasa(settings.rasa_url, settings.rasa_token)
    courier = Courier(database, rasa, pulse.beat)

    def changed() -> None:
        pulse.beat()
        loop = app.state.loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(courier.wake)

    desk = Desk(
        database,
        settings.hours,
        settings.promise,
        changed,
        elsewhere=settings.chatwoot is not None,
    )
    chatwoot = Chatwoot(settings.chatwoot) if settings.chatwoot else None
    bridge = Bridge(desk, chatwoot) if chatwoot else None
    queued = is_queue(settings.events)
    intake = None if queued else Intake(settings.events, database, on_event)
    customers = Customers(shop) if shop else None

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        app.state.loop = asyncio.get_running_loop()
        pulse.bind()
        tasks = [
            asyncio.create_task(courier.run()),
            asyncio.create_task(_again("clock", _CLOCK_POLL, lambda: _look(desk, changed))),
        ]
        if intake:
            read = _again("intake", _INTAKE_POLL, lambda: _take_in(intake, changed))
        else:
            read = QueueIntake(settings.events, database, on_event, changed).run()
        tasks.append(asyncio.create_task(read))
        if settings.mail:
            tasks.append(asyncio.create_task(Mailer(database, settings.mail).run()))
        if bridge:
            tasks.append(asyncio.create_task(bridge.run()))
        if customers:
            tasks.append(asyncio.create_task(customers.watch(database, changed)))
        yield
        pulse.end()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await rasa.close()
        if chatwoot:
            await chatwoot.close()
        if shop:
            await shop.close()
        if verdicts:
            verdicts.close()
        if intake:
            intake.close()
        database.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.loop = None
    app.state.parts = Parts(
        settings,
        desk,
        pulse,
        rasa,
        bridge,
        customers,
        Oidc(settings.oidc) if settings.oidc else None,
        verdicts,
    )
    app.mount("/static", StaticFiles(directory=STATIC))
    for part in (api, articles, signing_in, single, work, looking, running, chatwoot_webhook):
        app.include_router(part.router)
    app.add_api_route("/health", _health, methods=["GET"])
    _add_refusals(app)
    return app


def _take_in(intake: Intake, changed: Callable[[], None]) -> bool:
    if intake.try_read():
        changed()
        return True
    return False


def _look(desk: Desk, changed: Callable[[], None]) -> bool:
    if clock.look(desk):
        changed()
    return False


async def _again(name: str, pause: float, work: Callable[[], bool]) -> None:
    """Do something in a thread for ever; at once again while it says that there is more."""
    while True:
        try:
            more = await asyncio.to_thread(work)
        except SQLAlchemyError as problem:
            logger.error(
                "%s: FRONTDESK_DESK_DB failed (%s); trying again.", name, type(problem).__name__
            )
            more = False
        if not more:
            await asyncio.sleep(pause)


def _health(request: Request) -> Response:
    parts: Parts = request.app.state.parts
    try:
        with parts.desk.database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        return JSONResponse({"status": "the database does not answer"}, 503)
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def _add_refusals(app: FastAPI) -> None:
    """Turn what routes raise into answers: pages for people, JSON for programs."""

    def refuse(request: Request, status: int, message: str) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if wants_page and not request.url.path.startswith("/api/"):
            return render(request, "refused.html", None, status, message=message)
        return JSONResponse({"message": message}, status, headers={"Cache-Control": "no-store"})

    @app.exception_handler(SignInNeeded)
    def sign_in(request: Request, _problem: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if request.method == "GET" and wants_page:
            return RedirectResponse("/login", 303)
        return refuse(request, 401, "Sign in first.")

    said: dict[type[Exception], tuple[int, str]] = {
        api.BadToken: (401, "The bearer token is missing or wrong."),
        Forbidden: (403, "You may not do that."),
        NotAllowed: (403, "You may not do that."),
        NotYours: (409, "Another agent has this conversation now."),
        UnknownHandoff: (404, "There is no such conversation."),
        NotPossible: (409, "Somebody was faster: this conversation has moved on."),
        RequestValidationError: (422, "Something in what was sent is missing or too long."),
    }
    for kind, (status, message) in said.items():

        def answer(
            request: Request, _problem: Exception, status: int = status, message: str = message
        ) -> Response:
            return refuse(request, status, message)

        app.add_exception_handler(kind, answer)

    @app.exception_handler(BadInput)
    def bad_input(request: Request, problem: Exception) -> Response:
        return refuse(request, 400, str(problem))
