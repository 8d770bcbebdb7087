"""Hashes that only who has our secret can make: of addresses, order numbers and codes."""

from __future__ import annotations

import hashlib
import hmac
import json


class KeyedHash:
    """Turns values into hashes, so that the database holds neither addresses nor codes.

    Args:
        secret: 32 characters or more.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def __call__(self, purpose: str, *parts: str) -> str:
        """The hash of some values; other purposes give others.

        Returns:
            64 lower-case hexadecimal characters.
        """
        text = json.dumps([purpose, *parts]).encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()
