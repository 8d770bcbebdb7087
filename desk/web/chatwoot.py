"""Where Chatwoot says that something happened there."""

from __future__ import annotations

import json
import logging

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.chatwoot.signature import SIGNATURE, TIMESTAMP, is_genuine
from desk.web.context import TheParts

logger = logging.getLogger(__name__)

router = APIRouter()

_MAX_BODY = 1_000_000  # bytes


@router.post("/webhooks/chatwoot")
async def webhook(request: Request, parts: TheParts) -> Response:
    """Have a look at the conversation of which it speaks."""
    settings = parts.settings.chatwoot
    if settings is None or parts.bridge is None:
        return Response(status_code=404)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            return Response(status_code=413)
    timestamp = request.headers.get(TIMESTAMP, "")
    signature = request.headers.get(SIGNATURE, "")
    if not is_genuine(settings.webhook_secret, bytes(body), timestamp, signature):
        logger.warning("a webhook was refused: see FRONTDESK_CHATWOOT_WEBHOOK_SECRET")
        return Response(status_code=403)
    try:
        content = json.loads(body)
        about = content.get("conversation") or content  # a message has one, a conversation is one
        number = int(about["id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return Response(status_code=204)  # of a contact, say: nothing for us
    parts.bridge.hint(number)
    return Response(status_code=204)
