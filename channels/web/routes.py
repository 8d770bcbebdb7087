"""The web channel's HTTP surface (`docs/web-channel.md`)."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response
from sqlalchemy.exc import SQLAlchemyError

from channels.body import limit_discarded
from channels.metrics import acknowledged, count
from channels.normalise import EmptyText, TextTooLong, clean_text
from channels.rate import RateLimit
from channels.turns import OnNewMessage
from channels.web.choices import InvalidChoice
from channels.web.http import Origins, Refusal, bearer_token, read_body, read_json
from channels.web.hub import TooManyStreams
from channels.web.log import Accepted, UnknownConversation
from channels.web.output import NAME
from channels.web.service import WebService
from channels.web.settings import WebSettings
from channels.web.stream import EventStream, StalledReader
from channels.web.tokens import InvalidToken, Session
from channels.web.widget_file import WIDGET, WidgetFile
from channels.workers import describe

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[HTTPResponse | None]]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EVENT_ID = re.compile(r"[0-9]{1,9}")
_RETRY_SOON = 5  # s, while the server starts or stops or its database fails
_MAX_EMPTY_BODY = 1024  # bytes, where nothing is read from it
_TYPING_RATE = "60/minute"  # of one conversation; the widget says it every few seconds
# JSON writes a character outside Unicode's first plane in up to 12 bytes ("\ud83d\ude00").
_BYTES_PER_CHAR = 12
_BODY_REST = 4096  # bytes for everything else in a message's body, a choice included


def web_blueprint(
    service: WebService, settings: WebSettings, on_new_message: OnNewMessage
) -> Blueprint:
    """Return the channel's routes, and its part in the server's start and stop.

    Args:
        service: the channel.
        settings: its settings.
        on_new_message: has Rasa's agent handle a message.
    """
    origins = Origins(settings.origins)
    routes = _Routes(service, settings, origins)
    blueprint = Blueprint("frontdesk_web")

    def add(method: str, path: str, handler: Handler) -> None:
        blueprint.add_route(
            _answering(handler),
            path,
            methods=[method],
            # Bodies are read by the handlers, which know how large they may be.
            stream=method == "POST",
            name=f"{method} {path}".replace(".", "-"),
        )

    surface: dict[str, dict[str, Handler]] = {
        "/session": {"POST": routes.session, "OPTIONS": _preflight},
        "/messages": {"POST": routes.messages, "OPTIONS": _preflight},
        "/typing": {"POST": routes.typing, "OPTIONS": _preflight},
        "/events": {"GET": routes.events, "OPTIONS": _preflight},
        "/health": {"GET": routes.health},
        f"/{WIDGET.name}": {"GET": WidgetFile().respond},
    }
    for path, handlers in surface.items():
        for method in _METHODS:
            add(method, path, handlers.get(method, _wrong_method(handlers)))
    for method in _METHODS:
        add(method, "/<path:path>", _nowhere)

    @blueprint.middleware("response")
    async def set_cors_headers(request: Request, response: HTTPResponse) -> None:
        origins.set_headers(request, response.headers)
        if request.method == "OPTIONS" and response.status == 200:
            response.status = 204  # Rasa's extension answers 200 and a content type of "None"
        if request.path.endswith(WIDGET.name):
            # A script may be loaded by any page: what it may do is decided by the routes above.
            response.headers["Access-Control-Allow-Origin"] = "*"

    @blueprint.listener("before_server_start")
    async def start(app: Sanic, _loop: Any) -> None:
        await service.start(app, on_new_message)

    @blueprint.listener("before_server_stop")
    async def stop(_app: Sanic, _loop: Any) -> None:
        await service.stop()

    @blueprint.listener("after_server_stop")
    async def close(_app: Sanic, _loop: Any) -> None:
        await service.close()

    return blueprint


async def _preflight(_request: Request) -> HTTPResponse:
    return HTTPResponse(status=204)


async def _nowhere(_request: Request) -> HTTPResponse:
    raise Refusal(404, "not_found", "There is nothing at this address.")


def _wrong_method(handlers: Mapping[str, Handler]) -> Handler:
    allowed = ", ".join(handlers)

    async def refuse(_request: Request) -> HTTPResponse:
        raise Refusal(405, "wrong_method", f"This address takes {allowed}.")

    return refuse


def _answering(handler: Handler) -> Handler:
    """Turn what a handler raises into answers of the one error shape."""

    @wraps(handler)
    async def answer(request: Request, **_path: str) -> HTTPResponse | None:
        try:
            return await handler(request)
        except Refusal as refusal:
            return refusal.response()
        except UnknownConversation:
            return Refusal(
                401, "unknown_session", "This conversation no longer exists. Begin a new session."
            ).response()
        except SQLAlchemyError as problem:
            logger.error("web: the database failed.\n%s", describe(problem))
            return Refusal(
                503, "unavailable", "That could not be stored. Please try again.", _RETRY_SOON
            ).response()
        except Exception as problem:
            logger.error("web: a request failed.\n%s", describe(problem))
            return Refusal(500, "internal", "Something went wrong on our side.").response()

    return answer


class _Routes:
    """The handlers."""

    def __init__(self, service: WebService, settings: WebSettings, origins: Origins):
        self._service = service
        self._settings = settings
        self._origins = origins
        redis = settings.redis_url
        self._session_rate = RateLimit(settings.session_rate, redis, "web:sessions")
        self._message_rate = RateLimit(settings.rate, redis, "web:messages")
        self._typing_rate = RateLimit(_TYPING_RATE, redis, "web:typing")
        self._max_body = settings.max_chars * _BYTES_PER_CHAR + _BODY_REST

    async def session(self, request: Request) -> HTTPResponse:
        limit_discarded(request, _MAX_EMPTY_BODY)
        self._origins.refuse_foreign(request)
        self._refuse_unless_serving()
        wait = self._session_rate.hit(request.remote_addr or request.ip)
        if wait:
            raise Refusal(429, "too_many_sessions", "Too many sessions were begun.", wait)
        await read_body(request, _MAX_EMPTY_BODY)
        if "authorization" in request.headers:
            session = self._session_of(request)
            await self._service.log.last_id(session.conversation_id)
            token, session = self._service.tokens.issue(session.conversation_id)
        else:
            token, session = await self._service.begin_session()
        return json_response(
            {"token": token, "expires_at": _rfc3339(session.expires_at)},
            status=201,
            headers={"Cache-Control": "no-store"},
        )

    async def messages(self, request: Request) -> HTTPResponse:
        started = time.monotonic()
        try:
            accepted = await self._accept(request)
        except (Refusal, UnknownConversation):
            count(NAME, "refused")
            raise
        finally:
            acknowledged(NAME, time.monotonic() - started)
        body = {"accepted": True, "event_id": accepted.event_id, "duplicate": accepted.duplicate}
        return json_response(body, status=200 if accepted.duplicate else 202)

    async def _accept(self, request: Request) -> Accepted:
        limit_discarded(request, self._max_body)
        self._refuse_unless_serving()
        conversation_id = self._session_of(request).conversation_id
        count(NAME, "verified")
        wait = self._message_rate.hit(conversation_id)
        if wait:
            raise Refusal(429, "too_many_messages", "Please wait before writing again.", wait)
        body = await read_json(request, self._max_body)
        message_id = body.get("id")
        if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
            raise Refusal(
                400, "bad_id", "`id` must be 1 to 64 letters, digits, dots, dashes or underscores."
            )
        text, choice = body.get("text"), body.get("choice")
        if isinstance(text, str) and choice is None:
            return await self._service.accept_text(conversation_id, message_id, self._clean(text))
        if isinstance(choice, str) and text is None:
            try:
                opened = self._service.choices.open(conversation_id, choice)
            except InvalidChoice as problem:
                raise Refusal(400, "bad_choice", "This choice is not valid here.") from problem
            return await self._service.accept_choice(conversation_id, message_id, opened)
        raise Refusal(400, "bad_message", "Give either `text` or `choice`, as a string.")

    async def typing(self, request: Request) -> HTTPResponse:
        limit_discarded(request, _MAX_EMPTY_BODY)
        self._refuse_unless_serving()
        conversation_id = self._session_of(request).conversation_id
        wait = self._typing_rate.hit(conversation_id)
        if wait:
            raise Refusal(429, "too_many_typing", "Please say this less often.", wait)
        await read_body(request, _MAX_EMPTY_BODY)
        self._service.customer_types(conversation_id)
        return HTTPResponse(status=204)

    async def events(self, request: Request) -> HTTPResponse | None:
        if self._service.stopping:
            raise _stopping()
        session = self._session_of(request)
        last_id = _last_event_id(request)
        newest = await self._service.log.last_id(session.conversation_id)
        if last_id > newest:
            raise Refusal(
                400, "bad_last_event_id", "The conversation has no such event. Begin without one."
            )
        try:
            subscription = self._service.hub.subscribe(session.conversation_id)
        except TooManyStreams as problem:
            raise Refusal(
                429, "too_many_streams", "This conversation is open too often.", _RETRY_SOON
            ) from problem
        try:
            response = await request.respond(
                content_type="text/event-stream; charset=utf-8",
                headers={
                    "Cache-Control": "no-store, no-transform",
                    "X-Accel-Buffering": "no",  # nginx would hold events back
                },
            )
            stream = EventStream(
                self._service.log,
                session.conversation_id,
                subscription,
                response.send,
                self._settings.heartbeat,
            )
            await stream.run(last_id, session.expires_at.timestamp())
        except StalledReader:
            request.transport.abort()
        except Exception as problem:
            # The answer has begun: all that is left is to end it. The client comes back.
            logger.error("web: a stream failed.\n%s", describe(problem))
        finally:
            self._service.hub.unsubscribe(session.conversation_id, subscription)
        return None

    async def health(self, _request: Request) -> HTTPResponse:
        self._refuse_unless_serving()
        return json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})

    def _refuse_unless_serving(self) -> None:
        if self._service.stopping:
            raise _stopping()
        if not self._service.is_ready():
            raise Refusal(503, "starting", "The assistant's model is not loaded yet.", _RETRY_SOON)

    def _session_of(self, request: Request) -> Session:
        token = bearer_token(request)
        try:
            if token is None:
                raise InvalidToken
            return self._service.tokens.verify(token)
        except InvalidToken as problem:
            raise Refusal(
                401, "bad_token", "The session token is missing, invalid or expired."
            ) from problem

    def _clean(self, text: str) -> str:
        try:
            return clean_text(text, self._settings.max_chars)
        except EmptyText as problem:
            raise Refusal(400, "empty_text", "The message has no text.") from problem
        except TextTooLong as problem:
            raise Refusal(
                413,
                "text_too_long",
                f"The message has {problem.length} characters; at most {problem.limit} are "
                "accepted.",
            ) from problem


def _stopping() -> Refusal:
    return Refusal(503, "stopping", "The assistant is restarting.", _RETRY_SOON)


def _last_event_id(request: Request) -> int:
    given = request.headers.get("last-event-id", "").strip()
    if not given:
        return 0
    if not _EVENT_ID.fullmatch(given):
        raise Refusal(400, "bad_last_event_id", "`Last-Event-ID` must be an event's number.")
    return int(given)


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
