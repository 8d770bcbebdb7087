"""`make run`: check, train if anything changed, start everything, say where to go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from desk.database import DatabaseProblem
from desk.first_admin import LOGIN, make_first_admin
from ops.environment import prepare
from ops.installation import Installation
from ops.lock import exclusive
from ops.ports import check_ports
from ops.problem import Problem, entry, say
from ops.services import read_procfile
from ops.train import ensure_model
from ops.trainer import QUIET
from ops.watch import Watch
from ops.workers import check_workers
from ops.yaml_files import check_all


def addresses(environ: Mapping[str, str]) -> str:
    """Write what a person who has just started Frontdesk wants to know."""
    shop = environ["FRONTDESK_SHOP_URL"].rstrip("/")
    if connected := _connected(environ):
        return f"""
Frontdesk is running, with the orders and customers of {connected}.

  Chat page             {shop}/    (the demo shop's page, to try the chat)

In the terminal: make chat. To stop: Ctrl-C.
"""
    return f"""
Frontdesk is running.

  Chat page             {shop}/
  The shop's mailbox    {shop}/mailbox    (its e-mails and codes arrive here)
  The shop's tickets    {shop}/tickets    (what people take over)

Try:  where is my order 10023?    and anna.berg@example.com when it asks for the e-mail.
In the terminal: make chat. To stop: Ctrl-C.
"""


def _connected(environ: Mapping[str, str]) -> str:
    """Give the shop software whose connector is on; empty for none."""
    settings = ("FRONTDESK_SHOPIFY_STORE", "FRONTDESK_WOOCOMMERCE_URL")
    return next((environ[name] for name in settings if environ.get(name)), "")


def desk_address(environ: Mapping[str, str]) -> str:
    """Write where agents go, and, at the very first start, the password of the first of them.

    The desk must have answered: its database is ready then.
    """
    text = f"The agents' desk: {environ['FRONTDESK_DESK_ADDRESS'].rstrip('/')}/\n"
    try:
        password = make_first_admin(environ["FRONTDESK_DESK_DB"])
    except DatabaseProblem as problem:
        return text + f"Its first user could not be made: {problem} Mend that, start again.\n"
    if password is None:
        return text
    return text + (
        f"Sign in as {LOGIN} with the password {password}\n"
        "It is shown this once and stored nowhere: write it down, or change it under People.\n"
    )


def main() -> int:
    """Run Frontdesk until told to end. Gives the exit status."""
    environ = prepare()
    with exclusive(Path(environ["FRONTDESK_VAR"]) / "run.lock", _refuse):
        _run(environ)
    say("Frontdesk has stopped.")
    return 0


def _refuse() -> None:
    raise Problem("Frontdesk is running from this folder already. Stop that one first.")


def _run(environ: dict[str, str]) -> None:
    check_workers(environ)
    check_all(environ)
    services = read_procfile(environ)
    check_ports(services.values(), environ["FRONTDESK_HOST"])
    watch = None
    if environ.get("FRONTDESK_MODEL"):
        say(f"The model is the one that FRONTDESK_MODEL names: {environ['FRONTDESK_MODEL']}")
    else:
        # Before the training, so that what is saved meanwhile is not overlooked.
        watch = Watch(environ) if environ["FRONTDESK_WATCH"] == "on" else None
        ensure_model(environ)  # the newest then, which ops.rasa takes

    def tell() -> None:
        say(addresses(environ))
        if "desk" in services:
            say(desk_address(environ))
        if watch:
            say("What you save in domain.yml, config.yml or data/ is trained and taken up at once.")
            watch.start()

    try:
        Installation(services, {**environ, **QUIET}).run(tell)
    finally:
        if watch:
            watch.stop()


if __name__ == "__main__":
    entry(main)
