"""From a platform and the settings to the clients that the assistant uses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from backends import smtp
from backends.accounts import Accounts
from backends.changes import Changes
from backends.client import BadSettings
from backends.connectors import database
from backends.connectors.changes import ConnectedChanges
from backends.connectors.code_mail import CodeMail
from backends.connectors.codes import MailedCodes
from backends.connectors.customers import ConnectedCustomers
from backends.connectors.journal import Journal
from backends.connectors.keyed import KeyedHash
from backends.connectors.orders import ConnectedOrders
from backends.connectors.platform import Platform
from backends.connectors.products import UnreadProducts
from backends.connectors.profile import UnchangedProfile
from backends.connectors.tickets import DeskTickets
from backends.crm import Crm
from backends.hours import SupportHours
from backends.orders import Orders
from backends.policy import Policy
from backends.products import Products
from backends.profile import Profile
from backends.tickets import Tickets

_SECRET = "FRONTDESK_SEAL_SECRET"  # noqa: S105 - the setting's name
_HOURS = "FRONTDESK_SHOP_HOURS"
_SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Clients:
    """One client for each system, all of them over one platform.

    `settled` returns when nothing is under way any more, such as an e-mail.
    """

    orders: Orders
    accounts: Accounts
    crm: Crm
    tickets: Tickets
    changes: Changes
    products: Products
    profile: Profile
    settled: Callable[[], Awaitable[None]]


def connect_platform(platform: Platform, settings: Mapping[str, str], policy: Policy) -> Clients:
    """The clients over a platform. Nothing is sent yet.

    Args:
        platform: the shop software.
        settings: FRONTDESK_CODE_SMTP_URL, FRONTDESK_CODE_FROM, FRONTDESK_SHOP_NAME,
            FRONTDESK_CONNECTOR_DB, FRONTDESK_SHOP_HOURS and FRONTDESK_SEAL_SECRET.
        policy: what may be changed on an order.

    Raises:
        BadSettings: one of them is missing or cannot work.
    """
    secret = settings.get(_SECRET) or ""
    if len(secret) < _SHORTEST_SECRET:
        raise BadSettings(f"{_SECRET} must be set, with {_SHORTEST_SECRET} characters or more")
    keyed = KeyedHash(secret)
    mail = _code_mail(settings)
    try:
        hours = SupportHours.parse(settings.get(_HOURS) or "Mon-Fri 09:00-17:00")
    except ValueError as error:
        raise BadSettings(f"{_HOURS}: {error}") from None
    engine = database.open_database(settings.get(database.SETTING) or database.DEFAULT_URL)
    return Clients(
        orders=ConnectedOrders(platform, engine, keyed),
        accounts=MailedCodes(platform, engine, keyed, mail),
        crm=ConnectedCustomers(platform, engine, keyed),
        tickets=DeskTickets(hours),
        changes=ConnectedChanges(platform, Journal(engine), policy),
        products=UnreadProducts(platform),
        profile=UnchangedProfile(platform),
        settled=mail.settled,
    )


def _code_mail(settings: Mapping[str, str]) -> CodeMail:
    """What sends one-time codes; without it no customer of a shop software could be proven."""
    sender = (settings.get("FRONTDESK_CODE_FROM") or "").strip()
    url = settings.get("FRONTDESK_CODE_SMTP_URL") or ""
    try:
        return CodeMail(
            smtp.server(url, "FRONTDESK_CODE_SMTP_URL"),
            smtp.mailbox(sender, "FRONTDESK_CODE_FROM"),
            settings.get("FRONTDESK_SHOP_NAME") or "Your shop",
        )
    except smtp.BadMailSetting as error:
        raise BadSettings(
            f"{error} Customers prove who they are with a code that we mail, since the shop "
            "software has none"
        ) from None
