import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from backends.demo.recovery import hash_password, password_fits
from tests.backends.demo.conftest import ANNA, BEN, NOBODY

PASSWORD = "seven warm candles"
BOTH = ["/accounts/password-resets", "/accounts/username-reminders"]


def link(shop, to: str = ANNA) -> str:
    mail = next(mail for mail in shop.mails(to) if mail["kind"] == "password_reset")
    return re.search(r"http\S+", mail["body"])[0]


def choose(address: str, password: str = PASSWORD, repeated: str | None = None) -> httpx.Response:
    return httpx.post(
        address, data={"password": password, "repeated": password if repeated is None else repeated}
    )


def login(shop, password: str, username: str = "anna.berg") -> int:
    return httpx.post(
        f"{shop.url}/login", data={"username": username, "password": password}
    ).status_code


def test_a_new_password_by_the_link(shop):
    assert login(shop, PASSWORD) == 403
    assert shop.change(BOTH[0], {"email": "ANNA.BERG@example.com"}).status_code == 202
    address = link(shop)
    assert address.startswith(f"{shop.url}/reset/")
    assert httpx.get(address).status_code == 200
    assert choose(address).status_code == 200
    assert login(shop, PASSWORD) == 200
    assert login(shop, PASSWORD + "!") == 403
    assert shop.mails(ANNA)[0]["kind"] == "password_changed"


def test_a_link_works_once(shop):
    shop.change(BOTH[0], {"email": ANNA})
    choose(link(shop))
    for answer in (httpx.get(link(shop)), choose(link(shop), "another long one")):
        assert answer.status_code == 404
        assert "no longer works" in answer.text
    assert login(shop, PASSWORD) == 200


def test_of_many_at_once_one_wins(shop):
    shop.change(BOTH[0], {"email": ANNA})
    address = link(shop)
    passwords = [f"password number {index}" for index in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda password: choose(address, password), passwords))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 5
    winner = [answer.status_code for answer in answers].index(200)
    assert login(shop, passwords[winner]) == 200


def test_a_link_ends_after_half_an_hour_and_with_a_newer_one(shop):
    shop.change(BOTH[0], {"email": ANNA})
    first = link(shop)
    shop.clock.turn(minutes=1)
    shop.change(BOTH[0], {"email": ANNA})
    second = link(shop)
    assert first != second
    assert httpx.get(first).status_code == 404
    shop.clock.turn(minutes=29, seconds=59)
    assert httpx.get(second).status_code == 200
    shop.clock.turn(seconds=1)
    assert choose(second).status_code == 404


@pytest.mark.parametrize(
    ("password", "repeated", "problem"),
    [
        ("short", "short", "at least 10"),
        ("", "", "at least 10"),
        ("x" * 201, "x" * 201, "at most 200"),
        (PASSWORD, PASSWORD + " ", "not the same"),
    ],
)
def test_poor_passwords_are_named_and_the_link_stays(shop, password, repeated, problem):
    shop.change(BOTH[0], {"email": ANNA})
    answer = choose(link(shop), password, repeated)
    assert answer.status_code == 422
    assert problem in answer.text
    assert choose(link(shop)).status_code == 200


def test_unknown_links(shop):
    for token in ("x", "%00", "..%2f..", "a" * 3000):
        answer = httpx.get(f"{shop.url}/reset/{token}")
        assert answer.status_code == 404


def test_the_username_is_sent(shop):
    assert shop.change(BOTH[1], {"email": BEN}).status_code == 202
    (mail,) = shop.mails(BEN)
    assert "ben_okafor" in mail["body"]


@pytest.mark.parametrize("path", BOTH)
def test_no_answer_tells_whether_there_is_an_account(shop, path):
    known, unknown = (shop.change(path, {"email": email}) for email in (ANNA, NOBODY))
    assert known.status_code == unknown.status_code == 202
    assert known.content == unknown.content
    assert sorted(known.headers) == sorted(unknown.headers)
    assert [mail["to"] for mail in shop.mails()] == [ANNA]


@pytest.mark.parametrize("path", BOTH)
def test_no_second_mail_within_a_minute(shop, path):
    for _ in range(3):
        assert shop.change(path, {"email": ANNA}).status_code == 202
        shop.clock.turn(seconds=29)
    assert len(shop.mails(ANNA)) == 1
    shop.clock.turn(seconds=1)
    shop.change(path, {"email": ANNA})
    assert len(shop.mails(ANNA)) == 2


def test_the_link_that_was_sent_survives_a_request_that_sends_none(shop):
    shop.change(BOTH[0], {"email": ANNA})
    shop.change(BOTH[0], {"email": ANNA})
    assert httpx.get(link(shop)).status_code == 200


def test_passwords_are_salted_and_slow():
    one, two = hash_password(PASSWORD), hash_password(PASSWORD)
    assert one != two
    assert PASSWORD not in one
    assert password_fits(PASSWORD, one)
    assert password_fits(PASSWORD, two)
    assert not password_fits(PASSWORD.upper(), one)


@pytest.mark.parametrize("email", ["", "no at", "two@@example.com", "a@b c", "a@b\n", None, 7, []])
@pytest.mark.parametrize("path", [*BOTH, "/accounts/codes"])
def test_what_is_no_address_is_refused_without_repeating_it(refusing_shop, path, email):
    answer = refusing_shop.change(path, {"email": email})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["field"] == "body.email"
    assert "two@@" not in answer.text
