"""Pulling the shop's plug at each step of each change leaves the customer with a true statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from actions import shop
from tests.actions.changes.talk import DORA, EVAN, Talk
from tests.dialogues.shop_facts import check
from tests.support.plug import Plug, State, plug
from tests.support.shop import RunningShop, running_shop

# What may be said while the shop is away; none of it claims that anything was done or refused.
AWAY = {"utter_backend_down", "utter_change_down"}
UNKNOWN = {"utter_change_unknown", "utter_want_change_unknown"}


@dataclass(frozen=True)
class Case:
    """One change from its first words to its yes.

    Attributes:
        customer: id and region.
        task: the task that begins it.
        number: the order's.
        steps: what the customer says, each with its intent, the first words first; `{code:...}` is
            the newest one-time code sent there.
        fact: what the shop holds when it was made.
        intent: of the first words, unless it is called as the task.
    """

    customer: tuple[str, str]
    task: str
    number: str
    steps: tuple[tuple[str, str], ...]
    fact: str
    intent: str = ""


CASES = {
    "cancel": Case(
        DORA,
        "cancel_order",
        "10041",
        (("cancel it", ""), ("by mistake", ""), ("yes", "affirm")),
        "orders where number=10041: state=cancelled",
    ),
    "address": Case(
        DORA,
        "change_order",
        "10041",
        (("new address", ""), ("Hafenweg 3, 24103 Kiel", ""), ("yes", "affirm")),
        "orders where number=10041: street=Hafenweg 3",
    ),
    "payment": Case(
        DORA,
        "change_order",
        "10041",
        (("pay differently", ""), ("paypal", ""), ("yes", "affirm")),
        "payments where order_number=10041: method=PayPal",
    ),
    "items": Case(
        DORA,
        "change_order",
        "10041",
        (
            ("change an item", ""),
            ("the lamp", ""),
            ("black", ""),
            ("that's all", "deny"),
            ("card", ""),
            ("yes", "affirm"),
        ),
        "order_items where order_number=10041, product=Reading lamp: variant=black",
    ),
    "return": Case(
        DORA,
        "return_item",
        "10042",
        (("return something", ""), ("the kettle", ""), ("gift card", ""), ("yes", "affirm")),
        "orders where number=10042: state=return_requested",
    ),
    "reorder": Case(
        DORA,
        "reorder",
        "10042",
        (("order it again", ""), ("paypal", ""), ("yes", "affirm")),
        "changes where order_number=10042: kind=reorder",
    ),
    "exchange": Case(
        EVAN,
        "return_item",
        "10053",
        (
            ("exchange the slippers", ""),
            ("45", ""),
            ("that's all", "deny"),
            ("yes", "affirm"),
        ),
        "orders where number=10053: state=exchange_requested",
    ),
    "consents": Case(
        EVAN,
        "change_profile",
        "",
        (("no newsletter any more", ""), ("yes", "affirm")),
        "customers where id=cus_0005: newsletter=0",
        "subscription",
    ),
    "default_address": Case(
        DORA,
        "change_profile",
        "",
        (
            ("change my default address", ""),
            ("Hafenweg 3, 24103 Kiel", ""),
            ("no", "deny"),
            ("yes", "affirm"),
        ),
        "customers where id=cus_0004: street=Hafenweg 3",
        "change_address",
    ),
    "two_factor": Case(
        EVAN,
        "change_profile",
        "",
        (("i lost my phone", ""), ("yes", "affirm")),
        "customers where id=cus_0005: two_factor=email",
        "two_factor_problem",
    ),
    "close_account": Case(
        DORA,
        "change_profile",
        "",
        (("close my account", ""), ("yes", "affirm")),
        "changes where customer_id=cus_0004: kind=close_account",
        "delete_account",
    ),
    "email": Case(
        DORA,
        "change_profile",
        "",
        (
            ("change my e-mail to dora.new@example.org", ""),
            ("{code:dora.lind@example.com}", ""),
            ("{code:dora.new@example.org}", ""),
            ("yes", "affirm"),
        ),
        "customers where id=cus_0004: email=dora.new@example.org",
        "edit_account",
    ),
    "phone": Case(
        DORA,
        "change_profile",
        "",
        (
            ("my new phone number is +49 30 23125099", ""),
            ("{code:+493023125042}", ""),
            ("{code:+493023125099}", ""),
            ("yes", "affirm"),
        ),
        "customers where id=cus_0004: phone=+493023125099",
        "edit_account",
    ),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """One shop for all tests here."""
    with running_shop(tmp_path_factory.mktemp("shop")) as found:
        found.reset()
        yield found


@pytest.fixture
def plugged(running: RunningShop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plug]:
    """The shop as it was seeded, behind a plug."""
    running.reset()
    with plug(running.url) as found:
        monkeypatch.setenv("FRONTDESK_SHOP_URL", found.url)
        monkeypatch.setenv("FRONTDESK_SHOP_TOKEN", running.token)
        shop.backends.cache_clear()
        yield found
        shop.backends.cache_clear()


_CODE = re.compile(r"\{code:(.+)\}")


async def say(talk: Talk, case: Case, step: int, running: RunningShop) -> list[str]:
    text, intent = case.steps[step]
    if wanted := _CODE.fullmatch(text):
        text = running.latest_code(wanted[1])
    if step == 0:
        return await talk.start(case.task, case.number, text, case.intent)
    return await talk.say(text, intent)


def set_to(plugged: Plug, state: State) -> None:
    plugged.state = state
    shop.backends.cache_clear()  # whose circuit breaker would notice only after some seconds


@pytest.mark.parametrize("kind", list(CASES))
async def test_before_the_yes(kind: str, plugged: Plug, running: RunningShop) -> None:
    case = CASES[kind]
    talk = Talk(*case.customer)
    for step in range(len(case.steps) - 1):
        set_to(plugged, "out")
        said = await say(talk, case, step, running)
        # a step that needs nothing of the shop goes on without it
        asked = all(name.startswith("utter_want_") for name in said) and not talk.unchecked
        assert asked or talk.unchecked or set(said) <= AWAY, said
        check(running.folder / "shop.db", "the shop has 0 changes")
        set_to(plugged, "through")
        if not asked:
            said = await say(talk, case, step, running)
    assert said == [f"utter_preview_{kind}"]
    assert await say(talk, case, len(case.steps) - 1, running) == [f"utter_changed_{kind}"]
    check(running.folder / "shop.db", f"the shop has {case.fact}")
    check(running.folder / "shop.db", "the shop has 1 changes")


@pytest.mark.parametrize("state", ["out", "deaf"])
@pytest.mark.parametrize("kind", list(CASES))
async def test_at_the_yes(kind: str, state: State, plugged: Plug, running: RunningShop) -> None:
    case = CASES[kind]
    talk = Talk(*case.customer)
    last = len(case.steps) - 1
    for step in range(last):
        said = await say(talk, case, step, running)
    assert said == [f"utter_preview_{kind}"]
    set_to(plugged, state)
    assert set(await say(talk, case, last, running)) <= UNKNOWN
    made = 1 if state == "deaf" else 0
    check(running.folder / "shop.db", f"the shop has {made} changes")
    assert set(await talk.say("did it work?")) <= UNKNOWN
    set_to(plugged, "through")
    assert await talk.say("did it work?") == [f"utter_changed_{kind}"]
    check(running.folder / "shop.db", "the shop has 1 changes")
    check(running.folder / "shop.db", f"the shop has {case.fact}")


@pytest.mark.parametrize("kind", ["email", "phone"])
async def test_a_lost_answer_about_a_code(kind: str, plugged: Plug, running: RunningShop) -> None:
    case = CASES[kind]
    talk = Talk(*case.customer)
    await say(talk, case, 0, running)
    for step, asks in ((1, "utter_want_code_old"), (2, "utter_want_code_new")):
        set_to(plugged, "deaf")
        assert await say(talk, case, step, running) == [asks]
        assert talk.unchecked  # in the words for that, see domain.yml
        set_to(plugged, "through")
        said = await say(talk, case, step, running)
    assert said == [f"utter_preview_{kind}"]
    check(running.folder / "shop.db", "the shop has 0 changes")


@pytest.mark.parametrize("kind", ["email", "phone"])
async def test_a_lost_answer_about_the_sending_of_codes(
    kind: str, plugged: Plug, running: RunningShop
) -> None:
    case = CASES[kind]
    talk = Talk(*case.customer)
    set_to(plugged, "deaf")
    assert set(await say(talk, case, 0, running)) <= AWAY
    set_to(plugged, "through")
    # they were sent, and no more can be for a minute
    assert await talk.say("again") == ["utter_contact_code_wait"]
    check(running.folder / "shop.db", "the shop has 0 changes")
