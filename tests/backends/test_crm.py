from __future__ import annotations

import pytest

from backends.connect import Backends
from backends.errors import InvalidInput, NotFound


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
