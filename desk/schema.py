"""The desk's tables. Moments are milliseconds since 1970, UTC; JSON is kept as text.

A change here needs a migration in `desk/migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite counts only an INTEGER up by itself.
_Id = BigInteger().with_variant(Integer, "sqlite")
_NAME = 255  # characters of a name, and of ids that other systems give (as in Rasa)


def _number() -> Column[int]:
    return Column("id", _Id, primary_key=True)


USERS = Table(
    "users",
    METADATA,
    _number(),
    Column("login", String(_NAME), nullable=False, unique=True),
    Column("name", String(_NAME), nullable=False),  # what customers see
    Column("role", String(16), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("active", Boolean(create_constraint=False), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", _Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    _number(),
    Column("at", BigInteger, nullable=False, index=True),
    Column("user_id", _Id, ForeignKey("users.id"), index=True),
    Column("did", String(64), nullable=False),
    Column("subject", String(_NAME), nullable=False, index=True),
    Column("detail", Text, nullable=False),
)
CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("id", String(_NAME), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("customer_id", String(_NAME), index=True),  # proven ones only
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("customer_at", BigInteger),  # the customer's last message
    Column("agent_at", BigInteger),  # a person's last message
)
# What Rasa recorded, in the order in which the desk got it.
EVENTS = Table(
    "events",
    METADATA,
    _number(),
    # the same event, delivered again, has the same key
    Column("key", String(64), nullable=False, unique=True),
    Column("conversation_id", String(_NAME), ForeignKey("conversations.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),  # Rasa's name for it: user, bot, action, slot...
    Column("who", String(16), nullable=False),  # customer, assistant, agent, system; or empty
    Column("text", Text, nullable=False),
    Column("data", Text, nullable=False),  # the event as Rasa wrote it
    Index("ix_events_conversation_id_at", "conversation_id", "at"),
)
CURSORS = Table(
    "cursors",
    METADATA,
    Column("source", String(_NAME), primary_key=True),
    Column("position", BigInteger, nullable=False),
)
HANDOFFS = Table(
    "handoffs",
    METADATA,
    _number(),
    Column("conversation_id", String(_NAME), ForeignKey("conversations.id"), nullable=False),
    # the conversation's id while the handoff is open, else NULL: there is never a second open one
    Column("open_for", String(_NAME), unique=True),
    # the same request, made again, has the same key
    Column("request_key", String(_NAME), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("agent_id", _Id, ForeignKey("users.id"), index=True),
    Column("priority", Integer, nullable=False),  # the higher, the sooner
    Column("reason", String(64), nullable=False),
    Column("summary", Text, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("skill", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("facts", Text, nullable=False),  # JSON: what the assistant found out, by name
    Column("offer", Text, nullable=False),  # JSON: the button that goes on with what was begun
    Column("customer_id", String(_NAME)),
    Column("ticket", String(64)),  # the number of a ticket that was opened for it
    Column("requested_at", BigInteger, nullable=False),
    Column("promised_at", BigInteger, nullable=False),  # told to the customer
    Column("warned_at", BigInteger),  # when the customer was told that nobody came in time
    Column("assigned_at", BigInteger),  # to the present agent
    Column("taken_at", BigInteger),  # by the first agent
    Column("closed_at", BigInteger),
    Column("outcome", String(32)),
    Column("tags", Text, nullable=False),  # JSON
    Index("ix_handoffs_queue", "state", "priority", "requested_at"),
    Index("ix_handoffs_conversation_id", "conversation_id"),
)
# What happened to each handoff: never changed, only added to.
CHANGES = Table(
    "handoff_changes",
    METADATA,
    _number(),
    Column("handoff_id", _Id, ForeignKey("handoffs.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("event", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # afterwards
    Column("user_id", _Id, ForeignKey("users.id")),  # who did it; NULL: customer or clock
    Column("agent_id", _Id, ForeignKey("users.id")),  # who has it afterwards
)
# What Rasa is still to be told, and was told, in order for each conversation.
DELIVERIES = Table(
    "deliveries",
    METADATA,
    _number(),
    Column("conversation_id", String(_NAME), ForeignKey("conversations.id"), nullable=False),
    # the same wish of an agent, sent again by the browser, has the same key
    Column("request_key", String(_NAME), unique=True),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("state", String(16), nullable=False, index=True),  # waiting, sent, failed
    Column("attempts", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Index("ix_deliveries_conversation_id", "conversation_id"),
)
NOTES = Table(
    "notes",
    METADATA,
    _number(),
    Column("conversation_id", String(_NAME), ForeignKey("conversations.id"), nullable=False),
    Column("user_id", _Id, ForeignKey("users.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_notes_conversation_id", "conversation_id"),
)
SAVED_REPLIES = Table(
    "saved_replies",
    METADATA,
    _number(),
    Column("name", String(_NAME), nullable=False, unique=True),
    Column("text", Text, nullable=False),
)
SURVEYS = Table(
    "surveys",
    METADATA,
    _number(),
    Column("handoff_id", _Id, ForeignKey("handoffs.id"), nullable=False),
    Column("conversation_id", String(_NAME), ForeignKey("conversations.id"), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("score", Integer),
    Column("comment", Text),
    UniqueConstraint("handoff_id"),
    Index("ix_surveys_conversation_id", "conversation_id"),
)
READ_POSITIONS = Table(
    "read_positions",
    METADATA,
    Column("user_id", _Id, ForeignKey("users.id"), primary_key=True),
    Column("conversation_id", String(_NAME), ForeignKey("conversations.id"), primary_key=True),
    Column("event_id", BigInteger, nullable=False),
)
# Where Chatwoot is the desk: how far each conversation is carried over; see desk/chatwoot/links.py.
CHATWOOT_LINKS = Table(
    "chatwoot_links",
    METADATA,
    Column("handoff_id", _Id, ForeignKey("handoffs.id"), primary_key=True),
    Column("chatwoot_id", BigInteger, index=True),
    Column("noted", BigInteger, nullable=False),
    Column("told_event", BigInteger, nullable=False),
    Column("told_message", BigInteger, nullable=False),
    Column("read_message", BigInteger, nullable=False),
    Column("closed", Boolean(create_constraint=False), nullable=False),
)
