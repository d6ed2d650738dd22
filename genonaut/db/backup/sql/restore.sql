-- What a restore asks of the database that it replaces.

-- name: is_there
SELECT to_regclass('public.alembic_version') IS NOT NULL
   AND to_regclass('public.content_items_all') IS NOT NULL
   AND to_regclass('public.users') IS NOT NULL;

-- name: held
SELECT (SELECT count(*) FROM public.content_items_all) AS items,
       (SELECT count(*) FROM public.users) AS users;

-- name: about
SELECT current_setting('server_version_num')::int / 10000 AS major,
       has_database_privilege(current_database(), 'CREATE')
       AND coalesce(
           (SELECT pg_has_role(current_user, nspowner, 'USAGE')
            FROM pg_namespace WHERE nspname = 'public'), true) AS may;

-- name: owner
-- Of the schema, as it is written.
SELECT quote_ident(rolname) FROM pg_namespace JOIN pg_roles ON pg_roles.oid = nspowner
WHERE nspname = 'public';

-- name: tables
-- What is a table to its users, unless it belongs to an extension.
SELECT relname FROM pg_class
WHERE relnamespace = to_regnamespace('public') AND relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT EXISTS (
      SELECT FROM pg_depend
      WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e');

-- name: lockable
SELECT format('public.%I', relname) FROM pg_class
WHERE relnamespace = to_regnamespace('public') AND relkind IN ('r', 'p')
  AND NOT EXISTS (
      SELECT FROM pg_depend
      WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
ORDER BY relname;

-- name: replaced
SELECT format('%I.%I', CAST(:schema AS text), relname) FROM pg_class
WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p')
ORDER BY relname;

-- name: extensions
SELECT quote_ident(extname) FROM pg_extension
WHERE extnamespace = to_regnamespace('public');
