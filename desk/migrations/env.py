"""Alembic's entry: the desk itself runs the migrations, on the connection that it hands over."""

from alembic import context

from desk.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
)
with context.begin_transaction():
    context.run_migrations()
