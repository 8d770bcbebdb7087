"""What Twilio posts, read into what a customer did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# "SM" or "MM" and 32 hexadecimal digits. Not only for order: the signature covers names and values
# without marks between them, so that a genuine request could be posted again with the parameters
# behind this one joined to its value, and would pass for a new message.
_MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
_SERVICE_SID = re.compile(r"MG[0-9a-f]{32}")
_NUMBER = re.compile(r"(?:whatsapp:)?\+[0-9]{6,15}")  # E.164
_SENDER = re.compile(r"(?:whatsapp:)?\+[0-9]{6,15}|[0-9]{3,8}")  # ours may be a short code
# What a telephone of Apple or Google writes when its owner reacts to a text message.
_TAPBACK = re.compile(
    r"\s*(?:(?:Liked|Disliked|Loved|Laughed at|Emphasi[sz]ed|Questioned|Reacted \S+ to|Removed an?"
    r" .{1,20} from)\s(?:[\"“„].*[\"”]|an? (?:image|picture|movie|attachment))|\S{1,8} to\s[\"“].*"
    r"[\"”])\s*",
    re.DOTALL,
)
_KINDS = {"image": "image", "video": "video", "audio": "audio"}
_CONTACTS = frozenset(["text/vcard", "text/x-vcard", "text/directory"])
_OPT_OUT_TYPES = frozenset(["STOP", "START", "HELP"])


class NotAMessage(Exception):
    """The request is genuine, and holds nothing to answer; the message says why."""


@dataclass(frozen=True)
class Arrived:
    """A message from a customer.

    Attributes:
        message_sid: Twilio's id of it, the same when it is delivered again.
        customer: the address it came from: E.164, after `whatsapp:` on WhatsApp.
        sender: our address it was written to.
        service: the Messaging Service that our address belongs to; empty without one.
        text: the words; may be empty.
        media: the kind of what came with them: image, video, audio, voice, sticker, contact, file
            or location; empty without.
        handled: "STOP", "START" or "HELP" when Twilio itself took it for that and has answered
            (Advanced Opt-Out); empty otherwise.
    """

    message_sid: str
    customer: str
    sender: str
    service: str
    text: str
    media: str
    handled: str

    @property
    def whatsapp(self) -> bool:
        """Whether it came by WhatsApp."""
        return self.customer.startswith("whatsapp:")

    @property
    def key(self) -> str:
        """Which conversation it belongs to: one for each of our addresses."""
        return f"{self.customer}|{self.sender}"

    @property
    def address(self) -> dict[str, str]:
        """Where answers go, and from where: from the address that was written to."""
        return {"to": self.customer, "from": self.sender, "service": self.service}


@dataclass(frozen=True)
class Report:
    """What became of a message that we sent.

    Attributes:
        message_sid: Twilio's id of it.
        status: queued, sending, sent, delivered, read, undelivered, failed, ...
        error: Twilio's error code; 0 without one.
    """

    message_sid: str
    status: str
    error: int

    @property
    def failed(self) -> bool:
        """Whether the message will never arrive."""
        return self.status in {"failed", "undelivered", "canceled"}


def read_message(params: Mapping[str, str], account_sid: str) -> Arrived:
    """Read an incoming message.

    Args:
        params: of a verified request.
        account_sid: ours.

    Returns:
        The message.

    Raises:
        NotAMessage: there is nothing to answer in it.
    """
    if params.get("AccountSid") != account_sid:
        raise NotAMessage("it is of another account")
    sid, customer, sender = (params.get(name, "") for name in ("MessageSid", "From", "To"))
    if not _MESSAGE_SID.fullmatch(sid):
        raise NotAMessage("its MessageSid is not one")
    if not _NUMBER.fullmatch(customer) or customer == sender:
        raise NotAMessage("nobody can be answered at the address that it came from")
    if not _SENDER.fullmatch(sender):
        raise NotAMessage("it was not written to a number")
    service = params.get("MessagingServiceSid", "")
    text = params.get("Body", "")
    if _TAPBACK.fullmatch(text) or params.get("MessageType") == "reaction":
        raise NotAMessage("it is a reaction")
    handled = params.get("OptOutType", "").upper()
    return Arrived(
        message_sid=sid,
        customer=customer,
        sender=sender,
        service=service if _SERVICE_SID.fullmatch(service) else "",
        text=text,
        media=_media(params, customer.startswith("whatsapp:")),
        handled=handled if handled in _OPT_OUT_TYPES else "",
    )


def read_report(params: Mapping[str, str]) -> Report | None:
    """Read a delivery report.

    Args:
        params: of a verified request.

    Returns:
        The report; None when the request is something else.
    """
    sid, status = params.get("MessageSid", ""), params.get("MessageStatus", "")
    if not status or not _MESSAGE_SID.fullmatch(sid):
        return None
    error = params.get("ErrorCode", "")
    return Report(
        sid, status.lower()[:32], int(error) if error.isascii() and error.isdigit() else 0
    )


def _media(params: Mapping[str, str], whatsapp: bool) -> str:
    """The kind of the first thing that is not words; empty without one."""
    if params.get("Latitude"):
        return "location"
    if params.get("NumMedia", "0") in ("", "0"):
        return ""
    content_type = params.get("MediaContentType0", "").partition(";")[0].strip().lower()
    if content_type in _CONTACTS:
        return "contact"
    if whatsapp and (content_type == "image/webp" or params.get("MessageType") == "sticker"):
        return "sticker"
    if whatsapp and content_type == "audio/ogg":
        return "voice"
    return _KINDS.get(content_type.partition("/")[0], "file")
