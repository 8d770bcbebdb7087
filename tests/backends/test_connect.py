from __future__ import annotations

from dataclasses import replace

import pytest

from backends.connect import Backends, BadSettings, connect
from backends.errors import BackendUnavailable
from tests.backends.samples import ORDER
from tests.support.clients import TOKEN, connected
from tests.support.faulty import FaultyShop, reply
from tests.support.shop import RunningShop, running_shop


async def test_the_defaults_need_only_a_token() -> None:
    backends = connect({"FRONTDESK_SHOP_TOKEN": TOKEN})
    assert backends.client is not None
    assert str(backends.client.base_url) == "http://127.0.0.1:8090/api/v1/"
    assert backends.client.timeout.read == 5.0
    await backends.close()


async def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_SHOP_TOKEN", TOKEN)
    monkeypatch.setenv("FRONTDESK_SHOP_URL", "https://shop.example/base/")
    monkeypatch.setenv("FRONTDESK_BACKEND_TIMEOUT", "2.5")
    backends = connect()
    assert backends.client is not None
    assert str(backends.client.base_url) == "https://shop.example/base/api/v1/"
    assert backends.client.timeout.read == 2.5
    await backends.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRONTDESK_SHOP_URL", "shop.example"),
        ("FRONTDESK_SHOP_URL", "ftp://shop.example"),
        ("FRONTDESK_SHOP_URL", "http://"),
        ("FRONTDESK_SHOP_URL", "http://shop.example:port"),
        ("FRONTDESK_SHOP_URL", "http://user:secretword@shop.example"),
        ("FRONTDESK_SHOP_URL", "http://shop.example/?a=b"),
        ("FRONTDESK_SHOP_TOKEN", ""),
        ("FRONTDESK_SHOP_TOKEN", "  "),
        ("FRONTDESK_SHOP_TOKEN", "secretword"),
        ("FRONTDESK_SHOP_TOKEN", "secretword with spaces"),
        ("FRONTDESK_SHOP_TOKEN", "secretword\r\nX-Evil: yes"),
        ("FRONTDESK_SHOP_TOKEN", "secretwördsecretwörd"),
        ("FRONTDESK_BACKEND_TIMEOUT", "soon"),
        ("FRONTDESK_BACKEND_TIMEOUT", "0"),
        ("FRONTDESK_BACKEND_TIMEOUT", "-1"),
        ("FRONTDESK_BACKEND_TIMEOUT", "60"),
        ("FRONTDESK_BACKEND_TIMEOUT", "nan"),
    ],
)
def test_a_bad_setting_is_named_without_its_secret(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as caught:
        connect({"FRONTDESK_SHOP_TOKEN": TOKEN} | {name: value})
    assert name in str(caught.value)
    assert "secretw" not in str(caught.value)


def test_an_unencrypted_address_elsewhere_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    connect({"FRONTDESK_SHOP_TOKEN": TOKEN, "FRONTDESK_SHOP_URL": "http://shop.example"})
    assert "not https" in caplog.text
    caplog.clear()
    connect({"FRONTDESK_SHOP_TOKEN": TOKEN, "FRONTDESK_SHOP_URL": "https://shop.example"})
    connect({"FRONTDESK_SHOP_TOKEN": TOKEN, "FRONTDESK_SHOP_URL": "http://localhost:8090"})
    assert not caplog.text


async def test_this_machine_is_reached_without_the_companys_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with FaultyShop(reply(ORDER)) as proxy, FaultyShop(reply(ORDER)) as shop:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        async with connected(shop.url) as backends:
            await backends.orders.find("10023", email="a@example.com")
    assert (len(shop.asked), len(proxy.asked)) == (1, 0)


async def test_each_request_carries_the_token_and_goes_below_the_base() -> None:
    async with FaultyShop(reply(ORDER)) as shop, connected(shop.url + "/base") as backends:
        await backends.orders.get("c-1", "10023")
    assert shop.asked[0].path == "/base/api/v1/customers/c-1/orders/10023"
    assert shop.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_the_token_is_in_no_repr() -> None:
    backends = connect({"FRONTDESK_SHOP_TOKEN": TOKEN})
    assert backends.client is not None
    shown = repr([backends, backends.client, backends.client.headers, backends.client.auth])
    assert TOKEN not in shown
    await backends.close()


async def test_a_wrong_token_is_the_operators_problem(live_shop: RunningShop) -> None:
    async with connected(live_shop.url, "not-the-token-of-the-shop") as backends:
        with pytest.raises(BackendUnavailable) as caught:
            await backends.crm.customer("cus_0001")
    assert caught.value.code == "unauthorized"
    assert "FRONTDESK_SHOP_TOKEN" in caught.value.message


async def test_the_same_clients_go_on_when_the_shop_is_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running_shop(tmp_path_factory.mktemp("shop")) as shop:
        async with connected(shop.url, shop.token) as backends:
            assert (await backends.crm.customer("cus_0001")).first_name == "Anna"
            shop.stop()
            with pytest.raises(BackendUnavailable) as caught:
                await backends.crm.customer("cus_0001")
            assert caught.value.code == "unreachable"
            shop.start()
            assert (await backends.crm.customer("cus_0001")).first_name == "Anna"


async def test_fakes_need_no_connection(live: Backends) -> None:
    await replace(live, client=None).close()
    assert (await live.crm.customer("cus_0001")).id == "cus_0001"
