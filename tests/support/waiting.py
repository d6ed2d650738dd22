"""To know that somebody else is held up, without sleeping."""

from sqlalchemy import Connection


def wait_until_somebody_waits(connection: Connection) -> None:
    """Until a transaction of this database's server waits for a lock."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not connection.exec_driver_sql(waiting).scalar_one():
        pass
