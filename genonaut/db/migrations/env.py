"""Alembic runs this around every migration.

A migration waits at most `LOCK_TIMEOUT` for a lock, so that it never makes the gallery's own
transactions queue behind it; two migrations at once take turns.
"""

from alembic import context
from sqlalchemy import Connection

from genonaut.db.migrations.locks import hold_schema
from genonaut.db.schema import Base

LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "30min"


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
        hold_schema(connection)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        context.run_migrations()


run(context.config.attributes["connection"])
