from __future__ import annotations

from pathlib import Path

import pytest

from backends.connect import Backends, connect
from backends.errors import InvalidInput, NotFound
from tests.support.own_policy import own_policy
from tests.support.shop import running_shop


async def test_a_customer_is_read(live: Backends) -> None:
    anna = await live.crm.customer("cus_0001")
    assert (anna.id, anna.first_name, anna.last_name) == ("cus_0001", "Anna", "Berg")
    assert (anna.email, anna.region) == ("anna.berg@example.com", "DE")


async def test_an_unknown_customer_is_not_found(live: Backends) -> None:
    with pytest.raises(NotFound):
        await live.crm.customer("cus_9999")


@pytest.mark.parametrize("customer_id", ["", "../tickets", "anna.berg@example.com"])
async def test_what_cannot_be_an_id_is_refused(live: Backends, customer_id: str) -> None:
    with pytest.raises(InvalidInput):
        await live.crm.customer(customer_id)


async def test_a_customer_is_found_by_name_where_the_shop_takes_that(
    tmp_path: Path,
) -> None:
    with running_shop(tmp_path, FRONTDESK_POLICY=str(own_policy(tmp_path))) as shop:
        backends = connect({"FRONTDESK_SHOP_URL": shop.url, "FRONTDESK_SHOP_TOKEN": shop.token})
        anna = await backends.crm.find("anna berg", "20095")
        assert anna.id == "cus_0001"
        assert (await backends.crm.find("Anna Berg", "20095", number="10023")) == anna
        with pytest.raises(NotFound):
            await backends.crm.find("Anna Berg", "20095", number="10032")
        with pytest.raises(InvalidInput):
            await backends.crm.find("Anna Berg", "?")
        await backends.close()


async def test_nobody_is_found_by_name_where_it_does_not(live: Backends) -> None:
    with pytest.raises(NotFound):
        await live.crm.find("Anna Berg", "20095")
