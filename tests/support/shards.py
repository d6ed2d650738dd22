"""Two whole databases, and a third one before them that has no rows of its own.

Each shard is a database of Genonaut's with nothing added, on a server of its own: Debian's
PostgreSQL and the embedded one. The coordinator is on Debian's, and reaches them by its
`postgres_fdw`. A user and all that is the user's are on one shard, by the hash of the user's id.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from genonaut.config import Settings
from genonaut.db.address import with_password
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database
from genonaut.embedded.entry import ROLE
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.postgres import administrator
from tests.support.rows import run
from tests.support.servers import new_database

Server = tuple[Settings, Database]

SPREAD_SOURCE = replace(GEN_SOURCE, spread=GEN_SOURCE.key.column)
"""The counts by source as the coordinator reads them."""
HOMES = ["ffffffff-0000-0000-0000-000000000000", "ffffffff-0000-0000-0000-000000000001"]
REMOTE = "postgres_fdw"  # as it names itself to the server that it connects to

WHOLE = """
    CREATE SEQUENCE content_items_id_seq;
    CREATE TABLE users (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        username varchar(255) NOT NULL
    ) PARTITION BY HASH (id);
    CREATE TABLE content_items_all (
        id bigint NOT NULL DEFAULT nextval('content_items_id_seq'),
        source_type varchar(10) NOT NULL,
        title varchar(255) NOT NULL,
        content_data text NOT NULL,
        prompt varchar(20000) NOT NULL,
        creator_id uuid NOT NULL
    ) PARTITION BY LIST (source_type);
    CREATE TABLE content_items PARTITION OF content_items_all
        FOR VALUES IN ('items') PARTITION BY HASH (creator_id);
    CREATE TABLE content_items_auto PARTITION OF content_items_all
        FOR VALUES IN ('auto') PARTITION BY HASH (creator_id);
    ALTER TABLE content_items ALTER COLUMN source_type SET DEFAULT 'items';
    ALTER TABLE content_items_auto ALTER COLUMN source_type SET DEFAULT 'auto';"""
SHARD = """
    CREATE SERVER shard_{number} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
        host '{host}', port '{port}', dbname '{database}', batch_size '1000');
    CREATE USER MAPPING FOR {role} SERVER shard_{number} OPTIONS (
        user '{role}', password '{password}');
    CREATE SCHEMA shard_{number};
    IMPORT FOREIGN SCHEMA public
        LIMIT TO (gen_source_stats, gen_source_deltas, gen_source_refreshes)
        FROM SERVER shard_{number} INTO shard_{number};"""
PARTITION = """
    CREATE FOREIGN TABLE shard_{number}.{table} PARTITION OF {table}
        FOR VALUES WITH (MODULUS 2, REMAINDER {number}) SERVER shard_{number}
        OPTIONS (schema_name 'public');"""
STORED = """
    SELECT user_id, source_type, count, coalesce(user_id, '{home}') AS home
    FROM shard_{number}.gen_source_stats"""
LEDGER = """
    SELECT user_id, source_type, delta, coalesce(user_id, '{home}') AS home
    FROM shard_{number}.gen_source_deltas"""
# Built is the whole once each part is, and its proof is as old as the oldest of theirs.
GOOD = """
    SELECT max(started_at) AS started_at
    FROM shard_{number}.gen_source_refreshes WHERE outcome <> 'failed'"""
VIEWS = """
    CREATE VIEW gen_source_stats AS {stored};
    CREATE VIEW gen_source_deltas AS {ledger};
    CREATE VIEW gen_source_refreshes AS
        SELECT 1 AS id, min(started_at) AS started_at, 'exact' AS outcome
        FROM ({good}) AS of_parts HAVING count(started_at) = 2;"""


@dataclass(frozen=True)
class Shards:
    """The whole, and its two parts."""

    coordinator: Database
    parts: Sequence[Database]


@contextmanager
def two_shards(debian: Server, embedded: Server) -> Iterator[Shards]:
    """Two shards and a coordinator on these servers, while the `with` lasts."""
    with ExitStack() as stack:
        shards = [
            stack.enter_context(new_database(database, migrated=True))
            for _, database in (debian, embedded)
        ]
        whole = stack.enter_context(new_database(debian[1]))
        folder = ServerFolder(debian[0].home, "postgres")
        with administrator(folder, str(whole.url.database)) as connection:
            connection.execute("CREATE EXTENSION postgres_fdw")
            connection.execute(f"GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO {ROLE}")
        run(whole, WHOLE + "".join(_shard(number, shard) for number, shard in enumerate(shards)))
        run(whole, VIEWS.format(stored=_all(STORED), ledger=_all(LEDGER), good=_all(GOOD)))
        yield Shards(whole, shards)


def _shard(number: int, shard: Database) -> str:
    url = with_password(shard.url)
    names = {name: url.query[name] for name in ("host", "port")}
    server = SHARD.format(
        number=number, role=ROLE, database=url.database, password=url.password, **names
    )
    tables = ("users", "content_items", "content_items_auto")
    return server + "".join(PARTITION.format(number=number, table=table) for table in tables)


def _all(of_shard: str) -> str:
    return " UNION ALL ".join(
        of_shard.format(number=number, home=home) for number, home in enumerate(HOMES)
    )
