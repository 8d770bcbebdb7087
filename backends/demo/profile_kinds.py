"""The kinds of change to a profile: each checks the policy and says what it would come to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from backends.demo import contact_codes, mail
from backends.demo.change_bodies import ContactBody, ProfileChangeBody
from backends.demo.planning import Plan, empty_outcome, refuse
from backends.demo.shop import Shop
from backends.policy import by_region


@dataclass(frozen=True)
class AskedOfProfile:
    """One request to change a profile, with all that decides about it."""

    connection: sqlite3.Connection
    shop: Shop
    customer: sqlite3.Row
    body: ProfileChangeBody

    def plan(self, values: dict[str, Any], said: str, **parts: Any) -> Plan:
        """A plan that sets columns of the customer and confirms it by e-mail.

        Args:
            values: by column, as the contract writes them in `ProfileValues`.
            said: the e-mail's text.
            parts: what else the outcome says.
        """

        def make() -> None:
            self.set(**values)
            self.tell(said)

        return Plan(self.outcome(profile=values, **parts), make)

    def outcome(self, **parts: Any) -> dict[str, Any]:
        """An outcome with everything that is not said left empty."""
        return {**empty_outcome(self.body.kind), **parts}

    def set(self, **values: Any) -> None:
        """Give the customer other values, by column."""
        names = ", ".join(f"{name} = :{name}" for name in values)
        self.connection.execute(
            f"UPDATE customers SET {names} WHERE id = :id",  # noqa: S608 - our own column names
            {**values, "id": self.customer["id"]},
        )

    def tell(self, text: str, to: str | None = None) -> None:
        """Confirm it by e-mail, to the address on file as it was before unless another is said."""
        mail.send_email(
            self.connection,
            to=to or self.customer["email"],
            kind="profile_change",
            subject="Your account was changed",
            body=f"Hello {self.customer['first_name']},\n\n{text} If that was not you, write to us"
            " at once.\n\nTallowick",
            at=self.shop.now(),
        )


def consents(asked: AskedOfProfile) -> Plan:
    """Allow advertising, or not any more."""
    wanted = {"newsletter": asked.body.newsletter, "sms": asked.body.sms}
    new = {
        name: value
        for name, value in wanted.items()
        if value is not None and value != bool(asked.customer[name])
    }
    if not new:
        raise refuse("nothing_to_change", "It is like that already.")
    if new.get("sms") and not asked.customer["phone"]:
        raise refuse("no_phone", "There is no phone number on file.")
    said = "; ".join(f"{name}: {'yes' if value else 'no'}" for name, value in new.items())
    return asked.plan(new, f"this is what you want to be sent from now on: {said}.")


def default_address(asked: AskedOfProfile) -> Plan:
    """Send orders somewhere else from now on, on request those that wait, too."""
    body = asked.body.address
    assert body is not None
    new = body.dict()
    moved = _movable(asked, new) if asked.body.pending_orders else []
    if not moved and all(asked.customer[name] == value for name, value in new.items()):
        raise refuse("nothing_to_change", "It is the default address already.")

    def make() -> None:
        asked.set(**new)
        for number in moved:
            asked.connection.execute(
                "UPDATE orders SET street = :street, postcode = :postcode, city = :city,"
                " country = :country WHERE number = :number",
                {**new, "number": number},
            )
        where = f"{body.street}, {body.postcode} {body.city}, {body.country}"
        also = f" So do these orders: {', '.join(moved)}." if moved else ""
        asked.tell(f"from now on your orders go to {where}.{also}")

    return Plan(asked.outcome(ship_to=new, orders=moved), make)


def _movable(asked: AskedOfProfile, new: dict[str, str]) -> list[str]:
    """Numbers of the orders whose address the policy still lets be changed, and that differ."""
    rules = asked.shop.policy.change_address
    rows = asked.connection.execute(
        "SELECT orders.*, (SELECT count(*) FROM changes WHERE order_number = number"
        " AND kind = 'address') AS times FROM orders WHERE customer_id = ? ORDER BY number",
        (asked.customer["id"],),
    ).fetchall()
    return [
        row["number"]
        for row in rows
        if row["state"] in rules.states
        and not (rules.times and row["times"] >= rules.times)
        and any(row[name] != value for name, value in new.items())
    ]


def contact(asked: AskedOfProfile) -> Plan:
    """Another e-mail address or phone number, once the old and the new one are proven."""
    kind: Literal["email", "phone"] = "email" if asked.body.kind == "email" else "phone"
    new = ContactBody(kind=kind, email=asked.body.email, phone=asked.body.phone)
    customer_id = asked.customer["id"]
    if asked.customer[kind] == new.value:
        raise refuse("nothing_to_change", "It is on file already.")
    if not contact_codes.proven(asked.connection, asked.shop, customer_id, new):
        raise refuse("unproven", "The codes to the old and the new contact were not given.")
    if contact_codes.is_taken(asked.connection, customer_id, new):
        raise refuse("by_person", "It is another customer's.", "person")

    def make() -> None:
        asked.set(**{kind: new.value})
        contact_codes.use_up(asked.connection, customer_id, new)
        what = {"email": "e-mail address", "phone": "phone number"}[kind]
        said = f"your {what} is now {new.value}."
        asked.tell(said)
        if kind == "email":
            asked.tell(said, to=new.value)

    return Plan(asked.outcome(profile={kind: new.value}), make)


def two_factor(asked: AskedOfProfile) -> Plan:
    """Have the codes for signing in sent elsewhere."""
    way = asked.body.two_factor
    if asked.customer["two_factor"] == way:
        raise refuse("nothing_to_change", "They are sent there already.")
    if way not in asked.shop.policy.change_two_factor.ways:
        raise refuse("by_person", "The policy leaves that to a person.", "person")
    if way == "text" and not asked.customer["phone"]:
        raise refuse("no_phone", "There is no phone number on file.")
    where = {"email": "come by e-mail", "text": "come by text message", "off": "are switched off"}
    return asked.plan({"two_factor": way}, f"the codes for signing in {where[str(way)]} now.")


def close_account(asked: AskedOfProfile) -> Plan:
    """Take the wish; a person closes the account after the legal wait."""
    if asked.customer["closing_on"]:
        raise refuse("nothing_to_change", "It is being closed already.", "person")
    days = by_region(asked.shop.policy.close_account.wait_days, asked.customer["region"])
    day = (asked.shop.now().date() + timedelta(days=days)).isoformat()

    def make() -> None:
        asked.set(closing_on=day)
        asked.tell(f"your account is being closed. It is gone on {day}; until then it can be kept.")

    return Plan(asked.outcome(profile={"closes_on": day}), make)


KINDS: dict[str, Callable[[AskedOfProfile], Plan]] = {
    "consents": consents,
    "default_address": default_address,
    "email": contact,
    "phone": contact,
    "two_factor": two_factor,
    "close_account": close_account,
}
