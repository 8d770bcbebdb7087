"""Whether a shop's own server keeps to the contract: `make check-backend URL=https://shop.example`.

Changes nothing unless told that the server is a sandbox (SANDBOX=1). With ORDER, EMAIL and CUSTOMER
it also looks at an order and a customer that you name, with NAME and POSTCODE it looks for one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import httpx

from backends.conformance.asking import PATIENCE, Asker, Finding
from backends.conformance.changing import change_all
from backends.conformance.reading import Known, read_all
from backends.connect import API_PATH
from ops.environment import prepare
from ops.problem import Problem, entry, say

_SHOP = "FRONTDESK_SHOP_URL"


def main(environ: Mapping[str, str] | None = None) -> int:
    """Ask a shop everything, tell what is wrong. Gives 0 if nothing is, else 1. Raises Problem."""
    given = os.environ if environ is None else environ
    settings = prepare(dict(given))
    url = given.get("URL") or settings.get(_SHOP) or ""
    token = settings.get("FRONTDESK_SHOP_TOKEN") or ""
    if not url.startswith(("http://", "https://")):
        raise Problem(
            "make check-backend needs the shop's address, such as URL=https://shop.example",
            status=2,
        )
    asked = ("ORDER", "EMAIL", "CUSTOMER", "NAME", "POSTCODE")
    known = Known(*(given.get(name, "") for name in asked))
    base = url.rstrip("/").removesuffix(API_PATH) + API_PATH
    say(f"Asking {base}")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    with httpx.Client(base_url=base, headers=headers, timeout=PATIENCE) as client:
        asker = Asker(client)
        read_all(asker, known)
        if given.get("SANDBOX") and asker.findings[0].wrong == []:
            change_all(asker)
    return _tell(asker.findings, known, sandbox=bool(given.get("SANDBOX")))


def _tell(findings: list[Finding], known: Known, *, sandbox: bool) -> int:
    for finding in findings:
        say(f"{'wrong' if finding.wrong else 'ok   '}  {finding.title}")
        for line in finding.wrong:
            say(f"         {line}")
        for line in finding.remarks:
            say(f"         (note) {line}")
    if not (known.order and known.email):
        say("not asked: an order by its proof. Give ORDER=number EMAIL=address of one.")
    if not known.customer:
        say("not asked: a proven customer. Give CUSTOMER=id of one who has orders.")
    if not (known.name and known.postcode):
        say("not asked: a customer by name. Give NAME='Ada Poe' POSTCODE=code where they count.")
    if not sandbox:
        say("not asked: codes, letters, tickets. Give SANDBOX=1 where they do no harm.")
    faults = sum(len(finding.wrong) for finding in findings)
    say(f"{faults} fault{'' if faults == 1 else 's'}. The contract: backends/openapi.yaml")
    return 1 if faults else 0


if __name__ == "__main__":
    entry(main)
