"""What Twilio posts to a webhook and answers from its API, as its documentation describes it.

Each function gives one kind of event with every parameter that the documentation names for it
(Messaging: "Twilio's request to your incoming message webhook URL", "Track outbound message
status", "Messages resource"; Usage: "Webhooks security"). The values are invented.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

API_VERSION = "2010-04-01"
# code -> what Twilio's error dictionary calls it
ERRORS = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    21211: "The 'To' number {to} is not a valid phone number.",
    21408: "Permission to send an SMS has not been enabled for the region indicated by 'To': {to}.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided ({sender}) is not a valid, message-capable Twilio "
    "phone number for this destination.",
    21609: "The 'StatusCallback' URL {callback} is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit.",
    21910: "Invalid From and To pair. From and To should be of the same channel",
    63016: "Failed to send freeform message because you are outside the allowed window.",
}


def new_sid(prefix: str = "SM") -> str:
    """A new identifier: two letters that name its kind, and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def sign(auth_token: str, url: str, params: Mapping[str, str] | None = None) -> str:
    """`X-Twilio-Signature`: HMAC-SHA1 over the URL and, sorted, each parameter with its value."""
    said = url + "".join(name + (params or {})[name] for name in sorted(params or {}))
    return base64.b64encode(
        hmac.new(auth_token.encode(), said.encode(), hashlib.sha1).digest()
    ).decode()


def error_body(code: int, status: int, **words: str) -> dict[str, Any]:
    """The body of an answer that refuses."""
    return {
        "code": code,
        "message": ERRORS[code].format_map({"to": "", "sender": "", "callback": ""} | words),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def incoming_sms(
    account_sid: str, sender: str, to: str, body: str, **further: str
) -> dict[str, str]:
    """A text message from a customer. `further`: parameters added or replaced."""
    sid = new_sid()
    return {
        "ToCountry": "GB",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": body,
        "FromCountry": "GB",
        "To": to,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": account_sid,
        "From": sender,
        "ApiVersion": API_VERSION,
    } | further


def incoming_mms(
    account_sid: str, sender: str, to: str, body: str, *types: str, **further: str
) -> dict[str, str]:
    """A message with media, one of each of the content `types`."""
    params = incoming_sms(account_sid, sender, to, body)
    sid = new_sid("MM")
    params |= {"SmsMessageSid": sid, "SmsSid": sid, "MessageSid": sid, "NumMedia": str(len(types))}
    for number, content_type in enumerate(types):
        media = f"{API_VERSION}/Accounts/{account_sid}/Messages/{sid}/Media/{new_sid('ME')}"
        params[f"MediaUrl{number}"] = f"https://api.twilio.com/{media}"
        params[f"MediaContentType{number}"] = content_type
    return params | further


def incoming_whatsapp(
    account_sid: str, sender: str, to: str, body: str, **further: str
) -> dict[str, str]:
    """A WhatsApp message; both addresses begin with `whatsapp:`."""
    sid = new_sid()
    return {
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ProfileName": "Anna",
        "MessageType": "text",
        "SmsSid": sid,
        "WaId": sender.removeprefix("whatsapp:+"),
        "SmsStatus": "received",
        "Body": body,
        "To": to,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": sid,
        "AccountSid": account_sid,
        "From": sender,
        "ApiVersion": API_VERSION,
    } | further


def whatsapp_button(
    account_sid: str, sender: str, to: str, title: str, payload: str
) -> dict[str, str]:
    """A tapped quick reply of a WhatsApp template."""
    kind = {"MessageType": "button", "ButtonText": title, "ButtonPayload": payload}
    return incoming_whatsapp(account_sid, sender, to, title, **kind)


def whatsapp_location(account_sid: str, sender: str, to: str) -> dict[str, str]:
    """A shared place."""
    place = {"Latitude": "53.7997", "Longitude": "-1.5492", "Address": "1 Mill Lane, Leeds"}
    return incoming_whatsapp(account_sid, sender, to, "", MessageType="location", **place)


def status_callback(
    message: Mapping[str, Any], status: str, error_code: int | None = None
) -> dict[str, str]:
    """A change in what became of a message that was sent (`message` as the API shows it)."""
    params = {
        "SmsSid": message["sid"],
        "SmsStatus": status,
        "MessageStatus": status,
        "To": message["to"],
        "MessageSid": message["sid"],
        "AccountSid": message["account_sid"],
        "From": message["from"] or "+15005550006",
        "ApiVersion": API_VERSION,
    }
    if message["messaging_service_sid"]:
        params["MessagingServiceSid"] = message["messaging_service_sid"]
    if error_code is not None:
        params |= {"ErrorCode": str(error_code)}
        if error_code in ERRORS:
            params |= {"ErrorMessage": ERRORS[error_code]}
    if message["to"].startswith("whatsapp:"):
        params |= {
            "ChannelPrefix": "whatsapp",
            "ChannelInstallSid": new_sid("XE"),
            "ChannelToAddress": message["to"],
            "EventType": {"delivered": "DELIVERED", "read": "READ"}.get(status, "UNDELIVERED"),
        }
    return params


def is_address(text: str) -> bool:
    """Whether a text is an http(s) address with a host, without underscores in it."""
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "_" not in parts.netloc
