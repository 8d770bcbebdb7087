import pytest

from tests.backends.demo.conftest import ANNA, BEN


def find(shop, **body):
    return shop.client.post("/orders/find", json=body)


@pytest.mark.parametrize(
    "proof",
    [
        {"email": ANNA},
        {"email": "Anna.Berg@EXAMPLE.com"},
        {"postcode": "20095"},
        {"postcode": "20 095"},
        {"email": ANNA, "postcode": "20095"},
    ],
)
def test_the_right_proof_finds_the_order(shop, proof):
    answer = find(shop, number="10023", **proof)
    assert answer.status_code == 200
    assert answer.json()["number"] == "10023"
    assert answer.json()["state"] == "shipped"


def test_postcodes_with_letters(shop):
    assert find(shop, number="10032", postcode="ls1-4ap").status_code == 200


def test_no_personal_data_comes_with_an_order(shop):
    text = find(shop, number="10023", email=ANNA).text
    for secret in ("anna", "berg", "20095", "Hamburg", "cus_", "Lindenweg"):
        assert secret.lower() not in text.lower()


def test_unknown_foreign_and_wrong_are_the_same(shop):
    answers = [
        find(shop, number="99999", email=ANNA),
        find(shop, number="10032", email=ANNA),
        find(shop, number="10023", email=BEN),
        find(shop, number="10023", postcode="LS1 4AP"),
        find(shop, number="10023", email=ANNA, postcode="LS1 4AP"),
        shop.client.get("/customers/cus_0001/orders/10032"),
        shop.client.get("/customers/cus_0001/orders/99999"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


@pytest.mark.parametrize("number", ["10023", "99999"])
def test_five_misses_close_a_number(shop, number):
    for _ in range(5):
        assert find(shop, number=number, email=BEN).status_code == 404
        shop.clock.turn(minutes=1)
    # Also to the right proof: otherwise one could go on guessing and look for the difference.
    closed = find(shop, number=number, email=ANNA)
    assert closed.status_code == 429
    assert closed.json()["error"]["code"] == "too_many_requests"
    assert closed.headers["Retry-After"] == str(14 * 60)
    assert find(shop, number="10031", email=ANNA).status_code == 200


def test_a_closed_number_opens_again(shop):
    for _ in range(5):
        find(shop, number="10023", email=BEN)
    shop.clock.turn(minutes=14, seconds=59)
    assert find(shop, number="10023", email=ANNA).headers["Retry-After"] == "1"
    shop.clock.turn(seconds=1)
    assert find(shop, number="10023", email=ANNA).status_code == 200


def test_misses_on_other_numbers_do_not_count(shop):
    for number in ("10001", "10002", "10003", "10004", "10005", "10006"):
        find(shop, number=number, email="x@example.com")
    assert find(shop, number="10023", email=ANNA).status_code == 200


def test_newest_first(shop):
    orders = shop.client.get("/customers/cus_0001/orders").json()["orders"]
    assert [order["number"] for order in orders] == ["10031", "10023", "10008", "10002"]
    two = shop.client.get("/customers/cus_0001/orders", params={"limit": 2}).json()["orders"]
    assert two == orders[:2]
    assert shop.client.get("/customers/cus_0001/orders/10031").json() == orders[0]


def test_nobody_ordered_and_nobody_there(shop):
    assert shop.client.get("/customers/cus_0003/orders").json() == {"orders": []}
    assert shop.client.get("/customers/cus_9999/orders").status_code == 404
    assert shop.client.get("/customers/cus_9999").status_code == 404


def test_a_customer(shop):
    assert shop.client.get("/customers/cus_0001").json() == {
        "id": "cus_0001",
        "first_name": "Anna",
        "last_name": "Berg",
        "email": ANNA,
        "phone": "+493023125004",
        "region": "DE",
        "vip": False,
    }


@pytest.mark.parametrize(
    "body",
    [
        {"number": "10023"},
        {"email": ANNA},
        {"number": "10023", "email": None},
        {"number": "10023", "email": ANNA, "postcode": None},
        {"number": 10023, "email": ANNA},
        {"number": "", "email": ANNA},
        {"number": "1' OR '1'='1", "email": ANNA},
        {"number": "10023\n", "email": ANNA},
        {"number": "1" * 41, "email": ANNA},
        {"number": "10023", "postcode": "%"},
        {"number": "10023", "postcode": "\u0000"},
        [],
        "10023",
        None,
    ],
)
def test_bad_input(refusing_shop, body):
    answer = refusing_shop.client.post("/orders/find", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_input"


@pytest.mark.parametrize("limit", ["0", "51", "-1", "many", "", "1e3"])
def test_bad_limits(refusing_shop, limit):
    answer = refusing_shop.client.get("/customers/cus_0001/orders", params={"limit": limit})
    assert answer.status_code == 422
