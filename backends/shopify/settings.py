"""From the settings to a connected store."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from backends.client import BadSettings, address, below, http_client
from backends.http import Rest
from backends.policy import Policy
from backends.shopify.answers import GraphQL
from backends.shopify.auth import AccessToken, ClientCredentials
from backends.shopify.store import ShopifyStore

# The setting that switches the connector on.
SWITCH = "FRONTDESK_SHOPIFY_STORE"
_TOKEN = "FRONTDESK_SHOPIFY_TOKEN"  # noqa: S105 - the setting's name
_ID, _SECRET = "FRONTDESK_SHOPIFY_CLIENT_ID", "FRONTDESK_SHOPIFY_CLIENT_SECRET"
_VERSION = "FRONTDESK_SHOPIFY_VERSION"
# The version whose schema the queries were written from.
DEFAULT_VERSION = "2026-07"
# In place of a prefix: an empty setting counts as none given.
_NO_PREFIX = "none"
_HOST = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com", re.ASCII)


def connect(
    settings: Mapping[str, str], timeout: float, policy: Policy
) -> tuple[ShopifyStore, httpx.AsyncClient]:
    """The store, and the connections beneath. Nothing is sent yet.

    Args:
        settings: those of Shopify in .env.example, and FRONTDESK_SHOP_COUNTRY.
        timeout: seconds for one attempt.
        policy: the shop's.

    Raises:
        BadSettings: one is missing or cannot work.
    """
    version = settings.get(_VERSION) or DEFAULT_VERSION
    if not re.fullmatch(r"20[0-9]{2}-(?:01|04|07|10)", version):
        raise BadSettings(
            f"{_VERSION} must be one of Shopify's versions, such as {DEFAULT_VERSION}"
        )
    store = _address(settings.get(SWITCH) or "")
    auth = _auth(settings, store)
    client = http_client(below(store, f"/admin/api/{version}"), auth, timeout)
    rest = Rest(client, "shopify", timeout=timeout, address_setting=SWITCH, meaning=GraphQL())
    prefix = settings.get("FRONTDESK_SHOPIFY_ORDER_PREFIX") or "#"
    return (
        ShopifyStore(
            rest,
            prefix="" if prefix == _NO_PREFIX else prefix,
            country=settings.get("FRONTDESK_SHOP_COUNTRY") or "US",
            policy=policy,
        ),
        client,
    )


def _address(text: str) -> httpx.URL:
    given = text.strip().lower()
    if "://" not in given:
        if not _HOST.fullmatch(given):
            raise BadSettings(
                f"{SWITCH} must be the store's own address at Shopify, such as "
                "my-shop.myshopify.com (Settings, Domains), not the one that customers see"
            )
        given = f"https://{given}"
    return address(given, SWITCH, "the store")


def _auth(settings: Mapping[str, str], store: httpx.URL) -> httpx.Auth:
    token = (settings.get(_TOKEN) or "").strip()
    client_id, secret = (settings.get(name) or "" for name in (_ID, _SECRET))
    for name, value in ((_TOKEN, token), (_ID, client_id), (_SECRET, secret)):
        if value and not re.fullmatch(r"[!-~]+", value):
            raise BadSettings(f"{name} holds a space or a sign that no token has: copy it again")
    if token and (client_id or secret):
        raise BadSettings(f"set either {_TOKEN}, or {_ID} and {_SECRET}, not both")
    if token:
        return AccessToken(token)
    if not (client_id and secret):
        raise BadSettings(
            f"{SWITCH} is set, but no credentials are: set {_ID} and {_SECRET} of the app in the "
            f"Dev Dashboard, or {_TOKEN} of a custom app made before 2026 (docs/connectors.md)"
        )
    return ClientCredentials(client_id, secret, store)
