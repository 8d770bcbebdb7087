"""Keys for each purpose, derived from the channel's one secret."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32


def derive_key(secret: str, purpose: str) -> bytes:
    """Return a key that serves one purpose only, so that a token never passes for a choice.

    Args:
        secret: the channel's secret.
        purpose: a fixed name, such as `session token`.

    Returns:
        32 bytes (HKDF with SHA-256, RFC 5869).
    """
    info = f"frontdesk web channel: {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(secret.encode())
