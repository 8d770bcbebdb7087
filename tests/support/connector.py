"""Settings of a connector for tests: its own database, and a mail server for its codes."""

from __future__ import annotations

import re
from pathlib import Path

from tests.providers.smtp_server import SmtpServer

SEAL_SECRET = "a-seal-secret-for-tests-only-0123456789"
DESK_TOKEN = "a-desk-token-for-tests-only-0123456789"


def connector_settings(mail: SmtpServer, folder: Path) -> dict[str, str]:
    """What every connector needs besides its own settings.

    Args:
        mail: takes the codes.
        folder: where its database may be.
    """
    return {
        "FRONTDESK_CODE_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "FRONTDESK_CODE_FROM": "Tallowick <service@example.com>",
        "FRONTDESK_SHOP_NAME": "Tallowick",
        "FRONTDESK_CONNECTOR_DB": f"sqlite:///{folder}/connector.db",
        "FRONTDESK_SEAL_SECRET": SEAL_SECRET,
        "FRONTDESK_DESK_URL": "http://127.0.0.1:9",
        "FRONTDESK_DESK_TOKEN": DESK_TOKEN,
    }


def codes_to(mail: SmtpServer, address: str) -> list[str]:
    """The codes that were mailed to an address, oldest first."""
    mine = [one for one in mail.mails if one["To"] == address]
    found = [re.search(r"\b[0-9]{6}\b", one["Subject"]) for one in mine]
    return [match[0] for match in found if match]
