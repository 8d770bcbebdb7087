"""Idempotency keys: the same change asked for twice must happen once."""

from __future__ import annotations

import hashlib
import json
import re

# 128 bits: collisions are out of reach, and it fits any header and any database column.
_KEY_BYTES = 16
# The contract's IdempotencyKey.
_SENDABLE = re.compile(r"[!-~]{8,200}", re.ASCII)


def key(*parts: str | int) -> str:
    """A key that is always the same for the same parts, and reveals none of them.

    Args:
        parts: what makes this change this one, such as conversation id, purpose and a counter.
            Order and type count: `("a", "bc")`, `("ab", "c")` and `("a", 1)`, `("a", "1")` differ.

    Returns:
        32 lower-case hexadecimal characters.

    Raises:
        ValueError: no part was given, so all such keys would be one.
    """
    if not parts:
        raise ValueError("an idempotency key needs at least one part, such as the conversation id")
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=_KEY_BYTES).hexdigest()


def sendable(given: str) -> str:
    """The key as it is when a header can carry it, else a digest of it that one can.

    So a key that somebody built from a conversation id with a space or an umlaut still works.
    """
    return given if _SENDABLE.fullmatch(given) else key("as-given", given)


def addressable(given: str) -> str:
    """The key as it is when an address can carry it, too, else a digest of it that one can.

    For changes that are looked up by their key.
    """
    plain = given.replace("-", "").isalnum() and given.isascii() and 8 <= len(given) <= 64
    return given if plain else key("in-address", given)
