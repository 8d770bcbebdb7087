"""What a shop must be able to tell. Nothing is changed by these questions.

Looking up with a wrong proof counts as a miss in the shop's own books: two are made on an order
that is named, and two on a customer's name and postcode.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from backends.conformance.asking import Answer, Asker

_FIND = "/orders/find"
_FIND_CUSTOMER = "/customers/find"
_CUSTOMER = "/customers/{customer_id}"
_ORDERS = "/customers/{customer_id}/orders"
_ORDER = "/customers/{customer_id}/orders/{number}"
_PREVIEW = "/customers/{customer_id}/orders/{number}/changes/preview"
_CHANGE = "/customers/{customer_id}/changes/{idempotency_key}"
_PROFILE_PREVIEW = "/customers/{customer_id}/profile/changes/preview"
_METHODS = "/customers/{customer_id}/payment-methods"
_NO_NEWSLETTER = {"kind": "consents", "newsletter": False}
_NOBODY = "nobody.at.all@example.org"


@dataclass(frozen=True)
class Known:
    """What of the shop's data may be looked at; "" for what is not told.

    Attributes:
        order: an order's number.
        email: the e-mail address on it.
        customer: the id of the customer whose order it is.
        name: a customer's first and last name.
        postcode: of the default address of the customer with that name.
    """

    order: str = ""
    email: str = ""
    customer: str = ""
    name: str = ""
    postcode: str = ""


def read_all(asker: Asker, known: Known) -> None:
    """Ask everything that changes nothing, in the order in which a shop is best built."""
    if not _token(asker):
        return
    _products(asker)
    _strangers(asker)
    _bad_requests(asker)
    if known.order and known.email:
        _order_by_proof(asker, known)
    if known.name and known.postcode:
        _customer_by_name(asker, known)
    if known.customer:
        _customer(asker, known)


def _token(asker: Asker) -> bool:
    with asker.about("It answers, and only to the right token") as finding:
        first = asker.ask("GET", "/products", expect=200, why="with the token")
        if first.status == 0:
            return False
        if first.status == 401:
            finding.wrong.append("Set FRONTDESK_SHOP_TOKEN to the token that the server expects.")
            return False
        wrong = {"without a token": "", "with a wrong token": "Bearer not-it-at-all"}
        for title, value in wrong.items():
            asker.ask(
                "GET",
                "/products",
                expect=401,
                why=title,
                code="unauthorized",
                headers={"Authorization": value},
            )
    return True


def _products(asker: Asker) -> None:
    with asker.about("Products") as finding:
        found = asker.ask("GET", "/products", expect=200, why="for the whole catalogue")
        products: list[Any] = found.body.get("products") or [] if found.status == 200 else []
        if not products and found.status == 200:
            finding.remarks.append("the catalogue is empty, so nothing in it could be looked at.")
        none = asker.ask(
            "GET",
            "/products",
            expect=200,
            why="when nothing fits the words",
            query={"search": f"zzq{secrets.token_hex(4)}"},
        )
        if none.status == 200 and none.body.get("products"):
            finding.wrong.append(
                "GET /products?search=…: words that fit nothing must give an empty list, since all "
                "words must fit."
            )
        unknown = secrets.token_hex(6)
        asker.ask(
            "GET",
            "/products/{product_id}",
            expect=404,
            why="for an unknown id",
            code="not_found",
            product_id=unknown,
        )
        if products and isinstance(products[0], dict):
            one = asker.ask(
                "GET",
                "/products/{product_id}",
                expect=200,
                why="for an id from the list",
                product_id=str(products[0].get("id")),
            )
            if one.status == 200 and one.body.get("id") != products[0].get("id"):
                finding.wrong.append("GET /products/{product_id}: another product came back.")


def _strangers(asker: Asker) -> None:
    with asker.about("Nothing for strangers"):
        nobody, number = f"cus_{secrets.token_hex(6)}", "99999999"
        for template in (_CUSTOMER, _ORDERS, _METHODS):
            asker.ask(
                "GET",
                template,
                expect=404,
                why="for a customer that there is not",
                code="not_found",
                customer_id=nobody,
            )
        asker.ask(
            "GET",
            _ORDER,
            expect=404,
            why="for an order that is not this customer's",
            code="not_found",
            customer_id=nobody,
            number=number,
        )
        asker.ask(
            "GET",
            _CHANGE,
            expect=404,
            why="for a key with which nothing was changed",
            code="not_found",
            customer_id=nobody,
            idempotency_key=secrets.token_hex(16),
        )
        asker.ask(
            "POST",
            _PROFILE_PREVIEW,
            expect=404,
            why="for a customer that there is not",
            code="not_found",
            body=_NO_NEWSLETTER,
            customer_id=nobody,
        )
        asker.ask(
            "POST",
            _FIND_CUSTOMER,
            expect=404,
            why="for a name that nobody has, and where names prove nobody",
            code="not_found",
            body={"name": _no_name(), "postcode": _no_postcode()},
        )


def _bad_requests(asker: Asker) -> None:
    with asker.about("Requests that make no sense"):
        asker.ask(
            "POST", _FIND, expect=400, why="for a body that is no JSON", code="unreadable", body="{"
        )
        asker.ask(
            "POST",
            _FIND,
            expect=422,
            why="without e-mail and postcode",
            code="invalid_input",
            body={"number": "10001"},
        )
        asker.ask(
            "POST",
            _FIND_CUSTOMER,
            expect=422,
            why="for a name without a postcode",
            code="invalid_input",
            body={"name": _no_name()},
        )


def _order_by_proof(asker: Asker, known: Known) -> None:
    with asker.about("An order by its number and a proof") as finding:
        right = asker.ask(
            "POST",
            _FIND,
            expect=200,
            why="for the order and the e-mail address that you gave",
            body={"number": known.order, "email": known.email},
        )
        if right.status == 200 and right.body.get("number") != known.order:
            finding.wrong.append(f"POST {_FIND}: another order came back.")
        loud = asker.ask(
            "POST",
            _FIND,
            expect=200,
            why="for the same address in capitals",
            body={"number": known.order, "email": known.email.upper()},
        )
        if loud.status == 404:
            finding.wrong.append(f"POST {_FIND}: compare e-mail addresses without regard to case.")
        wrong: dict[str, Any] = {"expect": 404, "code": "not_found"}
        mine = asker.ask(
            "POST",
            _FIND,
            why="for a wrong proof",
            body={"number": known.order, "email": _NOBODY},
            **wrong,
        )
        nobodys = asker.ask(
            "POST",
            _FIND,
            why="for an order that there is not",
            body={"number": "99999999", "email": _NOBODY},
            **wrong,
        )
        if _tells_apart(mine, nobodys):
            finding.wrong.append(
                f"POST {_FIND}: the answers to a wrong proof and to an unknown order differ, so a "
                "stranger can find out which orders exist. Make them the same."
            )


def _customer_by_name(asker: Asker, known: Known) -> None:
    with asker.about("A customer by name and postcode") as finding:
        right = asker.ask(
            "POST",
            _FIND_CUSTOMER,
            expect=200,
            why="for the name and the postcode that you gave (if your policy accepts them)",
            body={"name": known.name, "postcode": known.postcode},
        )
        if right.status == 200 and known.customer not in ("", right.body.get("id")):
            finding.wrong.append(f"POST {_FIND_CUSTOMER}: another customer came back.")
        loud = asker.ask(
            "POST",
            _FIND_CUSTOMER,
            expect=200,
            why="for the same name in capitals, between spaces",
            body={"name": f"  {known.name.upper()} ", "postcode": known.postcode.lower()},
        )
        if right.status == 200 and loud.status == 404:
            finding.wrong.append(
                f"POST {_FIND_CUSTOMER}: compare names and postcodes without regard to case and "
                "spaces."
            )
        wrong: dict[str, Any] = {"expect": 404, "code": "not_found"}
        moved = asker.ask(
            "POST",
            _FIND_CUSTOMER,
            why="for a wrong postcode",
            body={"name": known.name, "postcode": _no_postcode()},
            **wrong,
        )
        nobody = asker.ask(
            "POST",
            _FIND_CUSTOMER,
            why="for a name that nobody has",
            body={"name": _no_name(), "postcode": known.postcode},
            **wrong,
        )
        if _tells_apart(moved, nobody):
            finding.wrong.append(
                f"POST {_FIND_CUSTOMER}: the answers to a wrong postcode and to an unknown name "
                "differ, so a stranger can find out who your customers are. Make them the same."
            )


def _no_name() -> str:
    return f"Nobody {''.join(secrets.choice('bcdfghjk') for _ in range(12))}"


def _no_postcode() -> str:
    return f"ZZ{secrets.randbelow(10**8):08d}"


def _tells_apart(one: Answer, other: Answer) -> bool:
    return one.status == other.status == 404 and one.body != other.body


def _customer(asker: Asker, known: Known) -> None:
    with asker.about("A proven customer") as finding:
        asker.ask(
            "GET", _CUSTOMER, expect=200, why="for the id you gave", customer_id=known.customer
        )
        listed = asker.ask(
            "GET", _ORDERS, expect=200, why="for the id you gave", customer_id=known.customer
        )
        one = asker.ask(
            "GET",
            _ORDERS,
            expect=200,
            why="with limit=1",
            query={"limit": "1"},
            customer_id=known.customer,
        )
        _refusal_names_rule(
            asker.ask(
                "POST",
                _PROFILE_PREVIEW,
                expect=(200, 409),
                why="when stopping the newsletter is only looked at",
                body=_NO_NEWSLETTER,
                customer_id=known.customer,
            ),
            _PROFILE_PREVIEW,
            finding.wrong,
        )
        orders: list[Any] = listed.body.get("orders") or [] if listed.status == 200 else []
        if one.status == 200 and len(one.body.get("orders") or []) > 1:
            finding.wrong.append(f"GET {_ORDERS}: limit=1 gave more than one order.")
        placed = [str(order.get("placed_at")) for order in orders if isinstance(order, dict)]
        if placed != sorted(placed, reverse=True):
            finding.wrong.append(f"GET {_ORDERS}: the newest order must come first.")
        asker.ask(
            "GET", _METHODS, expect=200, why="for the id you gave", customer_id=known.customer
        )
        if not orders or not isinstance(orders[0], dict):
            finding.remarks.append("the customer has no orders, so none could be looked at.")
            return
        order: dict[str, Any] = {
            "customer_id": known.customer,
            "number": str(orders[0].get("number")),
        }
        asker.ask("GET", _ORDER, expect=200, why="for an order from the list", **order)
        refused = asker.ask(
            "POST",
            _PREVIEW,
            expect=(200, 409),
            why="when a cancellation is only looked at",
            body={"kind": "cancel", "reason": "other"},
            **order,
        )
        _refusal_names_rule(refused, _PREVIEW, finding.wrong)


def _refusal_names_rule(answer: Answer, template: str, wrong: list[str]) -> None:
    if answer.status != 409:
        return
    details = answer.body.get("error", {}).get("details") or {}
    if not details.get("rule"):
        wrong.append(
            f"POST {template}: a refusal must name the rule in error.details.rule, so that the "
            "customer can be told why."
        )
