import sqlite3
from concurrent.futures import ThreadPoolExecutor

from tests.backends.demo.conftest import ANNA

KEY = "key-for-this-test"


def ticket(**other):
    return {
        "reason": "customer_asked",
        "summary": "Wants a person.",
        "channel": "web",
        "conversation_id": "c-1",
        "transcript": [],
        "slots": {},
        "priority": "normal",
        **other,
    }


def test_a_repeated_request_gets_the_same_answer(shop):
    first = shop.change("/tickets", ticket(), KEY)
    shop.clock.turn(days=6)
    second = shop.change("/tickets", ticket(), KEY)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert shop.change("/tickets", ticket()).json()["number"] == "T-100002"


def test_order_of_fields_does_not_matter(shop):
    first = shop.change("/tickets", ticket(), KEY)
    second = shop.change("/tickets", dict(reversed(ticket().items())), KEY)
    assert first.json() == second.json()


def test_another_body_or_path_is_refused(shop):
    opened = shop.change("/tickets", ticket(), KEY).json()
    for answer in (
        shop.change("/tickets", ticket(summary="Something else."), KEY),
        shop.change(f"/tickets/{opened['id']}/notes", {"text": "more"}, KEY),
        shop.change("/accounts/codes", {"email": ANNA}, KEY),
    ):
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "idempotency_key_reused"
    assert shop.mails() == []


def test_many_at_once_are_one(shop):
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: shop.change("/tickets", ticket(), KEY), range(24)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert shop.change("/tickets", ticket()).json()["number"] == "T-100002"


def test_many_different_at_once_are_all_taken(shop):
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: shop.change("/tickets", ticket()), range(24)))
    numbers = sorted(answer.json()["number"] for answer in answers)
    assert numbers == [f"T-{100_000 + serial}" for serial in range(1, 25)]


def test_what_was_refused_may_be_tried_again_with_its_key(shop):
    assert shop.change("/tickets", ticket(summary=""), KEY).status_code == 422
    assert shop.change("/tickets", ticket(), KEY).status_code == 201

    shop.challenge()
    early = shop.change("/accounts/codes", {"email": ANNA}, "another-key")
    assert early.status_code == 429
    shop.clock.turn(minutes=1)
    assert shop.change("/accounts/codes", {"email": ANNA}, "another-key").status_code == 201


def test_keys_end_after_a_week(shop):
    first = shop.change("/tickets", ticket(), KEY)
    shop.clock.turn(days=7, seconds=1)
    second = shop.change("/tickets", ticket(), KEY)
    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]


def test_a_missing_or_odd_key_is_named(shop):
    for headers in ({}, {"Idempotency-Key": "short"}, {"Idempotency-Key": "k" * 201}):
        answer = shop.client.post("/tickets", json=ticket(), headers=headers)
        assert answer.status_code == 422
        fields = answer.json()["error"]["details"]["fields"]
        assert [field["field"] for field in fields] == ["header.Idempotency-Key"]


def test_no_key_and_no_code_can_be_read_in_the_database(shop):
    challenge = shop.challenge()
    code = shop.code()
    shop.verify(challenge, code, "a-very-secret-key")
    with sqlite3.connect(shop.database) as connection:
        # The mailbox stands for the customer's own; the rest must not know the code.
        connection.execute("DELETE FROM messages")
        text = "\n".join(connection.iterdump())
    assert "a-very-secret-key" not in text
    assert code not in text
