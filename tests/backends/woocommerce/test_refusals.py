"""What WordPress answers when it does not give what was asked for."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from backends.connect import Backends, BadSettings, connect, probe
from backends.errors import BackendUnavailable
from tests.backends.woocommerce.conftest import ANNA
from tests.providers.smtp_server import SmtpServer
from tests.providers.woocommerce_server import SECRET, WooCommerceServer
from tests.support.connector import connector_settings


@pytest.mark.parametrize("fault", [500, 503, "html", "limited"])
async def test_a_hiccup_is_tried_again(
    woocommerce: Backends, shop: WooCommerceServer, fault: int | str
) -> None:
    shop.faults = [fault]
    assert (await woocommerce.orders.get("71", "10024")).number == "10024"
    assert not shop.faults


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("page", "unreadable_answer", "HTML"),
        ("html", "shop_failed", "500"),
        (401, "unauthorized", "FRONTDESK_WOOCOMMERCE_SECRET"),
        (403, "unauthorized", "may manage orders"),
        (404, "no_store", "FRONTDESK_WOOCOMMERCE_URL"),
        (301, "no_store", "www"),
    ],
)
async def test_a_refusal_names_the_mend(
    woocommerce: Backends, shop: WooCommerceServer, fault: int | str, code: str, words: str
) -> None:
    shop.faults = [fault] * 3
    with pytest.raises(BackendUnavailable, match=words) as caught:
        await woocommerce.orders.get("71", "10024")
    assert caught.value.code == code


async def test_a_shop_that_hangs_costs_no_more_than_the_time_out(
    settings: dict[str, str], shop: WooCommerceServer
) -> None:
    backends = connect({**settings, "FRONTDESK_BACKEND_TIMEOUT": "0.3"})
    shop.faults = ["hangs"] * 3
    with pytest.raises(BackendUnavailable) as caught:
        await backends.orders.get("71", "10024")
    assert caught.value.code == "timeout"
    await backends.close()


async def test_wrong_credentials_stop_the_start_with_one_message(
    settings: dict[str, str], shop: WooCommerceServer
) -> None:
    await probe(settings)
    with pytest.raises(BadSettings, match=r"WooCommerce refused .*make a new key") as caught:
        await probe({**settings, "FRONTDESK_WOOCOMMERCE_SECRET": "cs_of_somebody_else"})
    assert "cs_of" not in str(caught.value)
    elsewhere = {"FRONTDESK_WOOCOMMERCE_URL": f"{shop.url}/blog"}
    with pytest.raises(BadSettings, match="no WooCommerce at"):
        await probe(settings | elsewhere)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"FRONTDESK_WOOCOMMERCE_URL": "shop.example"}, "FRONTDESK_WOOCOMMERCE_URL"),
        ({"FRONTDESK_WOOCOMMERCE_URL": "http://shop.example"}, "must be https"),
        ({"FRONTDESK_WOOCOMMERCE_KEY": ""}, "FRONTDESK_WOOCOMMERCE_KEY is not set"),
        ({"FRONTDESK_WOOCOMMERCE_SECRET": "a secret"}, "FRONTDESK_WOOCOMMERCE_SECRET"),
        ({"FRONTDESK_WOOCOMMERCE_STATUSES": "packed"}, "ready-to-ship=packed"),
        ({"FRONTDESK_WOOCOMMERCE_STATUSES": "x=gone"}, "partly_delivered"),
        ({"FRONTDESK_SHOPIFY_STORE": "my-shop.myshopify.com"}, "not both"),
    ],
)
def test_a_setting_that_cannot_work_is_named(
    shop: WooCommerceServer, mail: SmtpServer, tmp_path: Path, wrong: dict[str, str], named: str
) -> None:
    right = {**connector_settings(mail, tmp_path), **shop.settings()}
    with pytest.raises(BadSettings, match=named) as caught:
        connect(right | wrong)
    assert "a secret" not in str(caught.value)


async def test_no_secret_and_no_customer_is_in_a_log(
    woocommerce: Backends, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "backends"):
        await woocommerce.orders.find("10023", email=ANNA)
        await woocommerce.accounts.send_code(ANNA, idempotency_key="in-no-log")
    assert "GET /orders/{id}" in caplog.text
    for secret in (SECRET, ANNA, "10023"):
        assert secret not in caplog.text
