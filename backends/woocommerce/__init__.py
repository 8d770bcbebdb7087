"""WooCommerce, by its REST API, version 3: see docs/connectors.md."""

from backends.woocommerce.settings import SWITCH, connect

__all__ = ["SWITCH", "connect"]
