import json
import sqlite3

import httpx
import pytest

from backends.demo.door import LARGEST_BODY


@pytest.mark.parametrize("path", ["/customers/cus_0001", "/orders/find", "/nothing/here", ""])
def test_without_the_token_everything_is_401(refusing_shop, path):
    token = refusing_shop.client.headers["Authorization"].removeprefix("Bearer ")
    for shown in (None, "", "Bearer", "Bearer wrong", "Basic dXNlcg==", "Bearer \xe9", token):
        headers = {} if shown is None else {"Authorization": shown.encode("latin-1")}
        answer = httpx.post(f"{refusing_shop.url}/api/v1{path}", headers=headers, content=b"{")
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "unauthorized"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_one_error_shape_everywhere(shop):
    answers = {
        404: shop.client.get("/nothing/here"),
        405: shop.client.delete("/tickets"),
        400: shop.client.post(
            "/orders/find", content=b"{", headers={"Content-Type": "application/json"}
        ),
        422: shop.client.post(
            "/orders/find", content=b"a=b", headers={"Content-Type": "text/plain"}
        ),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/json"
        error = answer.json()["error"]
        assert set(error) <= {"code", "message", "details"}
        assert error["code"]
        assert error["message"]
    assert answers[405].headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"nul", b"[" * 100_000, b'{"a":' * 50_000, b"1" * 10_000, b"NaN"],
    ids=["empty", "bytes", "cut", "deep-list", "deep-object", "long-number", "nan"],
)
def test_unreadable_bodies(refusing_shop, body):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "unreadable-body"}
    for path in ("/orders/find", "/tickets"):
        answer = refusing_shop.client.post(path, content=body, headers=headers)
        assert answer.status_code in {400, 422}, answer.text
        assert answer.json()["error"]["code"] in {"unreadable", "invalid_input"}


def test_large_bodies(shop):
    large = json.dumps({"number": "10023", "email": "x" * LARGEST_BODY}).encode()
    announced = shop.client.post("/orders/find", content=large)

    def chunks():
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    chunked = shop.client.post(
        "/orders/find", content=chunks(), headers={"Content-Type": "application/json"}
    )
    for answer in (announced, chunked):
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "too_large"


def test_what_fails_inside_is_500_and_tells_nothing(shop):
    with sqlite3.connect(shop.database) as connection:
        connection.execute("DROP TABLE payments")
    answer = shop.client.get("/customers/cus_0001/orders")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": {
            "code": "internal_error",
            "message": "The shop failed. The cause is in its log.",
        }
    }
