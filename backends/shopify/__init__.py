"""Shopify, by its Admin GraphQL API: see docs/connectors.md."""

from backends.shopify.settings import SWITCH, connect

__all__ = ["SWITCH", "connect"]
