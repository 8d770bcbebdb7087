"""An action server that shop software does not let in, or that finds it away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ops.run import addresses
from ops.settings import with_defaults
from tests.providers.shopify_server import shopify_server
from tests.providers.smtp_server import smtp_server
from tests.support.connector import connector_settings
from tests.support.processes import ROOT, Server, running
from tests.support.shop import free_port


def test_refused_credentials_end_the_start_with_one_message(tmp_path: Path) -> None:
    with smtp_server() as mail, shopify_server() as store:
        store.token = "another"
        environ = {**connector_settings(mail, tmp_path), **store.settings()}
        ended = subprocess.run(
            [sys.executable, "-m", "actions"],
            cwd=ROOT,
            env={**os.environ, **environ, "FRONTDESK_OUTBOX_DB": str(tmp_path / "outbox.db")},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert ended.returncode == 1
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("The action server cannot start: Shopify refused our token")
    assert "FRONTDESK_SHOPIFY_TOKEN" in last
    assert "Traceback" not in ended.stderr


def test_a_store_that_is_away_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    with smtp_server() as mail:
        environ = {
            **connector_settings(mail, tmp_path),
            "FRONTDESK_SHOPIFY_STORE": "http://127.0.0.1:9",
            "FRONTDESK_SHOPIFY_TOKEN": "shpat_of_nobody",
            "FRONTDESK_ACTIONS_PORT": str(port),
            "FRONTDESK_OUTBOX_DB": str(tmp_path / "outbox.db"),
            "FRONTDESK_KNOWLEDGE_DB": f"sqlite:///{tmp_path}/knowledge.db",
        }
        log = tmp_path / "actions.log"
        health = f"http://127.0.0.1:{port}/health"
        with running(Server("actions", health, environ, log)):
            assert "the shop does not answer yet" in log.read_text()


def test_make_run_names_the_shop_whose_orders_it_has() -> None:
    assert "10023" in addresses(with_defaults({}))
    for setting in ("FRONTDESK_SHOPIFY_STORE", "FRONTDESK_WOOCOMMERCE_URL"):
        said = addresses(with_defaults({setting: "https://shop.example"}))
        assert "the orders and customers of https://shop.example" in said
        assert "10023" not in said
