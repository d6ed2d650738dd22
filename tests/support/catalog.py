"""What is in a database: all that a migration can make, to be compared."""

from genonaut.db.session import Database

# Everything that a migration can make, from the catalog: one line for each thing.
CATALOG = {
    "tables": """
        SELECT oid::regclass, relkind, relpersistence, reloptions, relacl,
               pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
    "columns": """
        -- Counted, as a column that was dropped keeps its number for ever.
        SELECT attrelid::regclass, row_number() OVER (PARTITION BY attrelid ORDER BY attnum),
               attname, format_type(atttypid, atttypmod), attnotnull,
               attidentity, attgenerated, attstorage, pg_get_expr(adbin, adrelid)
        FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
        WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i' AND attnum > 0
          AND NOT attisdropped""",
    "indexes": """
        SELECT indrelid::regclass, pg_get_indexdef(indexrelid), indisvalid, indisprimary
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace""",
    "constraints": """
        SELECT conrelid::regclass, conname, contype, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "triggers": """
        SELECT tgrelid::regclass, pg_get_triggerdef(pg_trigger.oid), tgenabled
        FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": """
        SELECT proname, pg_get_function_identity_arguments(oid), prosrc, prosecdef, proconfig,
               provolatile, proacl
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
    "collations": """
        SELECT collname, collprovider
        FROM pg_collation WHERE collnamespace = 'public'::regnamespace""",
    "views": """
        SELECT oid::regclass, pg_get_viewdef(oid)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')""",
    "sequences": """
        SELECT seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmax, seqcycle
        FROM pg_sequence""",
    "types": """
        SELECT typname, typtype FROM pg_type WHERE typnamespace = 'public'::regnamespace""",
}


def schema_of(database: Database) -> dict[str, list[str]]:
    """All that is in the catalog, but for Alembic's own table."""
    with database.engine.connect() as connection:
        return {
            kind: sorted(
                line
                for line in map(str, connection.exec_driver_sql(statement))
                if "alembic_version" not in line
            )
            for kind, statement in CATALOG.items()
        }
