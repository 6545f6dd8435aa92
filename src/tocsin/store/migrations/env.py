"""Run by Alembic, on the connection that the workspace hands it."""

from __future__ import annotations

from alembic import context

from tocsin.store._schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # A step is applied whole or not at all, on SQLite too: the connection begins its own transactions.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
