"""The settings of the connectors to shop software (docs/connectors.md)."""

from __future__ import annotations

from ops import checks
from ops.setting import Group, Setting

SHOPIFY = Group(
    "A shop at Shopify instead of one that serves the backend API (docs/connectors.md)",
    (
        Setting(
            "FRONTDESK_SHOPIFY_STORE",
            "",
            checks.anything,
            "The store's own address at Shopify, such as my-shop.myshopify.com. Set: orders and "
            "customers are Shopify's.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_SHOPIFY_CLIENT_ID",
            "",
            checks.anything,
            "The client id of your app in Shopify's Dev Dashboard.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_SHOPIFY_CLIENT_SECRET",
            "",
            checks.anything,
            "The app's client secret.",
            secret=True,
            optional=True,
        ),
        Setting(
            "FRONTDESK_SHOPIFY_TOKEN",
            "",
            checks.anything,
            "Instead of both, for a custom app made before 2026: its Admin API access token "
            "(shpat_...).",
            secret=True,
            optional=True,
        ),
        Setting(
            "FRONTDESK_SHOPIFY_VERSION",
            "2026-07",
            checks.anything,
            "The version of Shopify's API. The queries were written for this one.",
        ),
        Setting(
            "FRONTDESK_SHOPIFY_ORDER_PREFIX",
            "#",
            checks.anything,
            "What stands before the number in an order's name: Settings, General, Order ID. "
            "none: nothing.",
        ),
    ),
)

WOOCOMMERCE = Group(
    "Or a shop at WooCommerce (docs/connectors.md)",
    (
        Setting(
            "FRONTDESK_WOOCOMMERCE_URL",
            "",
            checks.web_address,
            "The address of its WordPress, such as https://shop.example. Set: orders and customers "
            "are WooCommerce's.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_WOOCOMMERCE_KEY",
            "",
            checks.anything,
            "The consumer key (ck_...) of WooCommerce, Settings, Advanced, REST API.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_WOOCOMMERCE_SECRET",
            "",
            checks.anything,
            "Its consumer secret (cs_...).",
            secret=True,
            optional=True,
        ),
        Setting(
            "FRONTDESK_WOOCOMMERCE_STATUSES",
            "",
            checks.anything,
            "What the statuses of your plugins mean, such as "
            "ready-to-ship=packed,handed-over=shipped.",
            optional=True,
        ),
    ),
)

SHOP_SOFTWARE = Group(
    "What shop software lacks (only with one of the connectors above)",
    (
        Setting(
            "FRONTDESK_CODE_SMTP_URL",
            "",
            checks.anything,
            "The server that mails one-time codes to customers: "
            "smtp://user:password@mail.example.com:587 (STARTTLS where offered), or smtps:// for "
            "TLS from the start.",
            secret=True,
            optional=True,
        ),
        Setting(
            "FRONTDESK_CODE_FROM",
            "",
            checks.anything,
            "The sender of these mails, such as My shop <service@example.com>.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_SHOP_NAME",
            "",
            checks.anything,
            "What the shop is called in them.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_SHOP_COUNTRY",
            "US",
            checks.country,
            "The country of customers who have no address: two letters, ISO 3166-1.",
        ),
        Setting(
            "FRONTDESK_CONNECTOR_DB",
            "sqlite:///{FRONTDESK_VAR}/connector.db",
            checks.database,
            "The database (SQLAlchemy URL) of one-time codes and of the record of each change.",
        ),
    ),
)
