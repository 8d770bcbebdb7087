"""The assistant over shop software: one model, a store and an action server for each test."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.utils.endpoints import EndpointConfig

from tests.backends.shopify.conftest import fill
from tests.backends.woocommerce.conftest import fill as fill_woocommerce
from tests.providers.shopify_server import ShopifyServer, shopify_server
from tests.providers.smtp_server import SmtpServer, smtp_server
from tests.providers.woocommerce_server import WooCommerceServer, woocommerce_server
from tests.support.bot import Installation, installation
from tests.support.connector import connector_settings
from tests.support.processes import Server, running
from tests.support.shop import free_port


@pytest.fixture(scope="package")
def mail() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture(scope="package")
def store() -> Iterator[ShopifyServer]:
    with shopify_server() as server:
        fill(server)
        yield server


@pytest.fixture(scope="package")
def shopify_bot(
    model_path: Path,
    store: ShopifyServer,
    mail: SmtpServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("shopify")
    settings = {**connector_settings(mail, folder), **store.settings()}
    with installation(model_path, folder, settings) as bot:
        yield bot


@pytest.fixture(scope="package")
def woocommerce() -> Iterator[WooCommerceServer]:
    with woocommerce_server() as server:
        fill_woocommerce(server)
        yield server


@pytest.fixture(scope="package")
def woocommerce_actions(
    shopify_bot: Installation,
    woocommerce: WooCommerceServer,
    mail: SmtpServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp("woocommerce"), free_port()
    own = {
        **connector_settings(mail, folder),
        **woocommerce.settings(),
        "FRONTDESK_SHOPIFY_STORE": "",
        "FRONTDESK_ACTIONS_PORT": str(port),
        "FRONTDESK_OUTBOX_DB": str(folder / "outbox.db"),
        "FRONTDESK_KNOWLEDGE_DB": f"sqlite:///{folder}/knowledge.db",
    }
    environ = {**shopify_bot.actions.environ, **own}
    health = f"http://127.0.0.1:{port}/health"
    with running(Server("actions", health, environ, folder / "actions.log")) as server:
        yield server


@pytest.fixture
def woocommerce_bot(
    shopify_bot: Installation, woocommerce_actions: Server
) -> Iterator[Installation]:
    """The same model, and the action server of the other shop."""
    processor = shopify_bot.agent.processor
    before = processor.action_endpoint
    webhook = woocommerce_actions.health.replace("/health", "/webhook")
    processor.action_endpoint = EndpointConfig(webhook)
    yield dataclasses.replace(shopify_bot, actions=woocommerce_actions)
    processor.action_endpoint = before
