"""Choices: what a button stands for, sealed so that clients can only hand it back."""

from __future__ import annotations

import base64
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from channels.choices import Choice
from channels.web.keys import derive_key

_NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2
_TAG_BYTES = 16


class InvalidChoice(Exception):
    """The choice was not made by this channel for this conversation."""


class ChoiceSealer:
    """Seals and opens the choices of one channel (AES-256-GCM, bound to the conversation)."""

    def __init__(self, secret: str):
        """Derive the key.

        Args:
            secret: the channel's secret.
        """
        self._cipher = AESGCM(derive_key(secret, "choice"))

    def seal(self, conversation_id: str, choice: Choice) -> str:
        """Return the opaque string for a button.

        Args:
            conversation_id: the only conversation in which it is valid.
            choice: what it stands for.

        Returns:
            URL-safe base64 without padding.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        content = json.dumps([choice.title, choice.payload]).encode()
        sealed = nonce + self._cipher.encrypt(nonce, content, conversation_id.encode())
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, conversation_id: str, sealed: str) -> Choice:
        """Check a choice and return what it stands for.

        Args:
            conversation_id: of the session that sent it.
            sealed: as the client sent it.

        Returns:
            The choice.

        Raises:
            InvalidChoice: it is forged, damaged or another conversation's.
        """
        try:
            raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), b"-_", validate=True)
            if len(raw) <= _NONCE_BYTES + _TAG_BYTES:
                raise InvalidChoice
            content = self._cipher.decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], conversation_id.encode()
            )
        except (
            ValueError,
            InvalidTag,
        ) as problem:  # UnicodeError and binascii.Error are ValueErrors
            raise InvalidChoice from problem
        title, payload = json.loads(content)
        return Choice(title, payload)
