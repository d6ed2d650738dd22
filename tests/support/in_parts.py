"""Two parts in one database whose tables only a running function names, as on Citus.

`in_part` and `run_command_on_placements` do here what those of the engine do there; the tables here
end in the number of their part.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from genonaut.counting.declaration import CachedCount, Category, Key
from genonaut.counting.layout import LAYOUT
from genonaut.counting.rendering import functions_in_parts, tables
from genonaut.db.distributed.form import in_part
from genonaut.db.distributed.parts import ON_CITUS
from genonaut.db.session import Database
from tests.support.rows import run

HOMES = [f"{digit * 8}-0000-0000-0000-000000000000" for digit in "ab"]
VISITORS = [f"{digit * 8}-0000-0000-0000-00000000000{n}" for digit in "ab" for n in (1, 2)]
VISITS = CachedCount(
    name="visits",
    schema="parts",
    counted="visit",
    key=Key("visitor", "uuid", owner="visitors"),
    category=Category("page"),
    table="visit_stats",
    total="All",
    spread="visitor",
)
"""A visitor's counts are in one part."""
PAGES = replace(
    VISITS,
    name="pages",
    key=Key("page", "text"),
    category=Category("visitor", "uuid"),
    table="page_stats",
    total="",
)
"""A page is counted in each part, and its count is their sum."""

ENGINE = """
    CREATE SCHEMA parts;
    CREATE TABLE parts.visitors (id uuid PRIMARY KEY);
    CREATE TABLE parts.visit_0 (
        visitor uuid NOT NULL REFERENCES parts.visitors ON DELETE CASCADE, page text);
    CREATE TABLE parts.visit_1 (LIKE parts.visit_0);
    ALTER TABLE parts.visit_1 ADD FOREIGN KEY (visitor) REFERENCES parts.visitors ON DELETE CASCADE;
    CREATE FUNCTION parts.in_part(here oid, statement text) RETURNS text
    LANGUAGE sql STABLE AS $$
        SELECT regexp_replace(replace(replace(statement,
            'visitors__here', 'visitors'),
            'home__here', CASE WHEN number = '0' THEN '{}' ELSE '{}' END),
            '\\m(\\w+)__here\\M', '\\1_' || number, 'g')
        FROM right(here::regclass::text, 1) AS number
    $$;
    CREATE FUNCTION parts.require_read_committed() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'A part is folded and refreshed at READ COMMITTED only';
        END IF;
    END $$;
    CREATE FUNCTION public.run_command_on_placements(
        whole text, command text, OUT nodename text, OUT nodeport int, OUT shardid bigint,
        OUT success boolean, OUT result text
    ) RETURNS SETOF record LANGUAGE plpgsql AS $$
    BEGIN
        FOR number IN 0..1 LOOP
            nodename := 'node'; nodeport := number; shardid := number; success := true;
            BEGIN
                EXECUTE replace(replace(command, '%s', 'parts.' || whole || '_' || number),
                                'SELECT ', 'SELECT parts.') INTO result;
            EXCEPTION WHEN OTHERS THEN
                success := false; result := 'ERROR:  ' || SQLERRM;
            END;
            RETURN NEXT;
        END LOOP;
    END $$;""".format(*HOMES)
TRIGGERS = """
    CREATE TRIGGER {count}_insert AFTER INSERT ON parts.visit_{n} REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION parts.{count}_count_insert();
    CREATE TRIGGER {count}_delete AFTER DELETE ON parts.visit_{n} REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION parts.{count}_count_delete();
    CREATE TRIGGER {count}_update AFTER UPDATE ON parts.visit_{n}
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION parts.{count}_count_update();
    CREATE TRIGGER {count}_truncate BEFORE TRUNCATE ON parts.visit_{n}
        FOR EACH STATEMENT EXECUTE FUNCTION parts.{count}_count_truncate();"""
FORGETTING = """
    CREATE TRIGGER {count}_forget_owner AFTER DELETE ON parts.{table}_{n}
        REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION parts.{count}_forget_owner();"""
WHOLE = """
    CREATE TABLE parts.{count}_refreshes (LIKE parts.{count}_0_refreshes INCLUDING ALL);
    CREATE VIEW parts.{table} AS TABLE parts.{table}_0 UNION ALL TABLE parts.{table}_1;
    CREATE VIEW parts.{count}_deltas AS
        TABLE parts.{count}_deltas_0 UNION ALL TABLE parts.{count}_deltas_1;"""


@contextmanager
def two_parts(database: Database) -> Iterator[Database]:
    """Two empty parts, and connections that know how the counts lie."""
    run(database, ENGINE)
    run(database, "INSERT INTO parts.visitors SELECT unnest(%s::uuid[])", VISITORS)
    for count in (VISITS, PAGES):
        run(database, _laid_out(count))
    yield replace(database, engine=database.engine.execution_options(**{LAYOUT: ON_CITUS}))
    run(database, "DROP SCHEMA parts CASCADE; DROP FUNCTION run_command_on_placements")


def _laid_out(count: CachedCount) -> str:
    names = {"count": count.name, "table": count.table}
    pieces = [functions_in_parts(in_part(count))]
    for n in range(2):
        own = replace(count, name=f"{count.name}_{n}", table=f"{count.table}_{n}")
        ledger = f"ALTER TABLE parts.{own.name}_deltas RENAME TO {count.name}_deltas_{n};"
        forgetting = FORGETTING if count.key.owner else ""
        pieces += [tables(own), ledger, (TRIGGERS + forgetting).format(n=n, **names)]
    return "\n".join([*pieces, WHOLE.format(**names)])
