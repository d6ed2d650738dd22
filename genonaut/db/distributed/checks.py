"""Whether a database can become a distributed gallery: what it needs, and what is in the way."""

from sqlalchemy import Connection

from genonaut.errors import UsageError

VERSION = "13."
SERVERS = range(15, 18)
_EXTENSION = "SELECT extversion FROM pg_extension WHERE extname = 'citus'"
_SERVER = "SELECT current_setting('server_version_num')::integer / 10000"
_IS_COORDINATOR = "SELECT groupid = 0 FROM pg_dist_local_group"
_KNOWS_ITSELF = "SELECT EXISTS (SELECT FROM pg_dist_node WHERE groupid = 0)"
_WORKERS = """
    SELECT count(*) FROM pg_dist_node
    WHERE isactive AND shouldhaveshards AND noderole = 'primary'"""
_AWAY = """
    SELECT nodename || ':' || nodeport FROM run_command_on_all_nodes('SELECT 1')
    JOIN pg_dist_node USING (nodeid) WHERE NOT success"""
_SPREAD_ALREADY = """
    SELECT string_agg(logicalrelid::text, ', ' ORDER BY logicalrelid::text) FROM pg_dist_partition
    WHERE logicalrelid::text = ANY (%(tables)s)"""
_PROGRAMS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'genonaut%%'
      AND pid <> pg_backend_pid()"""
_TABLES = ["users", "tags", "content_items_all", "content_tags", "ratings", "bookmarks"]


def require_citus(connection: Connection) -> None:
    """Raises UsageError unless this is the coordinator of a Citus that we know, with workers."""
    ask = connection.exec_driver_sql
    database = connection.engine.url.database
    version = ask(_EXTENSION).scalar()
    server = ask(_SERVER).scalar_one()
    if version is None:
        raise UsageError(
            f"The database {database} has no Citus: on each node, name citus in "
            "shared_preload_libraries, restart PostgreSQL, and run `CREATE EXTENSION citus` in the "
            "database. See docs/distributed.md."
        )
    if not version.startswith(VERSION) or server not in SERVERS:
        raise UsageError(
            f"This is Citus {version} on PostgreSQL {server}; Genonaut needs Citus 13 on "
            f"PostgreSQL {SERVERS[0]} to {SERVERS[-1]}."
        )
    if not ask(_IS_COORDINATOR).scalar_one():
        raise UsageError("This node is a worker: name the coordinator's address in DATABASE_URL.")


def require_nodes(connection: Connection) -> None:
    """Raises UsageError unless the coordinator knows itself and its workers, and all answer."""
    ask = connection.exec_driver_sql
    if not ask(_KNOWS_ITSELF).scalar_one():
        raise UsageError(
            "The coordinator does not know its own address, which tables of its own need that "
            "refer to what every node has: run `SELECT citus_set_coordinator_host('HOST')` there."
        )
    if not ask(_WORKERS).scalar_one():
        raise UsageError(
            "There is no node for the items: add the workers with "
            "`SELECT citus_add_node('HOST', PORT)` at the coordinator."
        )
    if away := list(ask(_AWAY).scalars()):
        raise UsageError(f"{', '.join(away)} cannot be reached from the coordinator: start it.")


def require_clear_way(connection: Connection) -> None:
    """Raises UsageError if something stands in the way of distributing the gallery."""
    ask = connection.exec_driver_sql
    if tables := ask(_SPREAD_ALREADY, {"tables": _TABLES}).scalar():
        raise UsageError(
            f"Another program has distributed {tables}: undo that with "
            "`SELECT undistribute_table('TABLE', cascade_via_foreign_keys := true)`."
        )
    if ask(_PROGRAMS).scalar_one():
        raise UsageError(
            "Other processes of Genonaut use this database, and would go on as if it were in one "
            "place: stop the API, the workers and imports, and start them again afterwards."
        )
