"""The settings of the desk; a part of the table in `ops/settings.py`."""

from __future__ import annotations

from ops import checks
from ops.setting import Group, Setting

DESK = Group(
    "The desk, where people take over",
    (
        Setting(
            "FRONTDESK_DESK_PORT",
            "8091",
            checks.whole(1, 65535),
            "The port of the desk.",
        ),
        Setting(
            "FRONTDESK_DESK_ADDRESS",
            "http://{reachable}:{FRONTDESK_DESK_PORT}",
            checks.web_address,
            "Where agents' browsers reach the desk. With https, its cookies are sent over "
            "https only.",
        ),
        Setting(
            "FRONTDESK_DESK_URL",
            "http://{reachable}:{FRONTDESK_DESK_PORT}",
            checks.web_address,
            "Where the action server reaches the desk.",
        ),
        Setting(
            "FRONTDESK_RASA_URL",
            "http://{reachable}:{FRONTDESK_RASA_PORT}",
            checks.web_address,
            "Where the desk and the action server reach Rasa's HTTP API.",
        ),
        Setting(
            "FRONTDESK_DESK_TOKEN",
            "",
            checks.secret(32),
            "What the action server shows to the desk.",
            secret=True,
        ),
        Setting(
            "FRONTDESK_DESK_DB",
            "sqlite:///{FRONTDESK_VAR}/desk.db",
            checks.database,
            "The desk's database (SQLAlchemy URL): SQLite, or Postgres.",
        ),
        Setting(
            "FRONTDESK_DESK_HOURS",
            "desk/hours.yml",
            checks.anything,
            "The file with the hours and holidays of the desk's people.",
        ),
        Setting(
            "FRONTDESK_DESK_PROMISE",
            "300",
            checks.whole(10, 86_400),
            "Within how many seconds an agent takes a waiting customer. After that the "
            "customer is told, and may leave a message; after as long again it becomes a "
            "ticket.",
        ),
        Setting(
            "FRONTDESK_DESK_SESSION_HOURS",
            "12",
            checks.number(0.1, 720),
            "After how many hours without a sign of life an agent is signed out.",
        ),
        Setting(
            "FRONTDESK_DESK_OIDC_ISSUER",
            "",
            checks.anything,
            "An OpenID Connect provider, such as https://id.example.com, where people of the desk "
            "may sign in. Their e-mail address there must be a login here. Unset: passwords only.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_DESK_OIDC_CLIENT_ID",
            "",
            checks.anything,
            "What the provider calls the desk. Give it the address "
            "FRONTDESK_DESK_ADDRESS/login/oidc/callback to come back to.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_DESK_OIDC_CLIENT_SECRET",
            "",
            checks.anything,
            "The secret that the provider gave the desk.",
            secret=True,
            optional=True,
        ),
        Setting(
            "FRONTDESK_CHATWOOT_URL",
            "",
            checks.anything,
            "A Chatwoot installation where people answer instead of at the desk's own pages, such "
            "as https://app.chatwoot.com (docs/chatwoot.md). Unset: none.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_CHATWOOT_ACCOUNT",
            "",
            checks.anything,
            "The number of the account there: /app/accounts/NUMBER in its addresses.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_CHATWOOT_INBOX",
            "",
            checks.anything,
            "The number of an inbox of the kind API there: /inbox/NUMBER in its addresses.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_CHATWOOT_TOKEN",
            "",
            checks.anything,
            "The access token of a user there, by whom the desk speaks to it.",
            secret=True,
            optional=True,
        ),
        Setting(
            "FRONTDESK_CHATWOOT_WEBHOOK_SECRET",
            "",
            checks.anything,
            "The secret of the webhook there, which leads to "
            "FRONTDESK_DESK_ADDRESS/webhooks/chatwoot.",
            secret=True,
            optional=True,
        ),
        Setting(
            "FRONTDESK_DESK_MAIL_TO",
            "",
            checks.anything,
            "The e-mail address that gets every ticket with its conversation. Unset: none is "
            "mailed.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_DESK_MAIL_FROM",
            "",
            checks.anything,
            "The sender of these mails. Unset: the same address.",
            optional=True,
        ),
        Setting(
            "FRONTDESK_DESK_SMTP_URL",
            "",
            checks.anything,
            "The server that sends them: smtp://user:password@mail.example.com:587 (STARTTLS "
            "where offered), or smtps:// for TLS from the start.",
            secret=True,
            optional=True,
        ),
    ),
)
