"""The SMS channel's own settings, checked before anything is served."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from channels.settings import ChannelSettingsError
from channels.sms.client import API_URL
from channels.sms.keywords import STOP_WORDS

SECRETS = {
    "account_sid": "FRONTDESK_TWILIO_ACCOUNT_SID",
    "auth_token": "FRONTDESK_TWILIO_AUTH_TOKEN",
    # Not a secret, but without it no signature can be checked.
    "public_url": "FRONTDESK_PUBLIC_URL",
}
# The texts must be clear about who writes and how to end it (CTIA, Messaging Principles and Best
# Practices, section 5.1).
OPTIONS = {
    "sender": "",
    "api_url": API_URL,
    "segments": "3",
    "mms": "no",
    "keywords": "frontdesk",
    "stop_words": ",".join(sorted(STOP_WORDS)),
    "stop_text": "You will get no more messages from us. Reply START to get them again.",
    "start_text": "You will get our messages again. What can I do for you? Reply STOP to end them.",
    "help_text": (
        "This is the shop's automated assistant. Ask about an order or your account, or write "
        "PERSON for our team. Message rates may apply. Reply STOP to end."
    ),
}

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_SENDER = re.compile(r"(?:whatsapp:)?\+[0-9]{6,15}|MG[0-9a-fA-F]{32}|[0-9]{3,8}")
_NAMES = {
    "sender": "FRONTDESK_TWILIO_FROM",
    "api_url": "FRONTDESK_TWILIO_API_URL",
    "segments": "FRONTDESK_SMS_SEGMENTS",
    "mms": "FRONTDESK_SMS_MMS",
    "keywords": "FRONTDESK_SMS_KEYWORDS",
    "stop_words": "FRONTDESK_SMS_STOP_WORDS",
    "stop_text": "FRONTDESK_SMS_STOP_TEXT",
    "start_text": "FRONTDESK_SMS_START_TEXT",
    "help_text": "FRONTDESK_SMS_HELP_TEXT",
}


@dataclass(frozen=True, repr=False)
class SmsSettings:
    """How text messages are sent and taken.

    Attributes:
        account_sid: of the Twilio account.
        auth_token: of the account; signs what Twilio posts; never logged.
        public_url: what stands before `/webhooks/` in the addresses given to Twilio.
        sender: where answers come from: a number, `whatsapp:` and a number, or a Messaging
            Service; empty: from the number that was written to.
        api_url: where Twilio's API is.
        segments: most segments of one text message; the rest waits for MORE.
        mms: whether images are sent as such in text messages.
        answers_keywords: whether STOP, START and HELP are answered here; otherwise Twilio does.
        stop_words: words that opt out, in capitals.
        stop_text: confirms an opt-out.
        start_text: confirms an opt-in.
        help_text: answers HELP.
    """

    account_sid: str
    auth_token: str
    public_url: str
    sender: str
    api_url: str
    segments: int
    mms: bool
    answers_keywords: bool
    stop_words: frozenset[str]
    stop_text: str
    start_text: str
    help_text: str

    @classmethod
    def read(cls, secrets: Mapping[str, str], options: Mapping[str, str]) -> SmsSettings:
        """Check and take over the settings.

        Args:
            secrets: all of `SECRETS`, none empty.
            options: all of `OPTIONS`; an empty one has its default.

        Raises:
            ChannelSettingsError: one makes no sense; the message says which and how to mend it.
        """
        given = {name: options.get(name, "").strip() or OPTIONS[name] for name in OPTIONS}
        if not _ACCOUNT.fullmatch(secrets["account_sid"]):
            raise ChannelSettingsError(
                "FRONTDESK_TWILIO_ACCOUNT_SID is not an account's: it begins with AC, followed by "
                "32 hexadecimal digits, and stands on the first page of Twilio's console."
            )
        sender = given["sender"].replace(" ", "")
        if sender and not _SENDER.fullmatch(sender):
            raise _problem(
                "sender",
                given,
                "a number in international form (+441632960000), whatsapp:+441632960000 or a "
                "Messaging Service (MG and 32 hexadecimal digits), or leave it empty",
            )
        if not given["segments"].isdecimal() or not 1 <= int(given["segments"]) <= 10:
            raise _problem("segments", given, "a whole number from 1 to 10")
        if given["keywords"] not in ("frontdesk", "twilio"):
            raise _problem("keywords", given, "frontdesk or twilio")
        stop_words = frozenset(given["stop_words"].upper().replace(",", " ").split())
        if "STOP" not in stop_words:
            raise _problem("stop_words", given, "words with commas between them, STOP among them")
        return cls(
            account_sid=secrets["account_sid"],
            auth_token=secrets["auth_token"],
            public_url=_base(secrets["public_url"], "FRONTDESK_PUBLIC_URL"),
            sender=sender,
            api_url=_base(given["api_url"], _NAMES["api_url"]),
            segments=int(given["segments"]),
            mms=_yes("mms", given),
            answers_keywords=given["keywords"] == "frontdesk",
            stop_words=stop_words,
            stop_text=given["stop_text"],
            start_text=given["start_text"],
            help_text=given["help_text"],
        )


def _problem(name: str, given: Mapping[str, str], wanted: str) -> ChannelSettingsError:
    return ChannelSettingsError(
        f"{_NAMES[name]} (`{name}` in credentials.yml) is {given[name]!r}. Write {wanted}."
    )


def _yes(name: str, given: Mapping[str, str]) -> bool:
    said = given[name].lower()
    if said in ("yes", "true", "1", "on"):
        return True
    if said in ("no", "false", "0", "off"):
        return False
    raise _problem(name, given, "yes or no")


def _base(url: str, setting: str) -> str:
    """Return an address without a slash at its end."""
    try:
        parts = urlsplit(url.strip())
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or parts.username:
        raise ChannelSettingsError(
            f"{setting} is {url!r}. Write where this server is reached from outside, such as "
            "https://chat.example.com, without a query, a fragment or a password."
        )
    return url.strip().rstrip("/")
