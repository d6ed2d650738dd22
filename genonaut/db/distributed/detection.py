"""Whether a database is a distributed gallery. It is asked once, when the database is opened."""

from sqlalchemy import Connection, Engine

from genonaut.counting.layout import LAYOUT
from genonaut.errors import UsageError

_IS_DISTRIBUTED = "SELECT to_regclass('public.part_homes') IS NOT NULL"


def is_distributed(connection: Connection) -> bool:
    """Whether `genonaut db distribute` has been here."""
    found: bool = connection.exec_driver_sql(_IS_DISTRIBUTED).scalar_one()
    return found


def require_one_place(connection: Connection, command: str) -> None:
    """Raises UsageError for a distributed gallery, to which a command would do harm."""
    if is_distributed(connection):
        raise UsageError(
            f"The gallery in {connection.engine.url.database} is distributed, and `{command}` is "
            "for one in one place: back its nodes up together, as docs/distributed.md says."
        )


def with_layout(engine: Engine) -> Engine:
    """The same engine, whose connections know how the counts lie."""
    with engine.connect() as connection:
        if not is_distributed(connection):
            return engine
    from genonaut.db.distributed.parts import ON_CITUS  # noqa: PLC0415 - few galleries need it

    return engine.execution_options(**{LAYOUT: ON_CITUS})
