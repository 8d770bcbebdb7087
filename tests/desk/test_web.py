"""The agents' pages, without a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import audit, conversations, deliveries, handoffs, notes
from tests.desk.people import said
from tests.desk.web import TOKEN, Web, running

BODY = {
    "key": "key-00000001",
    "conversation_id": "c9",
    "channel": "web",
    "reason": "not_understood",
    "summary": "The assistant did not understand.",
    "facts": {"order number": "10023"},
}
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with running(tmp_path) as web:
        yield web


def test_a_request_over_the_api_is_in_the_queue_and_can_be_left(web: Web) -> None:
    answer = web.client.post("/api/v1/handoffs", json=BODY, headers=BEARER).json()
    assert answer["state"] == "closed"  # nobody is at the desk
    agent = web.sign_in("agent")
    for _ in range(2):  # asked again, it is the same
        answer = web.client.post("/api/v1/handoffs", json=BODY, headers=BEARER).json()
        assert answer == {"state": "queued", "place": 1, "wait": None, "opens_at": None}
    _status, page = agent.get("/")
    assert "The assistant did not understand." in page
    leave = {"conversation_id": "c9", "to": "assistant"}
    for ended, handoff in ((True, 1), (False, None)):
        answer = web.client.post("/api/v1/leave", json=leave, headers=BEARER).json()
        assert answer == {"ended": ended, "state": None, "handoff": handoff}
    assert "Nobody is waiting" in agent.get("/parts/queue")[1]


@pytest.mark.parametrize("wrong", [{"key": ""}, {"channel": "x" * 33}, {"priority": "vip"}])
def test_a_request_that_cannot_be_is_refused(web: Web, wrong: dict[str, str]) -> None:
    answer = web.client.post("/api/v1/handoffs", json=BODY | wrong, headers=BEARER)
    assert answer.status_code == 422


def test_what_customers_write_is_shown_as_they_wrote_it(web: Web) -> None:
    one = web.queued()
    with web.desk.database.write() as connection:
        conversations.add(connection, said('<script>alert(1)</script> & "quotes" 🙂\nline'))
    _status, page = web.sign_in("agent").get(f"/handoffs/{one}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quotes&#34; 🙂\nline" in page
    assert "<script>alert" not in page
    assert "Understood: greet, 90%" in page


def test_an_agent_takes_writes_notes_and_resolves(web: Web) -> None:
    one = web.queued()
    agent, lead = web.sign_in("agent"), web.sign_in("lead")
    assert agent.post(f"/handoffs/{one}/say", text="hi", key="key-0001") == 409
    assert agent.post(f"/handoffs/{one}/take") == 303
    assert lead.post(f"/handoffs/{one}/take") == 409
    assert agent.post(f"/handoffs/{one}/say", text="Hello there", key="key-0001") == 202
    assert lead.post(f"/handoffs/{one}/say", text="me too", key="key-0002") == 409
    assert lead.post(f"/handoffs/{one}/note", text="look at the parcel") == 202
    page = agent.get(f"/parts/handoffs/{one}")[1]
    assert "Hello there" in page
    assert "on its way" in page  # Rasa does not answer here
    assert "look at the parcel" in page
    assert agent.post(f"/handoffs/{one}/resolve", outcome="nonsense") == 400
    assert agent.post(f"/handoffs/{one}/resolve", outcome="solved", tags="a, b") == 303
    assert "solved" in agent.get("/closed")[1]
    with web.desk.database.read() as connection:
        assert handoffs.get(connection, one).tags == ["a", "b"]
        did = [line.did for line in audit.newest(connection)]
    assert {"take", "say", "note", "resolve", "sign_in"} <= set(did)


def test_a_secret_that_an_agent_types_is_sent_and_kept_nowhere(web: Web) -> None:
    one = web.queued()
    agent = web.sign_in("agent")
    agent.post(f"/handoffs/{one}/take")
    words = "Your card 4111 1111 1111 1111 was charged"
    assert agent.post(f"/handoffs/{one}/say", text=words, key="key-0001") == 202
    assert agent.post(f"/handoffs/{one}/note", text="She said: my password is hunter2!") == 202
    page = agent.get(f"/handoffs/{one}")[1]
    assert "Your card [card number] was charged" in page
    assert "my password is [password]" in page
    with web.desk.database.read() as connection:
        kept = [delivery.body for delivery in deliveries.not_sent(connection, "c1")]
    assert kept
    assert "4111" not in str(kept)


def test_what_a_customer_asked_the_assistant_elsewhere_is_one_click_off(web: Web) -> None:
    with web.desk.database.write() as connection:
        conversations.add(connection, said("Is it <b>red</b>?", "slack-ada", time.time() - 600))
        conversations.belongs_to(connection, "slack-ada", "cus_7")
        conversations.add(connection, said("Nobody's business", "other", time.time() - 600))
    one = web.queued("web-ada", customer_id="cus_7")
    agent = web.sign_in("agent")
    page = agent.get(f"/handoffs/{one}")[1]
    assert 'href="/conversation?id=slack-ada"' in page
    assert "id=other" not in page
    status, earlier = agent.get("/conversation?id=slack-ada")
    assert status == 200
    assert "Is it &lt;b&gt;red&lt;/b&gt;?" in earlier
    with web.desk.database.read() as connection:
        assert ("view", "slack-ada") in {
            (line.did, line.subject) for line in audit.newest(connection)
        }
    assert agent.get("/conversation?id=nowhere")[0] == 404
    # one without a proven customer shows nobody else's
    assert "/conversation?id=" not in agent.get(f"/handoffs/{web.queued('web-anon')}")[1]


def test_what_did_not_reach_the_customer_is_shown_once(web: Web) -> None:
    one = web.queued("c-lost")
    agent = web.sign_in("agent")
    body = {"conversation_id": "c-lost", "key": "p-1", "reason": "STOP was sent", "at": time.time()}
    headers = {"authorization": f"Bearer {TOKEN}"}
    for _ in range(2):
        answer = web.client.post("/api/v1/undelivered", json=body, headers=headers)
        assert answer.status_code == 204
    page = agent.get(f"/handoffs/{one}")[1]
    assert page.count("Not delivered: a message did not reach the customer (STOP was sent).") == 1
    # where no person is wanted, nobody reads it
    other = {**body, "conversation_id": "nobody's"}
    assert web.client.post("/api/v1/undelivered", json=other, headers=headers).status_code == 204


def test_a_lead_sees_the_figures(web: Web) -> None:
    lead = web.sign_in("lead")
    assert "There is nothing in this time." in lead.get("/kpis")[1]
    with web.desk.database.write() as connection:
        conversations.add(connection, said("Hello", "c1", time.time() - 60))
    one = web.queued("c1", reason="not_understood")
    _status, page = lead.get("/kpis?days=30")
    assert "1 of 1 conversations asked for a person" in page
    assert "not understood" in page
    assert f'href="/handoffs/{one}"' in page
    assert lead.get("/kpis?days=3")[0] == 400


def test_who_looked_is_on_record(web: Web) -> None:
    one = web.queued("c7")
    web.sign_in("agent").get(f"/handoffs/{one}")
    with web.desk.database.read() as connection:
        line = next(line for line in audit.newest(connection) if line.did == "view")
    assert (line.name, line.subject) == ("Agent", "c7")


def test_saved_replies_are_kept_replaced_and_deleted(web: Web) -> None:
    lead = web.sign_in("lead")
    assert lead.post("/replies", name="Hello", text="Hello {name}") == 303
    assert lead.post("/replies", name="Hello", text="Good day {name}") == 303
    assert lead.post("/replies", name=" ", text="x") == 400
    one = web.queued()
    assert 'value="Good day {name}"' in lead.get(f"/handoffs/{one}")[1]
    with web.desk.database.read() as connection:
        (kept,) = notes.saved_replies(connection)
    assert lead.post(f"/replies/{kept.id}/delete") == 303
    assert "Good day" not in lead.get("/replies")[1]


def test_people_are_let_in_with_a_role(web: Web) -> None:
    admin = web.sign_in("admin")
    new = {"login": "Eve", "name": "Eve", "role": "agent", "password": "long enough 1"}
    assert admin.post("/people", **new) == 303
    assert admin.post("/people", **new) == 400  # there is one already
    assert admin.post("/people", **new | {"login": "x", "password": "short"}) == 400
    assert admin.post("/people", **new | {"login": "y", "role": "owner"}) == 400
    answer = web.client.post("/login", data={"login": "eve", "password": "long enough 1"})
    assert answer.status_code == 303
    web.client.cookies.clear()


def test_one_s_own_password_is_changed_with_the_old_one(web: Web) -> None:
    agent = web.sign_in("agent")
    assert agent.post("/password", old="wrong", new="another long one") == 400
    assert agent.post("/password", old="correct horse battery", new="short") == 400
    assert agent.post("/password", old="correct horse battery", new="another long one") == 303
    assert agent.get("/")[0] == 303
    data = {"login": "agent", "password": "another long one"}
    assert web.client.post("/login", data=data).status_code == 303
    web.client.cookies.clear()
