"""What every part of the shop works with, and how a route gets at it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BaseModel, root_validator

from backends.demo.database import Database
from backends.demo.settings import Settings
from backends.demo.times import Clock
from backends.policy import Policy

# Patterns of the contract; `\Z`, because `$` would let a line break through.
EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\Z"
POSTCODE = r"^[A-Za-z0-9][A-Za-z0-9 -]*\Z"
IdInPath = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+\Z")]


@dataclass(frozen=True)
class Shop:
    """The running shop.

    Attributes:
        settings: how it was started.
        database: its data.
        clock: what time it is.
        policy: what customers may have changed.
    """

    settings: Settings
    database: Database
    clock: Clock
    policy: Policy

    def now(self) -> datetime:
        """This moment in whole seconds, as they are stored."""
        return self.clock().replace(microsecond=0)

    def keyed_hash(self, *parts: str) -> str:
        """A hash that cannot be guessed backwards, even from six digits, without the token."""
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self.settings.token.encode(), text, hashlib.sha256).hexdigest()


def of_request(request: Request) -> Shop:
    """The shop that serves this request."""
    shop = request.app.state.shop
    assert isinstance(shop, Shop)
    return shop


TheShop = Annotated[Shop, Depends(of_request)]


class Body(BaseModel):
    """Base of what is sent to the shop. Unknown fields are ignored, as the contract says."""

    @root_validator(pre=True)
    def _unicode(cls, values: object) -> object:
        # JSON can carry half a character (a lone surrogate), for example when a browser cut an
        # emoji in two. No database or mail takes it; losing the ticket for it would be worse.
        return _mended(values)


def _mended(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return value
