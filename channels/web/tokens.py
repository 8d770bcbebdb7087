"""Session tokens: who may speak in which conversation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import jwt

from channels.web.keys import derive_key

_ALGORITHM = "HS256"
_ISSUER = "frontdesk"
_AUDIENCE = "frontdesk web channel"
_CONVERSATION_BYTES = 18  # 144 random bits: not to be guessed


class InvalidToken(Exception):
    """The token is forged, damaged, expired or of another kind."""


@dataclass(frozen=True)
class Session:
    """A session that a token stands for.

    Attributes:
        conversation_id: Rasa's `sender_id`; chosen here, never by the client.
        expires_at: when the token ends (aware, UTC, whole seconds).
    """

    conversation_id: str
    expires_at: datetime


class SessionTokens:
    """Issues and checks the tokens of one channel."""

    def __init__(self, secret: str, lifetime: timedelta):
        """Derive the signing key.

        Args:
            secret: the channel's secret.
            lifetime: how long a token is valid.
        """
        self._key = derive_key(secret, "session token")
        self._lifetime = lifetime

    def issue(self, conversation_id: str) -> tuple[str, Session]:
        """Sign a token.

        Args:
            conversation_id: from `new_conversation_id`, or of the token that is renewed.

        Returns:
            The token and what it stands for.
        """
        now = datetime.now(timezone.utc).replace(microsecond=0)
        session = Session(conversation_id, now + self._lifetime)
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": conversation_id,
            "iat": now,
            "exp": session.expires_at,
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM), session

    def verify(self, token: str) -> Session:
        """Check a token.

        Args:
            token: as the client sent it.

        Returns:
            What it stands for.

        Raises:
            InvalidToken: it is not a valid token of this channel; nothing more is said.
        """
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options={"require": ["exp", "sub", "aud", "iss"]},
            )
        except (jwt.InvalidTokenError, UnicodeError) as problem:
            raise InvalidToken from problem
        return Session(claims["sub"], datetime.fromtimestamp(claims["exp"], timezone.utc))


def new_conversation_id() -> str:
    """Return a conversation id that nobody can guess."""
    return f"web-{secrets.token_urlsafe(_CONVERSATION_BYTES)}"
