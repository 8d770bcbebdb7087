import httpx
import pytest

from tests.backends.demo.conftest import ANNA

LINES = [
    {"who": "customer", "text": "<script>alert(1)</script> 💡", "at": "2031-05-14T09:58:00Z"},
    {"who": "assistant", "text": "Sorry?", "at": "2031-05-14T11:58:01.250+02:00"},
]


def ticket(**other):
    return {
        "reason": "failed_turns",
        "summary": "Not understood twice.",
        "channel": "web",
        "conversation_id": "c-1",
        "transcript": LINES,
        "slots": {"order_number": "10031"},
        "customer_id": "cus_0001",
        "contact": ANNA,
        "priority": "high",
        **other,
    }


def listed(shop):
    return httpx.get(f"{shop.url}/tickets.json").json()["tickets"]


def test_a_ticket_keeps_everything(shop):
    opened = shop.change("/tickets", ticket())
    assert opened.status_code == 201
    body = opened.json()
    assert body["number"] == "T-100001"
    assert body["status"] == "open"
    assert body["created_at"] == "2031-05-14T10:00:00Z"
    assert body["answer_by"] == "2031-05-14T14:00:00Z"
    (kept,) = listed(shop)
    expected = {**ticket(), **body, "notes": []}
    expected["transcript"] = [LINES[0], {**LINES[1], "at": "2031-05-14T09:58:01Z"}]
    assert kept == expected


def test_outside_of_hours_the_promise_is_for_the_next_working_day(shop):
    shop.clock.turn(days=2, hours=9)  # Friday, 19:00
    assert shop.change("/tickets", ticket()).json()["answer_by"] == "2031-05-19T13:00:00Z"


def test_what_may_be_left_out(shop):
    body = ticket(transcript=[], slots={})
    del body["customer_id"], body["contact"]
    assert shop.change("/tickets", body).status_code == 201
    assert shop.mails() == []


def test_an_unknown_customer_does_not_refuse_the_ticket(shop):
    assert shop.change("/tickets", ticket(customer_id="gone")).status_code == 201
    assert listed(shop)[0]["customer_id"] == "gone"


def test_notes_and_contact(shop):
    opened = shop.change("/tickets", ticket(contact=None)).json()
    path = f"/tickets/{opened['id']}"
    for text in ("first", "second"):
        answer = shop.change(f"{path}/notes", {"text": text})
        assert (answer.status_code, answer.json()) == (201, opened)
    answer = shop.change(f"{path}/contact", {"contact": "+49 30 23125 004"}, verb="PUT")
    assert (answer.status_code, answer.json()) == (200, opened)
    (kept,) = listed(shop)
    assert [note["text"] for note in kept["notes"]] == ["first", "second"]
    assert kept["contact"] == "+49 30 23125 004"


def test_the_customer_is_told_where_the_contact_can_be_reached(shop):
    shop.change("/tickets", ticket(contact="Someone.Else@example.org"))
    shop.change("/tickets", ticket(contact="+44 7700 900123"))
    shop.change("/tickets", ticket(contact="ask my neighbour"))
    text, mail = shop.mails()
    assert (mail["medium"], mail["to"]) == ("email", "someone.else@example.org")
    assert "T-100001" in mail["subject"]
    assert "Wednesday, 14 May, 14:00 UTC" in mail["body"]
    assert (text["medium"], text["to"]) == ("text", "+44 7700 900123")
    assert "T-100002" in text["body"]


def test_unknown_tickets(shop):
    assert shop.change("/tickets/tkt_x/notes", {"text": "hello"}).status_code == 404
    answer = shop.change("/tickets/tkt_x/contact", {"contact": ANNA}, verb="PUT")
    assert answer.status_code == 404


def test_half_characters_and_zero_bytes_lose_no_ticket(shop):
    raw = b'{"reason":"r","summary":"cut \\ud83d here, zero \\u0000","channel":"web",'
    raw += b'"conversation_id":"c","transcript":[],"slots":{"\\udc00":"\\ud800"},"priority":"low"}'
    headers = {"Idempotency-Key": "half-characters", "Content-Type": "application/json"}
    answer = shop.client.post("/tickets", content=raw, headers=headers)
    assert answer.status_code == 201, answer.text
    (kept,) = listed(shop)
    assert kept["summary"] == "cut \ufffd here, zero \0"
    assert kept["slots"] == {"\ufffd": "\ufffd"}
    assert httpx.get(f"{shop.url}/tickets").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", ""),
        ("reason", None),
        ("summary", "x" * 4001),
        ("channel", 5),
        ("conversation_id", "x" * 256),
        ("transcript", None),
        ("transcript", "all"),
        ("transcript", [{"who": "robot", "text": "", "at": "2031-05-14T09:58:00Z"}]),
        ("transcript", [{"who": "customer", "text": "", "at": "yesterday"}]),
        ("transcript", [{"who": "customer", "text": "", "at": "2031-13-14T09:58:00Z"}]),
        ("transcript", [{"who": "customer", "text": "", "at": "2031-05-14T09:58:00"}]),
        ("transcript", [{"who": "customer", "text": "", "at": 1}]),
        ("transcript", [{"who": "customer", "text": "x" * 20001, "at": "2031-05-14T09:58:00Z"}]),
        ("slots", []),
        ("slots", {"a": 1}),
        ("slots", {"a": None}),
        ("slots", {"a": "x" * 4001}),
        ("slots", {str(index): "" for index in range(201)}),
        ("customer_id", "a/b"),
        ("contact", ""),
        ("priority", "whenever"),
    ],
)
def test_bad_input(refusing_shop, field, value):
    answer = refusing_shop.change("/tickets", ticket(**{field: value}))
    assert answer.status_code == 422
    places = [each["field"] for each in answer.json()["error"]["details"]["fields"]]
    assert all(place.startswith(f"body.{field}") for place in places)
    assert listed(refusing_shop) == []
