"""Loaded by schemathesis itself, see schemathesis.toml."""

from __future__ import annotations

import re
import secrets
import string
from pathlib import Path
from typing import Any

import schemathesis

CONTRACT = Path(__file__).parents[2] / "backends" / "openapi.yaml"


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    # Most cases carry the document's example or the simplest key, so nearly all changes would be
    # refused as 409 before anything interesting happens. Each gets a new one of the same length.
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[!-~]{8,200}", key):
        new = "".join(secrets.choice(string.ascii_letters) for _ in key)
        case.headers["Idempotency-Key"] = new
    return case
