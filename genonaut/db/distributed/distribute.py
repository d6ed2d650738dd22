"""Makes a gallery a distributed one, or puts the triggers and functions of one back."""

from sqlalchemy import Connection, Engine

from genonaut.db.distributed.checks import require_citus, require_clear_way, require_nodes
from genonaut.db.distributed.detection import is_distributed
from genonaut.db.distributed.script import repair, script, statements_of
from genonaut.db.migrations.locks import hold_schema

LOCK_TIMEOUT = "5s"
_CONTENT = """
    SELECT count(*), coalesce(sum(pg_total_relation_size(oid)), 0)::bigint
    FROM (SELECT unnest(ARRAY['content_items', 'content_items_auto', 'content_tags', 'ratings',
                              'bookmarks'])::regclass AS oid) AS tables"""
_ITEMS = "SELECT count(*) FROM content_items_all"


def require_distributable(engine: Engine) -> None:
    """Raises UsageError if it cannot be done, before anything has changed."""
    with engine.connect() as connection:
        require_citus(connection)
        require_nodes(connection)
        if not is_distributed(connection):
            require_clear_way(connection)


def size_of_content(engine: Engine) -> tuple[int, int]:
    """How many items there are, and how many bytes are to be moved."""
    with engine.connect() as connection:
        items: int = connection.exec_driver_sql(_ITEMS).scalar_one()
        _, size = connection.exec_driver_sql(_CONTENT).one()
    return items, size


def distribute(engine: Engine, shards: int) -> bool:
    """Do it in one transaction; False if it was done before: then it is only repaired.

    Nothing else reads or writes the content meanwhile.
    """
    with engine.begin() as connection:
        hold_schema(connection)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        connection.exec_driver_sql("SET LOCAL client_min_messages = 'error'")
        fresh = not is_distributed(connection)
        for piece in script(shards) if fresh else repair():
            _execute(connection, piece)
    return fresh


def _execute(connection: Connection, piece: str) -> None:
    for statement in statements_of(piece):
        # The driver would take every % for the beginning of a parameter.
        connection.exec_driver_sql(statement.replace("%", "%%"))
