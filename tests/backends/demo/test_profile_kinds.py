"""Changes of a profile: one test for each rule, and what it does."""

from __future__ import annotations

from typing import Any

import httpx

from tests.backends.demo.changing import DORA, EVAN, MADE_BY, query, refused
from tests.backends.demo.conftest import Tried

CARLA = "cus_0003"
DORAS, NEW = "dora.lind@example.com", "dora.new@example.org"
ADDRESS = {"street": "Hafenweg 3", "postcode": "24103", "city": "Kiel", "country": "DE"}


def preview(shop: Tried, customer: str, **change: Any) -> httpx.Response:
    return shop.client.post(f"/customers/{customer}/profile/changes/preview", json=change)


def make(shop: Tried, customer: str, *, key: str | None = None, **change: Any) -> httpx.Response:
    """Preview and make a change; the preview's refusal if there is one."""
    seen = preview(shop, customer, **change)
    if seen.status_code != 200:
        return seen
    body = {"change": change, "quote": seen.json()["quote"], "made_by": MADE_BY}
    return shop.change(f"/customers/{customer}/profile/changes", body, key)


def send(shop: Tried, customer: str = DORA, **contact: Any) -> httpx.Response:
    return shop.change(f"/customers/{customer}/contact-codes", contact)


def verify(shop: Tried, challenge: dict[str, Any], code: str) -> httpx.Response:
    path = f"/customers/{DORA}/contact-codes/{challenge['id']}/verify"
    return shop.change(path, {"code": code})


def of(shop: Tried, customer: str, column: str) -> Any:
    return query(shop, f"SELECT {column} FROM customers WHERE id = ?", customer)[0][0]


def prove(shop: Tried) -> None:
    """Both codes for Dora's new address."""
    sent = send(shop, kind="email", email=NEW).json()
    assert verify(shop, sent["old"], shop.code(DORAS)).status_code == 200
    assert verify(shop, sent["new"], shop.code(NEW)).status_code == 200


def test_consents_are_kept_and_recorded_once(shop: Tried) -> None:
    key = "one-key-for-two-tries"
    made = make(shop, EVAN, key=key, kind="consents", newsletter=False)
    assert made.json()["outcome"]["profile"] == {"newsletter": False}
    assert made.json()["order_number"] is None
    body = {"kind": "consents", "newsletter": False}
    quote = made.json()["outcome"]["quote"]
    again = shop.change(
        f"/customers/{EVAN}/profile/changes",
        {"change": body, "quote": quote, "made_by": MADE_BY},
        key,
    )
    assert again.json() == made.json()
    assert shop.client.get(f"/customers/{EVAN}/changes/{key}").json() == made.json()
    assert (of(shop, EVAN, "newsletter"), of(shop, EVAN, "sms")) == (0, 0)
    assert refused(preview(shop, EVAN, **body)) == ("nothing_to_change", None)
    exported = httpx.get(f"{shop.url}/changes.csv").text
    assert "newsletter: False" in exported
    assert "newsletter: False" in httpx.get(f"{shop.url}/changes").text


def test_text_messages_need_a_phone(refusing_shop: Tried) -> None:
    for change in ({"kind": "consents", "sms": True}, {"kind": "two_factor", "two_factor": "text"}):
        assert refused(preview(refusing_shop, CARLA, **change)) == ("no_phone", None)


def test_a_default_address_alone_and_with_what_is_pending(shop: Tried) -> None:
    made = make(shop, DORA, kind="default_address", address=ADDRESS).json()
    assert (made["outcome"]["ship_to"], made["outcome"]["orders"]) == (ADDRESS, [])
    assert of(shop, DORA, "street") == "Hafenweg 3"
    streets = "SELECT street FROM orders WHERE number = ?"
    assert query(shop, streets, "10041") == [("Gartenstraße 12",)]
    same = {"kind": "default_address", "address": ADDRESS}
    assert refused(preview(shop, DORA, **same)) == ("nothing_to_change", None)
    made = make(shop, DORA, **same, pending_orders=True).json()
    assert made["outcome"]["orders"] == ["10041"]
    assert query(shop, streets, "10041") == [("Hafenweg 3",)]
    assert query(shop, streets, "10043") == [("Gartenstraße 12",)]  # packed


def test_a_new_address_takes_both_codes(shop: Tried) -> None:
    change = {"kind": "email", "email": NEW}
    assert refused(preview(shop, DORA, **change)) == ("unproven", None)
    sent = send(shop, **change).json()
    assert sent["old"]["sent_to_hint"] == "d***@example.com"
    assert send(shop, **change).status_code == 429
    assert verify(shop, sent["old"], shop.code(DORAS)).status_code == 200
    assert refused(preview(shop, DORA, **change)) == ("unproven", None)
    right = shop.code(NEW)
    assert verify(shop, sent["new"], "000000" if right != "000000" else "1" * 6).status_code == 403
    assert verify(shop, sent["new"], right).status_code == 200
    assert make(shop, DORA, **change).status_code == 201
    assert of(shop, DORA, "email") == NEW
    told = [mail["to"] for mail in shop.mails() if mail["kind"] == "profile_change"]
    assert sorted(told) == [DORAS, NEW]


def test_a_proof_is_good_for_one_change_and_not_for_ever(shop: Tried) -> None:
    prove(shop)
    shop.clock.turn(minutes=31)
    assert refused(preview(shop, DORA, kind="email", email=NEW)) == ("unproven", None)
    prove(shop)
    assert make(shop, DORA, kind="email", email=NEW).status_code == 201
    assert refused(preview(shop, DORA, kind="email", email=DORAS)) == ("unproven", None)


def test_a_contacts_code_proves_nobody(shop: Tried) -> None:
    sent = send(shop, kind="email", email=NEW).json()
    assert shop.verify(sent["new"]["id"], shop.code(NEW)).status_code == 404
    mine = shop.challenge(DORAS)
    assert verify(shop, {"id": mine}, shop.code(DORAS)).status_code == 404
    elsewhere = f"/customers/{EVAN}/contact-codes/{sent['new']['id']}/verify"
    assert shop.change(elsewhere, {"code": shop.code(NEW)}).status_code == 404


def test_another_customers_address_is_sent_nothing_and_never_fits(shop: Tried) -> None:
    evans = "evan.brooks@example.com"
    free, taken = send(shop, kind="email", email=NEW), send(shop, CARLA, kind="email", email=evans)
    assert (taken.status_code, taken.json().keys()) == (free.status_code, free.json().keys())
    assert shop.mails(evans) == []
    path = f"/customers/{CARLA}/contact-codes/{taken.json()['new']['id']}/verify"
    assert shop.change(path, {"code": "123456"}).status_code == 403


def test_a_phone_by_text_and_without_one_by_mail(shop: Tried) -> None:
    send(shop, kind="phone", phone="+493023125099")
    assert {mail["to"] for mail in shop.mails()} == {"+493023125042", "+493023125099"}
    assert {mail["medium"] for mail in shop.mails()} == {"text"}
    send(shop, CARLA, kind="phone", phone="+12025550199")
    assert shop.mails("carla.diaz@example.com")
    same = send(shop, kind="phone", phone="+493023125042")
    assert refused(same) == ("nothing_to_change", None)


def test_five_wrong_codes_lock_whatever_the_new_address_is(shop: Tried) -> None:
    for attempt in range(5):
        sent = send(shop, kind="email", email=f"new{attempt}@example.org").json()
        wrong = "000000" if shop.code(DORAS) != "000000" else "111111"
        answer = verify(shop, sent["old"], wrong)
        shop.clock.turn(minutes=1)
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "code_locked"


def test_where_the_codes_for_signing_in_go(shop: Tried) -> None:
    assert of(shop, EVAN, "two_factor") == "text"
    assert make(shop, EVAN, kind="two_factor", two_factor="email").status_code == 201
    assert of(shop, EVAN, "two_factor") == "email"
    for way, rule in (("email", ("nothing_to_change", None)), ("off", ("by_person", "person"))):
        assert refused(preview(shop, EVAN, kind="two_factor", two_factor=way)) == rule


def test_closing_an_account_waits_as_the_law_says(shop: Tried) -> None:
    made = make(shop, DORA, kind="close_account").json()
    assert made["outcome"]["profile"] == {"closes_on": "2031-06-13"}  # thirty days on
    assert of(shop, DORA, "closing_on") == "2031-06-13"
    again = preview(shop, DORA, kind="close_account")
    assert refused(again) == ("nothing_to_change", "person")
