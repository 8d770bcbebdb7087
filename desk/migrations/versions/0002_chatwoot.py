"""Which handoff is which conversation in Chatwoot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "chatwoot_links",
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("chatwoot_id", sa.BigInteger(), nullable=True),
        sa.Column("noted", sa.BigInteger(), nullable=False),
        sa.Column("told_event", sa.BigInteger(), nullable=False),
        sa.Column("told_message", sa.BigInteger(), nullable=False),
        sa.Column("read_message", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.Boolean(create_constraint=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_chatwoot_links_handoff_id")
        ),
        sa.PrimaryKeyConstraint("handoff_id", name=op.f("pk_chatwoot_links")),
    )
    op.create_index(
        op.f("ix_chatwoot_links_chatwoot_id"), "chatwoot_links", ["chatwoot_id"], unique=False
    )
