"""Sealing of one-time codes: what the channel hides, only the action that checks it can read.

A customer's one-time code must not be readable in trackers, logs or review files, yet the action
that verifies it needs its digits. So the channel encrypts them (Fernet, key derived from a secret
that channel and actions share) and the message carries the sealed form in its metadata.
"""

from __future__ import annotations

import base64
import functools
import time

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# HKDF is no slow password hash: the secret itself must be beyond guessing. 32 characters is what
# the set-up generates and asks of an operator.
MIN_SECRET_CHARS = 32

# Binds the derived key to this one use, so that the same secret could serve another safely.
_PURPOSE = b"frontdesk one-time code seal v1"


class SealError(Exception):
    """A one-time code cannot be sealed or unsealed; `reason` says why.

    Attributes:
        reason: "secret" (the secret is missing or too short), "expired" (sealed longer ago than
            allowed) or "invalid" (not sealed with this secret, or altered).
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_seal_secret(seal_secret: str) -> None:
    """Raise `SealError` (reason "secret") unless the secret is long enough to be used."""
    if len(seal_secret) < MIN_SECRET_CHARS:
        raise SealError(
            "secret",
            f"FRONTDESK_SEAL_SECRET has {len(seal_secret)} characters, at least "
            f"{MIN_SECRET_CHARS} are needed: set a longer one, the same for Rasa and the actions.",
        )


def seal_code(code: str, seal_secret: str) -> str:
    """Encrypt a one-time code.

    Args:
        code: the digits, without separators.
        seal_secret: the secret shared by channel and actions (32 characters or more).

    Returns:
        A URL-safe token, readable with `unseal_code` and the same secret.

    Raises:
        SealError: the secret is too short.
    """
    return _fernet(seal_secret).encrypt(code.encode()).decode()


def unseal_code(sealed: str, seal_secret: str, max_age_seconds: int = 900) -> str:
    """Decrypt what `mask_secrets` sealed.

    Args:
        sealed: `Masked.sealed_code`.
        seal_secret: the secret it was sealed with.
        max_age_seconds: how long ago, in seconds, it may have been sealed. The default of 15
            minutes outlives the code itself (10 minutes).

    Returns:
        The six ASCII digits.

    Raises:
        SealError: altered or sealed with another secret, too old, or the secret is too short.
    """
    fernet = _fernet(seal_secret)
    try:
        code = fernet.decrypt(sealed.encode()).decode()
        age = time.time() - fernet.extract_timestamp(sealed.encode())
    except (InvalidToken, UnicodeError) as error:
        raise SealError(
            "invalid",
            "The sealed one-time code cannot be read: Rasa and the actions must have the same "
            "FRONTDESK_SEAL_SECRET, and the code must come unaltered from the channel.",
        ) from error
    if age > max_age_seconds:
        raise SealError(
            "expired",
            f"The one-time code was sealed {age:.0f} seconds ago, more than the "
            f"{max_age_seconds} allowed: ask the customer for it again.",
        )
    return code


@functools.lru_cache(maxsize=8)
def _fernet(seal_secret: str) -> Fernet:
    check_seal_secret(seal_secret)
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return Fernet(base64.urlsafe_b64encode(key.derive(seal_secret.encode())))
