-- The auditor's own statements: plain counts, compared with what is reported to readers.

-- name: compare
-- Every key that is counted or in the counts, on one snapshot: what is reported to readers, what
-- the view shows, and the truth. At least one row, with how many were compared and how many are
-- wrong; one more for each of the worst after the first.
WITH compared AS (
    SELECT key, kind, sum(reported) AS reported, sum(shown) AS shown, sum(truth) AS truth
    FROM (
        SELECT {{ row_key }} AS key, {{ row_label }} AS kind, 0 AS reported, 0 AS shown, 1 AS truth
{% if each_value %}
        FROM {{ values }}
        WHERE {{ row_key }} IS NOT NULL
{% else %}
        FROM {{ counted }}
        WHERE {{ is_counted }} AND {{ row_key }} IS NOT NULL
{% endif %}
        UNION ALL
        SELECT {{ key }}, {{ category }}, {{ count }}, 0, 0 FROM {{ stats }}
        UNION ALL
        SELECT {{ key }}, {{ category }}, delta, 0, 0 FROM {{ ledger }} WHERE {{ key }} IS NOT NULL
        UNION ALL
        SELECT {{ key }}, {{ category }}, 0, {{ count }}, 0 FROM {{ view }}
{% if total %}
        UNION ALL
{% if each_value %}
        SELECT NULL, {{ row_category }}, 0, 0, 1 FROM {{ values }}
{% else %}
        SELECT NULL, {{ row_label }}, 0, 0, 1 FROM {{ counted }} WHERE {{ is_counted }}
{% endif %}
        UNION ALL
        SELECT NULL, {{ category }}, delta, 0, 0 FROM {{ ledger }}
{% endif %}
    ) AS parts
    GROUP BY key, kind
),
wrong AS (
    SELECT * FROM compared WHERE reported <> truth OR shown <> truth
)
SELECT
    (SELECT count(*) FROM compared WHERE reported <> 0 OR shown <> 0 OR truth <> 0) AS compared,
    (SELECT count(*) FROM wrong) AS wrong,
    coalesce(worst.key::text, {{ total|literal }}) AS who,
    kind, reported::bigint, shown::bigint, truth::bigint
FROM (VALUES (true)) AS always
LEFT JOIN (
    SELECT * FROM wrong
    ORDER BY greatest(abs(reported - truth), abs(shown - truth)) DESC, key NULLS FIRST, kind
    LIMIT %(limit)s
) AS worst ON true;

-- name: triggers
-- The triggers that should exist next to those that do. (`type` is pg_trigger.tgtype of a
-- statement trigger: 4, 8, 16 and 32 for after INSERT, DELETE, UPDATE, TRUNCATE; before adds 2.)
WITH parts AS (
    SELECT oid AS part, relkind = 'p' AS has_parts FROM pg_class
    WHERE oid = {{ counted|literal }}::regclass
       OR oid IN (SELECT relid FROM pg_partition_tree({{ counted|literal }}))
),
expected (part, trigger, function, type, old_rows, new_rows) AS (
    SELECT part, '{{ name }}_insert', '{{ name }}_count_insert', 4, NULL, 'new_rows' FROM parts
    UNION ALL
    SELECT part, '{{ name }}_update', '{{ name }}_count_update', 16, 'old_rows', 'new_rows' FROM parts
    UNION ALL
    SELECT part, '{{ name }}_delete', '{{ name }}_count_delete', 8, 'old_rows', NULL FROM parts
    UNION ALL
    SELECT part, '{{ name }}_truncate', '{{ name }}_count_truncate', 34, NULL, NULL
    FROM parts WHERE NOT has_parts
{% if owner %}
    UNION ALL
    SELECT {{ stats|literal }}::regclass,
           '{{ name }}_forget_owner', '{{ name }}_forget_owner', 8, 'old_rows', NULL
    UNION ALL
    SELECT {{ owner|literal }}::regclass,
           '{{ name }}_forget_everything', '{{ name }}_forget_everything', 32, NULL, NULL
{% endif %}
),
found AS (
    SELECT tgrelid AS part, tgname::text AS trigger, proname::text AS function, tgtype AS type,
           tgoldtable::text AS old_rows, tgnewtable::text AS new_rows,
           tgenabled IN ('O', 'A') AS fires, tgqual IS NULL AND tgattr = '' AS always
    FROM pg_trigger
    JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal
      AND pronamespace = {{ schema|literal }}::regnamespace
      AND tgname IN (SELECT trigger FROM expected)
)
SELECT part::regclass::text, trigger, found.fires,
       found.type IS NOT NULL AS is_there,
       expected.type IS NOT NULL AS is_expected,
       found.always
           AND (found.function, found.type) = (expected.function, expected.type)
           AND found.old_rows IS NOT DISTINCT FROM expected.old_rows
           AND found.new_rows IS NOT DISTINCT FROM expected.new_rows AS is_current
FROM expected
FULL JOIN found USING (part, trigger)
ORDER BY part::regclass::text, trigger;

-- name: functions
-- The functions as the database has them: their source, and whether they run with the right
-- privileges and search path.
SELECT proname::text AS name, prosrc AS source,
       prosecdef = (prorettype = 'trigger'::regtype)
           AND proconfig = ARRAY[{{ ('search_path=' ~ schema ~ ', pg_temp')|literal }}] AS runs_right
FROM pg_proc
WHERE pronamespace = {{ schema|literal }}::regnamespace AND proname = ANY (%(names)s);

-- name: ledger
SELECT count(*) FROM {{ ledger }};

-- name: refreshes
-- The last refresh, and the age in seconds of the last good one; one from the future proves nothing.
SELECT
    (SELECT outcome FROM {{ refreshes }} ORDER BY id DESC LIMIT 1) AS last_outcome,
    (SELECT error FROM {{ refreshes }} ORDER BY id DESC LIMIT 1) AS last_error,
    (SELECT extract(epoch FROM clock_timestamp() - max(started_at))::float8
       FROM {{ refreshes }}
      WHERE outcome <> 'failed' AND started_at <= clock_timestamp()) AS seconds_since_good,
    EXISTS (SELECT FROM {{ refreshes }} WHERE outcome <> 'failed') AS is_built;
