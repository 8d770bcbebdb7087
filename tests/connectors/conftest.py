"""The assistant over shop software: one model, a store and an action server for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.shopify.conftest import fill
from tests.providers.shopify_server import ShopifyServer, shopify_server
from tests.providers.smtp_server import SmtpServer, smtp_server
from tests.support.bot import Installation, installation
from tests.support.connector import connector_settings


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
