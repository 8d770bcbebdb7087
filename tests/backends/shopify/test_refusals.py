"""What Shopify answers when it does not give what was asked for, and what becomes of it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from backends.connect import Backends, BadSettings, connect, probe
from backends.errors import BackendUnavailable
from tests.providers.shopify_server import CLIENT_ID, CLIENT_SECRET, ShopifyServer
from tests.providers.smtp_server import SmtpServer
from tests.support.connector import connector_settings

ANNA = "71"


async def test_a_throttled_query_waits_until_the_bucket_holds_it(
    shopify: Backends, store: ShopifyServer
) -> None:
    store.faults = ["throttled"]
    assert (await shopify.orders.get(ANNA, "10023")).number == "10023"


async def test_an_empty_bucket_fills_while_we_wait(shopify: Backends, store: ShopifyServer) -> None:
    assert len(await shopify.orders.list(ANNA, 2)) == 2
    store.refill()
    store.available = store.costs[-1] - 20.0
    assert len(await shopify.orders.list(ANNA, 2)) == 2


@pytest.mark.parametrize("fault", [500, 503, "internal", "html", "partial", 429])
async def test_a_hiccup_is_tried_again(
    shopify: Backends, store: ShopifyServer, fault: int | str
) -> None:
    store.faults = [fault]
    assert (await shopify.orders.get(ANNA, "10023")).number == "10023"
    assert not store.faults


@pytest.mark.parametrize("fault", [500, "internal", "throttled", "partial", "html"])
async def test_an_outage_is_one(shopify: Backends, store: ShopifyServer, fault: int | str) -> None:
    store.faults = [fault] * 3
    with pytest.raises(BackendUnavailable):
        await shopify.orders.get(ANNA, "10023")


async def test_a_store_that_hangs_costs_no_more_than_the_time_out(
    settings: dict[str, str], store: ShopifyServer
) -> None:
    backends = connect({**settings, "FRONTDESK_BACKEND_TIMEOUT": "0.3"})
    store.faults = ["hangs"] * 3
    with pytest.raises(BackendUnavailable) as caught:
        await backends.orders.get(ANNA, "10023")
    assert caught.value.code == "timeout"
    await backends.close()


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "unauthorized", "FRONTDESK_SHOPIFY_TOKEN"),
        (402, "store_frozen", "unpaid"),
        (403, "forbidden", "installed"),
        (404, "no_store", "FRONTDESK_SHOPIFY_STORE"),
        (423, "store_locked", "locked"),
        (418, "unreadable_answer", "418"),
    ],
)
async def test_a_refusal_names_the_mend_and_is_not_tried_again(
    shopify: Backends, store: ShopifyServer, status: int, code: str, words: str
) -> None:
    store.faults = [status, 500]
    with pytest.raises(BackendUnavailable, match=words) as caught:
        await shopify.orders.get(ANNA, "10023")
    assert caught.value.code == code
    assert store.faults == [500]


async def test_a_wrong_token_stops_the_start_with_one_message(
    settings: dict[str, str], store: ShopifyServer
) -> None:
    await probe(settings)
    store.token = "another"
    with pytest.raises(BadSettings, match=r"Shopify refused our token.*FRONTDESK_SHOPIFY_TOKEN"):
        await probe(settings)


async def test_a_missing_scope_is_named_at_the_start_and_in_each_answer(
    settings: dict[str, str], shopify: Backends, store: ShopifyServer
) -> None:
    store.shop.scopes = ["read_customers"]
    with pytest.raises(BadSettings, match=r"read_orders.*Dev Dashboard"):
        await probe(settings)
    with pytest.raises(BackendUnavailable, match="Required access: `read_orders`") as caught:
        await shopify.orders.get(ANNA, "10023")
    assert caught.value.code == "access_denied"


async def test_an_app_that_only_reads_is_told_of_at_the_start(
    settings: dict[str, str], store: ShopifyServer, caplog: pytest.LogCaptureFixture
) -> None:
    store.shop.scopes = ["read_orders", "read_customers"]
    with caplog.at_level(logging.WARNING):
        await probe(settings)
    assert "lacks write_orders" in caplog.text


async def test_a_store_that_is_away_stops_no_start(settings: dict[str, str]) -> None:
    with pytest.raises(BackendUnavailable):
        await probe({**settings, "FRONTDESK_SHOPIFY_STORE": "http://127.0.0.1:9"})


async def test_a_token_is_asked_for_with_id_and_secret_and_again_when_it_ends_early(
    settings: dict[str, str], store: ShopifyServer
) -> None:
    given = {
        **settings,
        "FRONTDESK_SHOPIFY_TOKEN": "",
        "FRONTDESK_SHOPIFY_CLIENT_ID": CLIENT_ID,
        "FRONTDESK_SHOPIFY_CLIENT_SECRET": CLIENT_SECRET,
    }
    backends = connect(given)
    await backends.orders.get(ANNA, "10023")
    await backends.orders.get(ANNA, "10024")
    assert store.asked == ["(token)", "OrderByName", "OrderByName"]
    store.token = "a-new-one"
    await backends.orders.get(ANNA, "10024")
    assert store.asked[3:] == ["(token)", "OrderByName"]
    await backends.close()
    with pytest.raises(BadSettings, match=r"CLIENT_SECRET.*Dev Dashboard") as caught:
        await probe({**given, "FRONTDESK_SHOPIFY_CLIENT_SECRET": "not-the-secret"})
    assert "not-the-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"FRONTDESK_SHOPIFY_STORE": "www.tallowick.example"}, "my-shop.myshopify.com"),
        ({"FRONTDESK_SHOPIFY_TOKEN": ""}, "CLIENT_ID and .*CLIENT_SECRET"),
        ({"FRONTDESK_SHOPIFY_CLIENT_ID": "x"}, "not both"),
        ({"FRONTDESK_SHOPIFY_TOKEN": "a secret"}, "FRONTDESK_SHOPIFY_TOKEN holds a space"),
        ({"FRONTDESK_SHOPIFY_VERSION": "latest"}, "FRONTDESK_SHOPIFY_VERSION"),
        ({"FRONTDESK_CODE_SMTP_URL": ""}, "FRONTDESK_CODE_SMTP_URL.*code"),
        ({"FRONTDESK_CODE_FROM": ""}, "FRONTDESK_CODE_FROM"),
        ({"FRONTDESK_SEAL_SECRET": "short"}, "FRONTDESK_SEAL_SECRET"),
        ({"FRONTDESK_SHOP_HOURS": "always"}, "FRONTDESK_SHOP_HOURS"),
        ({"FRONTDESK_DESK_URL": ""}, "FRONTDESK_DESK_URL"),
        ({"FRONTDESK_CONNECTOR_DB": "nonsense"}, "FRONTDESK_CONNECTOR_DB"),
    ],
)
def test_a_setting_that_cannot_work_is_named(
    store: ShopifyServer,
    mail: SmtpServer,
    tmp_path: Path,
    wrong: dict[str, str],
    named: str,
) -> None:
    right = {**connector_settings(mail, tmp_path), **store.settings()}
    with pytest.raises(BadSettings, match=named) as caught:
        connect(right | wrong)
    assert "a secret" not in str(caught.value)


async def test_the_token_is_in_no_log_and_no_repr(
    shopify: Backends, store: ShopifyServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "backends"):
        await shopify.orders.find("10023", email="anna.berg@example.com")
    shown = caplog.text + repr([shopify, shopify.client, shopify.client and shopify.client.headers])
    assert store.token not in shown
    assert "anna.berg" not in shown
    assert "10023" not in caplog.text
