-- What a dump is told about the database, all on the snapshot that it shares.

-- name: is_there
SELECT to_regclass('public.alembic_version') IS NOT NULL
   AND to_regclass('public.content_items_all') IS NOT NULL;

-- name: snapshot
SELECT pg_export_snapshot();

-- name: version
SELECT current_setting('server_version_num')::int / 10000;

-- name: sizes
-- By the names that pg_dump gives to tables. What has no rows of its own has no size.
SELECT nspname || '.' || relname AS name, pg_table_size(pg_class.oid) AS bytes
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname = 'public';

-- name: extensions
-- Those that something in the schema cannot do without, as an index with a class of operators.
SELECT DISTINCT extname
FROM pg_depend AS member
JOIN pg_extension AS extension ON extension.oid = member.refobjid
JOIN pg_depend AS needs
    ON needs.refclassid = member.classid AND needs.refobjid = member.objid
JOIN pg_class ON needs.classid = 'pg_class'::regclass AND needs.objid = pg_class.oid
WHERE member.refclassid = 'pg_extension'::regclass AND member.deptype = 'e'
  AND relnamespace = 'public'::regnamespace AND extname <> 'plpgsql'
  AND NOT EXISTS (
      SELECT FROM pg_depend AS own
      WHERE own.classid = needs.classid AND own.objid = needs.objid AND own.deptype = 'e');

-- name: summary
SELECT (SELECT count(*) FROM content_items_all) AS items,
       (SELECT count(*) FROM users) AS users,
       (SELECT version_num FROM alembic_version) AS revision;
