"""Every setting of Frontdesk: name, default, what it may be, and what it is for.

This table is the only place where they are listed: `.env.example` is written from it
(`python -m ops.settings > .env.example`), `.env` is checked against it, and the defaults that
Rasa's YAML files refer to are filled from it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from ops import checks
from ops.desk_settings import DESK
from ops.setting import Group, Setting
from ops.shop_settings import SHOP_SOFTWARE, SHOPIFY, WOOCOMMERCE

PREFIX = "FRONTDESK_"


GROUPS = (
    Group(
        "Where it runs",
        (
            Setting(
                "FRONTDESK_HOST",
                "127.0.0.1",
                checks.address,
                "The address the four servers listen on. 127.0.0.1: this machine only. 0.0.0.0: "
                "every network of this machine; put a proxy with TLS in front then.",
            ),
            Setting(
                "FRONTDESK_RASA_PORT",
                "5005",
                checks.whole(1, 65535),
                "The port of Rasa and its channels.",
            ),
            Setting(
                "FRONTDESK_ACTIONS_PORT",
                "5055",
                checks.whole(1, 65535),
                "The port of the action server. Only Rasa calls it.",
            ),
            Setting(
                "FRONTDESK_SHOP_PORT",
                "8090",
                checks.whole(1, 65535),
                "The port of the demo shop: the chat page, its mailbox, its API.",
            ),
            Setting(
                "FRONTDESK_VAR",
                "var",
                checks.anything,
                "The folder of everything written at run time: databases, logs, generated "
                "secrets. It holds customers' words: keep it private.",
            ),
            Setting(
                "FRONTDESK_RASA_WORKERS",
                "1",
                checks.whole(1, 64),
                "How many processes of Rasa share its port (docs/operator.md, More than one core). "
                "More than 1 need FRONTDESK_REDIS_URL.",
            ),
            Setting(
                "FRONTDESK_ACTION_WORKERS",
                "1",
                checks.whole(1, 64),
                "How many processes of the action server share its port.",
            ),
            Setting(
                "FRONTDESK_LOG_LEVEL",
                "INFO",
                checks.log_level,
                "How much the logs say. DEBUG writes what customers say into the logs: never "
                "use it where real customers are.",
            ),
        ),
    ),
    Group(
        "The shop's systems (unset: the demo shop that is started beside Frontdesk)",
        (
            Setting(
                "FRONTDESK_SHOP_URL",
                "http://{reachable}:{FRONTDESK_SHOP_PORT}",
                checks.web_address,
                "Where the backend API is served; /api/v1 is appended. backends/openapi.yaml is "
                "what it must serve.",
            ),
            Setting(
                "FRONTDESK_SHOP_TOKEN",
                "",
                checks.secret(16),
                "The bearer token that the backend API asks for.",
                secret=True,
            ),
            Setting(
                "FRONTDESK_BACKEND_TIMEOUT",
                "5",
                # Rasa's lock on a conversation lasts 60 s, and one action may make several calls.
                checks.number(0.1, 15),
                "How many seconds a call to the backend may take.",
            ),
            Setting(
                "FRONTDESK_SHOP_DB",
                "{FRONTDESK_VAR}/shop.db",
                checks.anything,
                "The demo shop's database file.",
            ),
            Setting(
                "FRONTDESK_SHOP_HOURS",
                "Mon-Fri 09:00-17:00",
                checks.anything,
                "When people answer tickets: tells customers when to expect an answer. Of the demo "
                "shop and of the connectors.",
            ),
            Setting(
                "FRONTDESK_POLICY",
                "",
                checks.anything,
                "The file of your shop's policy: what customers may have changed, when, and what "
                "proves them (docs/policy.md). Unset: backends/policy.yaml.",
                optional=True,
            ),
            Setting(
                "FRONTDESK_CHAT_URL",
                "http://{reachable}:{FRONTDESK_RASA_PORT}",
                checks.web_address,
                "Where a customer's browser reaches the web channel: the demo shop's page loads "
                "the chat from there.",
            ),
        ),
    ),
    SHOPIFY,
    WOOCOMMERCE,
    SHOP_SOFTWARE,
    Group(
        "Between our own processes",
        (
            Setting(
                "FRONTDESK_ACTIONS_URL",
                "http://{reachable}:{FRONTDESK_ACTIONS_PORT}/webhook",
                checks.web_address,
                "Where Rasa finds the action server.",
            ),
            Setting(
                "FRONTDESK_TRACKER_DB",
                "{FRONTDESK_VAR}/tracker.db",
                checks.anything,
                "The database of conversations: a file for SQLite, or an SQLAlchemy URL such as "
                "postgresql://user:password@host/database.",
            ),
            Setting(
                "FRONTDESK_EVENTS_DB",
                "sqlite:///{FRONTDESK_VAR}/events.db",
                checks.database,
                "The database (SQLAlchemy URL) in which Rasa keeps what happens in conversations "
                "until the desk has read it; or RabbitMQ: amqp://user:password@host:5672/vhost, "
                "amqps:// for TLS.",
            ),
            Setting(
                "FRONTDESK_REDIS_URL",
                "",
                checks.redis,
                "A Redis, such as redis://127.0.0.1:6379 (rediss:// for TLS), by which several "
                "Rasa processes work together: they keep the messages of a conversation in order, "
                "and tell each other what is new. Unset: there is one process.",
                secret=True,
                optional=True,
            ),
            Setting(
                "FRONTDESK_OUTBOX_DB",
                "{FRONTDESK_VAR}/outbox.db",
                checks.anything,
                "The database file of tickets that wait until the backend is reachable.",
            ),
            Setting(
                "FRONTDESK_KNOWLEDGE_DB",
                "sqlite:///{FRONTDESK_VAR}/knowledge.db",
                checks.database,
                "The database (SQLAlchemy URL) of what customers said of the knowledge base's "
                "answers.",
            ),
            Setting(
                "FRONTDESK_SEAL_SECRET",
                "",
                checks.secret(32),
                "Encrypts one-time codes between the channels and the actions.",
                secret=True,
            ),
            Setting(
                "FRONTDESK_RASA_TOKEN",
                "",
                checks.secret(32),
                "Whoever has it may read and change every conversation through Rasa's HTTP API, "
                "and read the metrics: for our own processes only.",
                secret=True,
            ),
            Setting(
                "FRONTDESK_MODEL",
                "",
                checks.anything,
                "The model file to serve. Unset: the newest in models/.",
            ),
            Setting(
                "FRONTDESK_WATCH",
                "on",
                checks.switch,
                "on: make run trains what is saved while it runs, and the running assistant takes "
                "it up. off, or with FRONTDESK_MODEL: from the next start on.",
            ),
        ),
    ),
    Group(
        "The web channel",
        (
            Setting(
                "FRONTDESK_WEB_SECRET",
                "",
                checks.secret(32),
                "Signs the session tokens of chats. A new one ends every running chat.",
                secret=True,
            ),
            Setting(
                "FRONTDESK_WEB_ORIGINS",
                "http://127.0.0.1:{FRONTDESK_SHOP_PORT},http://localhost:{FRONTDESK_SHOP_PORT}",
                checks.origins,
                "The sites that may show the chat, separated by commas.",
            ),
            Setting(
                "FRONTDESK_WEB_DB",
                "sqlite:///{FRONTDESK_VAR}/web.db",
                checks.database,
                "The database (SQLAlchemy URL) of chats' events, for resuming after a reload.",
            ),
            Setting(
                "FRONTDESK_WEB_RATE",
                "30/minute",
                checks.rate,
                "How many messages one chat may send.",
            ),
            Setting(
                "FRONTDESK_WEB_MAX_CHARS",
                "4000",
                checks.whole(1, 100_000),
                "How many characters one message may have.",
            ),
        ),
    ),
    Group(
        "The other channels (each is off until its secrets are set)",
        (
            Setting(
                "FRONTDESK_PUBLIC_URL",
                "",
                checks.web_address,
                "How the providers reach Rasa's port from outside, through the proxy, such as "
                "https://chat.example.com; /webhooks/<channel> is appended.",
                optional=True,
                also="PUBLIC_URL",
            ),
        ),
    ),
    Group(
        "Text messages and WhatsApp by Twilio (docs/sms.md)",
        (
            Setting(
                "FRONTDESK_TWILIO_ACCOUNT_SID",
                "",
                checks.anything,
                "The Twilio account (AC...). With its token and FRONTDESK_PUBLIC_URL the channel "
                "is served.",
                optional=True,
            ),
            Setting(
                "FRONTDESK_TWILIO_AUTH_TOKEN",
                "",
                checks.secret(16),
                "The account's auth token: sends messages, and verifies what Twilio posts.",
                optional=True,
            ),
            Setting(
                "FRONTDESK_TWILIO_FROM",
                "",
                checks.anything,
                "What answers are sent from: a number (+441632960000), whatsapp:+441632960000, or "
                "a Messaging Service (MG...). Unset: the number that the customer wrote to.",
                optional=True,
            ),
            Setting(
                "FRONTDESK_TWILIO_API_URL",
                "https://api.twilio.com",
                checks.web_address,
                "Twilio's API; another one for an account in another region.",
            ),
            Setting(
                "FRONTDESK_SMS_DB",
                "sqlite:///{FRONTDESK_VAR}/sms.db",
                checks.database,
                "The database (SQLAlchemy URL) of text messages on their way, and of who has opted "
                "out: keep it, also when everything else is thrown away.",
            ),
            Setting(
                "FRONTDESK_SMS_RATE",
                "30/minute",
                checks.rate,
                "How many messages one customer may send.",
            ),
            Setting(
                "FRONTDESK_SMS_SEGMENTS",
                "3",
                checks.whole(1, 10),
                "How many segments (each is paid for) one text message may take; the rest waits "
                "until the customer replies MORE.",
            ),
            Setting(
                "FRONTDESK_SMS_MMS",
                "no",
                checks.one_of("yes", "no"),
                "Whether images are sent as such (MMS) or as links. WhatsApp always shows them.",
            ),
            Setting(
                "FRONTDESK_SMS_KEYWORDS",
                "frontdesk",
                checks.one_of("frontdesk", "twilio"),
                "Who answers STOP, START and HELP. twilio: where Twilio's own answers are switched "
                "on. Frontdesk keeps to them in both cases.",
            ),
            Setting(
                "FRONTDESK_SMS_STOP_WORDS",
                "CANCEL,END,OPTOUT,QUIT,REVOKE,STOP,STOPALL,UNSUBSCRIBE",
                checks.anything,
                "The words that, as a whole message, opt a customer out.",
            ),
            Setting(
                "FRONTDESK_SMS_STOP_TEXT",
                "",
                checks.anything,
                "Confirms STOP. Should name the shop.",
                optional=True,
            ),
            Setting(
                "FRONTDESK_SMS_START_TEXT",
                "",
                checks.anything,
                "Confirms START.",
                optional=True,
            ),
            Setting(
                "FRONTDESK_SMS_HELP_TEXT",
                "",
                checks.anything,
                "Answers HELP. Should name the shop and how else to reach it.",
                optional=True,
            ),
        ),
    ),
    DESK,
    Group(
        "Slack (docs/slack.md)",
        (
            Setting(
                "FRONTDESK_SLACK_BOT_TOKEN",
                "",
                checks.anything,
                "The app's bot token (xoxb-...). The channel is off until this and the signing "
                "secret are set.",
                secret=True,
                optional=True,
            ),
            Setting(
                "FRONTDESK_SLACK_SIGNING_SECRET",
                "",
                checks.anything,
                "What Slack signs its requests with: the app's signing secret.",
                secret=True,
                optional=True,
            ),
            Setting(
                "FRONTDESK_SLACK_APP_TOKEN",
                "",
                checks.anything,
                "An app-level token (xapp-...): messages then come by Socket Mode, and Slack "
                "needs no address of ours.",
                secret=True,
                optional=True,
            ),
            Setting(
                "FRONTDESK_SLACK_DB",
                "sqlite:///{FRONTDESK_VAR}/slack.db",
                checks.database,
                "The database (SQLAlchemy URL) of accepted messages and of replies on their way.",
            ),
            Setting(
                "FRONTDESK_SLACK_API_URL",
                "https://slack.com/api/",
                checks.web_address,
                "Slack's Web API; GovSlack has another address.",
            ),
        ),
    ),
    Group(
        "Telegram (docs/telegram.md)",
        (
            Setting(
                "FRONTDESK_TELEGRAM_BOT_TOKEN",
                "",
                checks.anything,
                "The bot's token, from @BotFather. The channel is off until it is set.",
                secret=True,
                optional=True,
            ),
            Setting(
                "FRONTDESK_TELEGRAM_MODE",
                "webhook",
                checks.one_of("webhook", "polling"),
                "webhook: Telegram delivers to FRONTDESK_PUBLIC_URL (make telegram-webhook tells "
                "it so). polling: Telegram is asked, and needs no address of ours: for a laptop.",
                also="TELEGRAM_MODE",
            ),
            Setting(
                "FRONTDESK_TELEGRAM_SECRET",
                "",
                checks.url_safe_secret(32, 256),
                "What Telegram sends along with each delivery, so that nobody else gets in. With a "
                "new one run make telegram-webhook again.",
                secret=True,
            ),
            Setting(
                "FRONTDESK_TELEGRAM_DB",
                "sqlite:///{FRONTDESK_VAR}/telegram.db",
                checks.database,
                "The database (SQLAlchemy URL) of accepted messages, of replies on their way, and "
                "of who wants no messages (/stop).",
            ),
            Setting(
                "FRONTDESK_TELEGRAM_API_URL",
                "https://api.telegram.org",
                checks.web_address,
                "Telegram's Bot API; another one for a Bot API server of your own.",
            ),
            Setting(
                "FRONTDESK_TELEGRAM_STOP_TEXT",
                "",
                checks.anything,
                "Confirms /stop.",
                optional=True,
            ),
        ),
    ),
    Group(
        "Set-up and tests",
        (
            Setting(
                "FRONTDESK_PYTHON",
                "",
                checks.anything,
                "The Python 3.10 that .venv is made with. Unset: one is looked for.",
            ),
            Setting(
                "FRONTDESK_CHROMIUM",
                "",
                checks.anything,
                "The Chromium or Chrome that the browser tests use. Unset: one is looked for.",
            ),
        ),
    ),
)

SETTINGS: Mapping[str, Setting] = {
    setting.name: setting for group in GROUPS for setting in group.settings
}


def reachable(host: str) -> str:
    """Give the address under which servers listening on `host` are reached from this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, not listened on
    if host in everywhere:
        return everywhere[host]
    return f"[{host}]" if ":" in host else host


def with_defaults(given: Mapping[str, str]) -> dict[str, str]:
    """Give the value of every setting that has one: `given`, or else its default.

    An empty value counts as not given. Secrets that are not given stay out, except optional ones.
    """
    values: dict[str, str] = {}
    for setting in SETTINGS.values():
        value = given.get(setting.name) or setting.default.format(
            reachable=reachable(values.get("FRONTDESK_HOST", "")), **values
        )
        if value or setting.optional:
            values[setting.name] = value
    return values


def example() -> str:
    """Write `.env.example`: every setting, explained, commented out at its default."""
    defaults = with_defaults({})
    lines = [
        "# Every setting of Frontdesk. All have defaults: none must be set.",
        "# Copy this file to .env, remove the # of the lines that you change, and start again.",
        "# A variable of the environment wins over .env.",
        "# Written from ops/settings.py; a test keeps the two the same.",
    ]
    for group in GROUPS:
        lines += ["", f"# --- {group.title}"]
        for setting in group.settings:
            about = setting.about
            if setting.also:
                about += f" {setting.also} is read too."
            if setting.secret and not setting.optional:
                about += " Secret; unset: one is generated and kept in FRONTDESK_VAR."
            lines += ["", *textwrap.wrap(about, 96, initial_indent="# ", subsequent_indent="# ")]
            lines.append(f"#{setting.name}={defaults.get(setting.name, '')}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(example(), end="")
