"""Whether a database is a distributed gallery. It is asked once, when the database is opened."""

from sqlalchemy import Engine

from genonaut.counting.layout import LAYOUT

_IS_DISTRIBUTED = "SELECT to_regclass('part_homes') IS NOT NULL"


def with_layout(engine: Engine) -> Engine:
    """The same engine, whose connections know how the counts lie."""
    with engine.connect() as connection:
        if not connection.exec_driver_sql(_IS_DISTRIBUTED).scalar_one():
            return engine
    from genonaut.db.distributed.parts import ON_CITUS  # noqa: PLC0415 - few galleries need it

    return engine.execution_options(**{LAYOUT: ON_CITUS})
