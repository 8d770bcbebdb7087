"""Whether a webhook comes from our Chatwoot.

Chatwoot signs `TIMESTAMP.BODY` with the webhook's secret (HMAC-SHA256, hexadecimal) and sends
`X-Chatwoot-Signature: sha256=...` and `X-Chatwoot-Timestamp` (seconds since 1970).
"""

from __future__ import annotations

import hashlib
import hmac
import time

SIGNATURE = "x-chatwoot-signature"
TIMESTAMP = "x-chatwoot-timestamp"
_WINDOW = 300  # s that a webhook may be old: an older one is somebody's copy


def is_genuine(secret: str, body: bytes, timestamp: str, signature: str) -> bool:
    """Tell whether a webhook is signed with our secret, and new.

    Args:
        secret: the webhook's.
        body: as it came, byte by byte.
        timestamp, signature: the two headers; empty where there are none.
    """
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > _WINDOW:
        return False
    expected = "sha256=" + sign(secret, body, timestamp)
    return hmac.compare_digest(signature.encode("latin-1", "replace"), expected.encode())


def sign(secret: str, body: bytes, timestamp: str) -> str:
    """Return the signature of a body, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
