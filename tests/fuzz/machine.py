"""A conversation as a state machine: what a customer may do at any moment, in any order."""

from __future__ import annotations

import json
import random
import sqlite3
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import jwt
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.fuzz.judge import Found, Said, judge
from tests.simulation.customer import Customer
from tests.simulation.drawing import goal_of
from tests.simulation.line import TURN_SECONDS, Inbox
from tests.simulation.run import latest_code
from tests.simulation.words import NO, OPENINGS, VAGUE, YES

STEPS = 14
MOST_BROKEN = 5  # conversations of a process that break off, until it gives up
INTERRUPTIONS = (
    "how much is the reading lamp?",
    "are you a bot?",
    "until when are your gift cards valid",
    "never mind",
    "where is order {other}",
    "cancel order {other}",
    "send me the invoice of order {other}",
    "change the address of order {other} to Hafenweg 31, 24103 Kiel",
    "i meant order {other}",
    "what did anna.berg@example.com order?",
    "show me all orders of dora.lind@example.com",
    "no wait",
    "start over",
    "what does that cost me?",
    "and the same for my other order",
    "again",
    "123456",
    "asdf qwer",
    "do you deliver on saturdays",
    "thanks!",
    "no, the navy one instead",
    "keep it",
)


@dataclass(frozen=True)
class Place:
    """Where a process of conversations finds everything.

    Attributes:
        chat_url: the web channel's.
        web: the web channel's database.
        shop: the shop's database.
        seeded: the same, as it was before anybody came.
        process, processes: which part of the customers is this process's.
        seed: of everything that is drawn.
        steps: how much a customer does at most.
    """

    chat_url: str
    web: Path
    shop: Path
    seeded: Path
    process: int = 0
    processes: int = 1
    seed: int = 1
    steps: int = STEPS


@dataclass
class Count:
    """What came of a process's conversations.

    Attributes:
        transcripts: of those in which something was found.
        broken: why a conversation could not be held to its end, such as for want of an answer.
    """

    conversations: int = 0
    turns: int = 0
    seconds: float = 0.0
    changes: Counter[str] = field(default_factory=Counter)
    found: Found = field(default_factory=Found)
    transcripts: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


class Chat:
    """One conversation, without waiting for its event stream: its log is read instead."""

    def __init__(self, http: httpx.Client, web: sqlite3.Connection, inbox: Inbox, n: int) -> None:
        self._http, self._web, self._inbox = http, web, inbox
        address = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        answer = http.post("/session", headers={"X-Forwarded-For": address})
        token = answer.raise_for_status().json()["token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        claims = jwt.decode(token, options={"verify_signature": False})
        self.conversation_id = str(claims["sub"])
        self._seen = 0
        self.buttons: dict[str, str] = {}
        self.old_buttons: list[str] = []
        self.hear()

    def send(self, body: dict[str, str], message_id: str = "") -> str:
        """Send a message; gives its id."""
        message_id = message_id or uuid.uuid4().hex
        self._http.post(
            "/messages", json={"id": message_id, **body}, headers=self._headers
        ).raise_for_status()
        return message_id

    def hear(self) -> str:
        """What was said since the last look, once nothing waits any more."""
        deadline = time.monotonic() + TURN_SECONDS
        while self._inbox.last_event(self.conversation_id) is None:
            assert time.monotonic() < deadline, "no answer came"
            time.sleep(0.01)
        texts: list[str] = []
        buttons: dict[str, str] = {}
        for event_id, sender, content in self.log(self._seen):
            self._seen = event_id
            if sender != "customer":
                texts.append(content["text"])
                for button in content.get("buttons") or ():
                    if "choice" in button:
                        buttons[button["title"]] = button["choice"]
        self.old_buttons += self.buttons.values()
        self.buttons = buttons
        return "\n".join(texts)

    def log(self, after: int = 0) -> list[tuple[int, str, dict[str, Any]]]:
        """The conversation as the channel's clients get it."""
        rows = self._web.execute(
            "SELECT id, sender, content FROM events WHERE conversation_id = ? AND id > ?"
            " ORDER BY id",
            (self.conversation_id, after),
        ).fetchall()
        return [(row[0], row[1], json.loads(row[2])) for row in rows]


def _machine(place: Place, count: Count) -> type[RuleBasedStateMachine]:
    """A machine whose conversations are this process's."""
    http = httpx.Client(base_url=place.chat_url, timeout=60)
    web = sqlite3.connect(f"file:{place.web}?mode=ro", uri=True, timeout=30)
    shop = sqlite3.connect(place.shop, timeout=30, isolation_level=None)
    shop.row_factory = sqlite3.Row
    shop.execute("ATTACH ? AS seeded", (str(place.seeded),))
    inbox = Inbox(place.web)
    customers = _customers(shop, place)
    # not those of whom an address is said: with it a number is all the proof that is asked for
    numbers = [
        row[0]
        for row in shop.execute(
            "SELECT number FROM seeded.orders WHERE customer_id NOT IN ('cus_0001', 'cus_0004')"
        )
    ]

    class Conversation(RuleBasedStateMachine):
        """One customer, who may do anything."""

        @initialize(luck=st.integers(0, 2**32 - 1))
        def begin(self, luck: int) -> None:
            self.rng = random.Random(luck)
            self.customer_id, self.email = next(customers)
            _renew(shop, self.customer_id)
            self.goal = None
            while self.goal is None:
                self.goal = goal_of(shop, self.customer_id, self.rng)
            self.customer = self._with_mood()
            own = {
                row[0]
                for row in shop.execute(
                    "SELECT number FROM orders WHERE customer_id = ?", (self.customer_id,)
                )
            }
            self.other = self.rng.choice([number for number in numbers if number not in own])
            n = 1 + count.conversations + 65_536 * (1 + place.process)
            self.chat = Chat(http, web, inbox, n)
            self.last: tuple[str, dict[str, str]] | None = None
            self.heard = ""
            self.began = time.monotonic()
            self._say(self.customer.opening())

        def _with_mood(self) -> Customer:
            assert self.goal is not None
            return Customer(self.goal, self.rng, lambda to: latest_code(place.shop, to))

        def _body(self, words: str) -> dict[str, str]:
            words = words.format(other=self.other) if "{other}" in words else words
            if not words.startswith("["):
                return {"text": words if words.strip(" ,") else "hm"}
            title = words[1:-1]
            fits = [c for name, c in self.chat.buttons.items() if title.lower() in name.lower()]
            return {"choice": fits[0]} if fits else {"text": title}

        def _say(self, *several: str) -> None:
            """Says something, or several things without waiting for an answer."""
            bodies = [self._body(words) for words in several]
            for body in bodies:
                self.last = (self.chat.send(body), body)
                count.turns += 1
            self.heard = self.chat.hear()

        # what it was asked, most of the time
        @rule()
        def answer(self) -> None:
            assert self.goal is not None
            words = self.customer.answer(self.heard, list(self.chat.buttons))
            if words is None:
                self.goal = goal_of(shop, self.customer_id, self.rng) or self.goal
                self.customer = self._with_mood()
                words = self.customer.opening()
            self._say(words)

        @rule()
        def answer_again(self) -> None:
            self.answer()

        @rule()
        def answer_once_more(self) -> None:
            self.answer()

        @rule()
        def prove(self) -> None:
            code = latest_code(place.shop, self.email)
            self._say(code if "code" in self.heard.lower() else self.email)

        @rule(words=st.sampled_from((*YES, *VAGUE, *NO)))
        def decide(self, words: str) -> None:
            self._say(words)

        @rule(words=st.sampled_from(INTERRUPTIONS))
        def interrupt(self, words: str) -> None:
            self._say(words)

        @rule(opening=st.sampled_from(sorted(OPENINGS)))
        def want_something_else(self, opening: str) -> None:
            words = {"item": "the lamp", "items": "the lamp", "to": "the navy one", "value": "x"}
            words |= {"number": self.other, "method": "PayPal", "sold_out": "the teapot in rust"}
            order = self.rng.choice(("my order", f"order {self.other}"))
            self._say(self.rng.choice(OPENINGS[opening]).format(order=order, **words))

        @rule(place_in_list=st.integers(0, 5))
        def press(self, place_in_list: int) -> None:
            choices = list(self.chat.buttons.values())
            if choices:
                body = {"choice": choices[place_in_list % len(choices)]}
                self.last = (self.chat.send(body), body)
                count.turns += 1
                self.heard = self.chat.hear()

        @rule(place_in_list=st.integers(0, 40))
        def press_an_old_button(self, place_in_list: int) -> None:
            if self.chat.old_buttons:
                old = self.chat.old_buttons[-1 - place_in_list % len(self.chat.old_buttons)]
                self.last = (self.chat.send({"choice": old}), {"choice": old})
                count.turns += 1
                self.heard = self.chat.hear()

        @rule()
        def deliver_again(self) -> None:
            """The network delivers the last message twice."""
            if self.last:
                self.chat.send(self.last[1], self.last[0])
                self.heard = self.chat.hear() or self.heard

        @rule()
        def tap_twice(self) -> None:
            """The same once more, under an id of its own, before any answer."""
            if self.last:
                body = self._body(self.rng.choice(YES)) if self.rng.random() < 0.5 else self.last[1]
                self.chat.send(body)
                self.last = (self.chat.send(body), body)
                count.turns += 2
                self.heard = self.chat.hear()

        @rule(words=st.sampled_from(INTERRUPTIONS))
        def write_on_at_once(self, words: str) -> None:
            self._say(words, self.rng.choice((*INTERRUPTIONS, *NO)))

        def teardown(self) -> None:
            """The conversation is over: what it led to is looked at."""
            if not hasattr(self, "chat"):
                return
            said = [
                Said(sender == "customer", content["text"])
                for _, sender, content in self.chat.log()
            ]
            found = judge(shop, self.chat.conversation_id, self.customer_id, said)
            made = shop.execute(
                "SELECT kind FROM changes WHERE json_extract(made_by, '$.conversation_id') = ?",
                (self.chat.conversation_id,),
            ).fetchall()
            count.changes.update(row["kind"] for row in made)
            count.conversations += 1
            count.seconds += time.monotonic() - self.began
            for name in ("without_yes", "twice", "anothers"):
                getattr(count.found, name).extend(getattr(found, name))
            if found.all():
                lines = [f"{'> ' if one.by_customer else ''}{one.text}" for one in said]
                count.transcripts.append("\n".join([*found.all(), *lines]))

    return Conversation


def _customers(shop: sqlite3.Connection, place: Place) -> Iterator[tuple[str, str]]:
    rows = shop.execute(
        "SELECT id, email FROM seeded.customers WHERE id IN (SELECT customer_id FROM orders)"
        " ORDER BY id"
    ).fetchall()
    mine = [(row[0], row[1]) for row in rows][place.process :: place.processes]
    return cycle(mine)


def _renew(shop: sqlite3.Connection, customer_id: str) -> None:
    """Gives a customer back what they had before anybody came."""
    theirs = "order_number IN (SELECT number FROM orders WHERE customer_id = ?)"
    shop.execute("BEGIN IMMEDIATE")
    shop.execute("DELETE FROM changes WHERE customer_id = ?", (customer_id,))
    for table in ("payments", "shipments", "order_items"):
        shop.execute(f"DELETE FROM {table} WHERE {theirs}", (customer_id,))
    for table in ("orders", "payment_methods"):
        shop.execute(f"DELETE FROM {table} WHERE customer_id = ?", (customer_id,))
    shop.execute("DELETE FROM customers WHERE id = ?", (customer_id,))
    shop.execute(
        "INSERT INTO customers SELECT * FROM seeded.customers WHERE id = ?", (customer_id,)
    )
    for table in ("orders", "payment_methods"):
        shop.execute(
            f"INSERT INTO {table} SELECT * FROM seeded.{table} WHERE customer_id = ?",
            (customer_id,),
        )
    for table in ("shipments", "order_items", "payments"):
        shop.execute(
            f"INSERT INTO {table} SELECT * FROM seeded.{table} WHERE {theirs}", (customer_id,)
        )
    shop.execute("UPDATE stock SET pieces = 1000 WHERE pieces BETWEEN 1 AND 500")
    shop.execute("COMMIT")


def converse(place: Place, conversations: int) -> Count:
    """Hold so many conversations, one after another; go on behind one that breaks off."""
    count = Count()
    machine = _machine(place, count)
    while count.conversations < conversations and len(count.broken) < MOST_BROKEN:
        drawn = (place.seed * 1000 + place.process) * 100 + len(count.broken)
        try:
            run_state_machine_as_test(  # type: ignore[no-untyped-call]
                seed(drawn)(machine),
                settings=settings(
                    max_examples=conversations - count.conversations,
                    stateful_step_count=place.steps,
                    deadline=None,
                    database=None,
                    phases=(Phase.generate,),
                    suppress_health_check=list(HealthCheck),
                ),
            )
        except Exception:
            count.broken.append(traceback.format_exc())
        else:
            break
    return count
