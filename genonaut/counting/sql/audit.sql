-- The auditor's own statements: plain counts, compared with what readers are told.

-- name: compare
-- Every key that is counted or in the counts, on one snapshot.
WITH truth AS (
    SELECT {{ row_key }}::text AS who, {{ row_label }} AS kind, count(*) AS rows
    FROM {{ counted }}
    WHERE {{ is_counted }} AND {{ row_key }} IS NOT NULL
    GROUP BY 1, 2
{% if total %}
    UNION ALL
    SELECT {{ total|literal }}, {{ row_label }}, count(*)
    FROM {{ counted }}
    WHERE {{ is_counted }}
    GROUP BY 2
{% endif %}
),
told AS (
    SELECT coalesce({{ key }}::text, {{ total|literal }}) AS who,
           {{ category }} AS kind,
           {{ count }} AS rows
    FROM {{ view }}
)
SELECT who, kind, coalesce(told.rows, 0) AS told, coalesce(truth.rows, 0) AS truth
FROM truth
FULL JOIN told USING (who, kind);

-- name: triggers
-- The triggers that should be there beside those that are.
WITH parts AS (
    SELECT oid::regclass AS part, relkind = 'p' AS has_parts FROM pg_class
    WHERE oid = {{ counted|literal }}::regclass
       OR oid IN (SELECT relid FROM pg_partition_tree({{ counted|literal }}))
),
expected (part, trigger, statement) AS (
    SELECT part, '{{ name }}_insert', 'AFTER INSERT ON ' || part
        || ' REFERENCING NEW TABLE AS new_rows'
        || ' FOR EACH STATEMENT EXECUTE FUNCTION {{ in_schema }}{{ name }}_count_insert()'
    FROM parts
    UNION ALL
    SELECT part, '{{ name }}_update', 'AFTER UPDATE ON ' || part
        || ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
        || ' FOR EACH STATEMENT EXECUTE FUNCTION {{ in_schema }}{{ name }}_count_update()'
    FROM parts
    UNION ALL
    SELECT part, '{{ name }}_delete', 'AFTER DELETE ON ' || part
        || ' REFERENCING OLD TABLE AS old_rows'
        || ' FOR EACH STATEMENT EXECUTE FUNCTION {{ in_schema }}{{ name }}_count_delete()'
    FROM parts
    UNION ALL
    SELECT part, '{{ name }}_truncate', 'BEFORE TRUNCATE ON ' || part
        || ' FOR EACH STATEMENT EXECUTE FUNCTION {{ in_schema }}{{ name }}_count_truncate()'
    FROM parts WHERE NOT has_parts
{% if owner %}
    UNION ALL
    SELECT part, '{{ name }}_forget_owner', 'AFTER DELETE ON ' || part
        || ' REFERENCING OLD TABLE AS old_rows'
        || ' FOR EACH STATEMENT EXECUTE FUNCTION {{ in_schema }}{{ name }}_forget_owner()'
    FROM (SELECT {{ stats|literal }}::regclass AS part) AS stored
    UNION ALL
    SELECT part, '{{ name }}_forget_everything', 'AFTER TRUNCATE ON ' || part
        || ' FOR EACH STATEMENT EXECUTE FUNCTION {{ in_schema }}{{ name }}_forget_everything()'
    FROM (SELECT {{ owner|literal }}::regclass AS part) AS owners
{% endif %}
),
found AS (
    SELECT tgrelid::regclass AS part,
           tgname::text AS trigger,
           tgenabled IN ('O', 'A') AS fires,
           pg_get_triggerdef(oid, true) AS statement
    FROM pg_trigger
    WHERE NOT tgisinternal AND tgname IN (SELECT trigger FROM expected)
)
SELECT part::text, trigger, found.fires,
       found.statement IS NOT NULL AS is_there,
       expected.statement IS NOT NULL AS is_expected,
       found.statement = 'CREATE TRIGGER ' || trigger || ' ' || expected.statement AS is_current
FROM expected
FULL JOIN found USING (part, trigger)
ORDER BY part::text, trigger;

-- name: functions
-- The functions as the database has them.
SELECT proname::text AS name, prosrc AS source
FROM pg_proc
WHERE pronamespace = {{ schema|literal }}::regnamespace AND proname = ANY (%(names)s);

-- name: ledger
SELECT count(*) FROM {{ ledger }};

-- name: refreshes
-- The last refresh, and the age in seconds of the last good one.
SELECT
    (SELECT outcome FROM {{ refreshes }} ORDER BY id DESC LIMIT 1) AS last_outcome,
    (SELECT error FROM {{ refreshes }} ORDER BY id DESC LIMIT 1) AS last_error,
    (SELECT extract(epoch FROM clock_timestamp() - max(started_at))::float8
       FROM {{ refreshes }} WHERE outcome <> 'failed') AS seconds_since_good;
