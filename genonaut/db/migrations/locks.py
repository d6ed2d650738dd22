"""One change of the schema, or of the rights on it, at a time."""

from sqlalchemy import Connection

ADVISORY_LOCK = 4_736_736_001  # any number that is not locked for another purpose


def hold_schema(connection: Connection) -> None:
    """Wait for other changes, and let no other begin until the transaction ends."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
