"""From the settings to a connected shop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

import httpx

from backends.client import BadSettings, address, below, http_client, is_local
from backends.http import Rest
from backends.models import OrderState
from backends.policy import Policy
from backends.woocommerce.answers import WooCommerceApi
from backends.woocommerce.shop import WooCommerceShop

# The setting that switches the connector on.
SWITCH = "FRONTDESK_WOOCOMMERCE_URL"
_KEY, _SECRET = "FRONTDESK_WOOCOMMERCE_KEY", "FRONTDESK_WOOCOMMERCE_SECRET"
_STATUSES = "FRONTDESK_WOOCOMMERCE_STATUSES"
_PATH = "/wp-json/wc/v3"


def connect(
    settings: Mapping[str, str], timeout: float, policy: Policy
) -> tuple[WooCommerceShop, httpx.AsyncClient]:
    """The shop, and the connections beneath. Nothing is sent yet.

    Args:
        settings: those of WooCommerce in .env.example, and FRONTDESK_SHOP_COUNTRY.
        timeout: seconds for one attempt.
        policy: the shop's.

    Raises:
        BadSettings: one is missing or cannot work.
    """
    url = address(settings.get(SWITCH) or "", SWITCH, "the shop's WordPress")
    if url.scheme != "https" and not is_local(url.host):
        raise BadSettings(f"{SWITCH} must be https: WooCommerce takes keys over nothing else")
    auth = httpx.BasicAuth(_credential(settings, _KEY), _credential(settings, _SECRET))
    client = http_client(below(url, _PATH), auth, timeout)
    meaning = WooCommerceApi()
    rest = Rest(client, "woocommerce", timeout=timeout, address_setting=SWITCH, meaning=meaning)
    country = settings.get("FRONTDESK_SHOP_COUNTRY") or "US"
    statuses = _states(settings.get(_STATUSES) or "")
    return WooCommerceShop(rest, statuses=statuses, country=country, policy=policy), client


def _credential(settings: Mapping[str, str], name: str) -> str:
    value = (settings.get(name) or "").strip()
    if not re.fullmatch(r"[!-~]+", value):
        raise BadSettings(
            f"{name} is not set, or holds a space: make a key under WooCommerce, Settings, "
            "Advanced, REST API, and copy it"
        )
    return value


def _states(text: str) -> dict[str, OrderState]:
    found: dict[str, OrderState] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        status, _, state = (part.strip() for part in pair.partition("="))
        known = [one for one in get_args(OrderState) if one == state]
        if not status or not known:
            raise BadSettings(
                f"{_STATUSES} must be like ready-to-ship=packed,handed-over=shipped, with these "
                f"words behind the sign: {', '.join(get_args(OrderState))}"
            )
        found[status.removeprefix("wc-")] = known[0]
    return found
