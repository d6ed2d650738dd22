-- The life of a count: read, fold, refresh. Each statement under its name.

-- name: read
-- The exact counts of some keys, on one snapshot.
{% if total %}
-- With them come the totals, whose key is null.
{% endif %}
-- At least one row: it also says how many rows the ledger had, when this was read, and when the
-- counts were last compared with the truth.
WITH ledger_entries AS MATERIALIZED (
    SELECT
        CASE
            WHEN {{ key }} IN (SELECT unnest(%(keys)s::{{ key_type }}[])) THEN {{ key }}
        END AS {{ key }},
        {{ category }},
        sum(delta)::bigint AS amount,
        count(*) AS rows
    FROM {{ ledger }}
    GROUP BY 1, 2
)
SELECT exact.{{ key }} AS key,
       exact.{{ category }} AS category,
       exact.{{ count }} AS count,
       snapshot.*
FROM (
    SELECT
        (SELECT coalesce(sum(rows), 0)::bigint FROM ledger_entries) AS ledger_rows,
        statement_timestamp() AS as_of,
        (SELECT started_at FROM {{ refreshes }}
          WHERE outcome <> 'failed' ORDER BY id DESC LIMIT 1) AS verified_at
) AS snapshot
LEFT JOIN (
    SELECT {{ key }}, {{ category }}, sum({{ count }})::bigint AS {{ count }}
    FROM (
        SELECT {{ key }}, {{ category }}, {{ count }} FROM {{ stats }}
        WHERE {{ key }} = ANY (%(keys)s::{{ key_type }}[])
        UNION ALL
        SELECT {{ key }}, {{ category }}, amount FROM ledger_entries WHERE {{ key }} IS NOT NULL
{% if total %}
        UNION ALL
        SELECT {{ key }}, {{ category }}, {{ count }} FROM {{ stats }} WHERE {{ key }} IS NULL
        UNION ALL
        SELECT NULL, {{ category }}, amount FROM ledger_entries
{% endif %}
    ) AS stored_and_ledger
    GROUP BY {{ key }}, {{ category }}
) AS exact ON true;

-- name: read_live
-- The same by counting the rows themselves: for a count that was never built.
SELECT live.*, 0::bigint AS ledger_rows, statement_timestamp() AS as_of,
       NULL::timestamptz AS verified_at
FROM (
    SELECT {{ row_key }} AS key,
           {{ row_label }} AS category,
           count(*) AS count
    FROM {{ counted }}
    WHERE {{ is_counted }} AND {{ row_key }} = ANY (%(keys)s::{{ key_type }}[])
    GROUP BY 1, 2
{% if total %}
    UNION ALL
    SELECT NULL, {{ row_label }}, count(*)
    FROM {{ counted }}
    WHERE {{ is_counted }}
    GROUP BY 2
{% endif %}
) AS live
RIGHT JOIN (VALUES (true)) AS always ON true;

-- name: lock_refresh
-- One refresh at a time. Folds continue meanwhile: they move amounts between stored counts and
-- ledger, and a recount looks at the sum of both.
SELECT pg_advisory_xact_lock(
    'pg_class'::regclass::oid::int, {{ refreshes|literal }}::regclass::oid::int);

-- name: try_lock_refresh
-- The same without waiting: false if another refresh is running.
SELECT pg_try_advisory_xact_lock(
    'pg_class'::regclass::oid::int, {{ refreshes|literal }}::regclass::oid::int);

{% if owner %}
-- name: keep_owners
-- Another transaction's TRUNCATE of {{ owner }} waits for this lock, before it holds anything that
-- the refresh needs.
LOCK TABLE {{ owner }} IN ROW SHARE MODE;

{% endif %}
-- name: keep_counted
-- Older snapshots see a TRUNCATE as well, but not what it has entered in the ledger. So the refresh
-- waits for a transaction that has begun one, before it takes the recount's snapshot.
LOCK TABLE {{ counted }} IN ACCESS SHARE MODE;

-- name: lock
-- One fold at a time. Taken in a statement of its own, so that the next statement's
-- snapshot is younger than the lock.
SELECT pg_advisory_xact_lock('pg_class'::regclass::oid::int, {{ stats|literal }}::regclass::oid::int);

-- name: try_lock
-- The same without waiting: false if another fold or refresh has the lock.
SELECT pg_try_advisory_xact_lock(
    'pg_class'::regclass::oid::int, {{ stats|literal }}::regclass::oid::int);

-- name: forget_last_recount
-- Two refreshes in one transaction would otherwise collide.
DROP TABLE IF EXISTS pg_temp.{{ name }}_differences;

-- name: prepare
-- Partitions have no row in common, so each may be grouped by itself. And only one refresh runs at
-- a time, so it may use more memory: 64 MB for each step of a plan, if the server gives less.
SELECT set_config('enable_partitionwise_aggregate', 'on', true),
       set_config('work_mem', greatest(setting::int, 65536) || 'kB', true)
FROM pg_settings WHERE name = 'work_mem';

-- name: recount
-- Where truth and counts differ, on one snapshot, into a table for the rest of this transaction;
-- and, in any case, a row without a key for each category, with its sum and how many were compared.
-- (CREATE TABLE AS, and not one statement with the repair, because a statement that changes rows
-- is never executed in parallel. A difference may be added at any later moment.)
CREATE TEMP TABLE {{ name }}_differences ON COMMIT DROP AS
WITH counted_groups AS MATERIALIZED (
    SELECT {{ row_key }}, {{ row_category }}, count(*) AS items
    FROM {{ counted }}
    GROUP BY {{ row_key }}, {{ row_category }}
),
true_counts AS (
    SELECT {{ row_key }} AS {{ key }},
           ({{ row_label }})::{{ category_type }} AS {{ category }},
           items
    FROM counted_groups
    WHERE {{ is_counted }}
),
both_counts AS (
    SELECT {{ key }}, {{ category }}, items AS truth, 0::bigint AS counted, 1 AS keys
    FROM true_counts
    WHERE {{ key }} IS NOT NULL
    UNION ALL
{% if total %}
    SELECT NULL, {{ category }}, sum(items)::bigint, 0, count({{ key }}) + 1
    FROM true_counts GROUP BY {{ category }}
{% else %}
    SELECT NULL, {{ category }}, sum(items)::bigint, sum(items)::bigint, count(*)
    FROM true_counts GROUP BY {{ category }}
{% endif %}
    UNION ALL
    SELECT {{ key }}, {{ category }}, 0, {{ count }}, 0 FROM {{ stats }}
    UNION ALL
    SELECT {{ key }}, {{ category }}, 0, delta, 0 FROM {{ ledger }} WHERE {{ key }} IS NOT NULL
{% if total %}
    UNION ALL
    SELECT NULL, {{ category }}, 0, delta, 0 FROM {{ ledger }}
{% endif %}
)
SELECT
    {{ key }},
    {{ category }},
    sum(truth)::bigint AS truth,
    sum(counted)::bigint AS counted,
    (sum(truth) - sum(counted))::bigint AS difference,
    sum(keys)::bigint AS keys
FROM both_counts
GROUP BY {{ key }}, {{ category }}
HAVING sum(truth) <> sum(counted) OR {{ key }} IS NULL;

-- name: summary
-- The result of the recount. A key that is only in the counts was compared as well.
SELECT
    (coalesce(sum(keys) FILTER (WHERE {{ key }} IS NULL), 0)
        + count(*) FILTER (WHERE keys = 0))::bigint AS rows_checked,
    count(*) FILTER (WHERE difference <> 0) AS rows_wrong,
    coalesce(max(abs(difference)), 0)::bigint AS largest_error,
    coalesce(jsonb_object_agg({{ category }}, truth) FILTER (WHERE {{ key }} IS NULL), '{}') AS totals
FROM {{ name }}_differences;

-- name: worst
-- The largest errors, as the record of a refresh keeps them.
SELECT {{ key }}::text AS key, {{ category }} AS category, counted AS was, truth AS is
FROM {{ name }}_differences
WHERE difference <> 0
ORDER BY abs(difference) DESC, {{ key }} NULLS FIRST, {{ category }}
LIMIT 10;

-- name: enter_differences
-- What the recount found missing goes into the ledger like any other change.
{% if total %}
-- A key's entry will count for the total as well. The total's own difference is known already, so
-- it is entered minus those of the keys.
{% endif %}
INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta)
SELECT {{ key }}, {{ category }}, difference
FROM {{ name }}_differences
WHERE {{ key }} IS NOT NULL
{% if total %}
UNION ALL
SELECT NULL, {{ category }}, sum(CASE WHEN {{ key }} IS NULL THEN difference ELSE -difference END)
FROM {{ name }}_differences
GROUP BY {{ category }}
HAVING sum(CASE WHEN {{ key }} IS NULL THEN difference ELSE -difference END) <> 0
{% endif %}
;

{% include "fold.sql" %}

-- name: stored_rows
-- How many counts are stored.
SELECT count(*) FROM {{ stats }};

-- name: largest
-- The largest exact counts, with names.
{% if owner_name %}
SELECT coalesce({{ owner }}.{{ owner_name }}, {{ total|literal }}) AS name,
       exact.{{ category }} AS category,
       exact.{{ count }} AS count
FROM {{ view }} AS exact
LEFT JOIN {{ owner }} ON {{ owner }}.{{ owner_id }} = exact.{{ key }}
{% else %}
SELECT coalesce({{ key }}::text, {{ total|literal }}) AS name,
       {{ category }} AS category,
       {{ count }} AS count
FROM {{ view }}
{% endif %}
ORDER BY count DESC, name, category
LIMIT %(limit)s;

-- name: record
-- Record a refresh. The first one that did not fail has built the counts.
INSERT INTO {{ refreshes }}
    (started_at, duration_seconds, requested_by, outcome, rows_checked, rows_wrong, largest_error,
     worst, totals, error)
SELECT
    %(started_at)s, %(duration_seconds)s, %(requested_by)s,
    CASE
        WHEN %(error)s::text IS NOT NULL THEN 'failed'
        WHEN NOT EXISTS (SELECT FROM {{ refreshes }} WHERE outcome <> 'failed') THEN 'built'
        WHEN %(rows_wrong)s::bigint > 0 THEN 'repaired'
        ELSE 'exact'
    END,
    %(rows_checked)s, %(rows_wrong)s, %(largest_error)s,
    %(worst)s::jsonb, %(totals)s::jsonb, %(error)s
RETURNING outcome;

-- name: prune
-- Delete the oldest records, but never the last good one.
DELETE FROM {{ refreshes }}
WHERE id <= (SELECT max(id) FROM {{ refreshes }}) - %(keep)s
  AND id IS DISTINCT FROM (SELECT max(id) FROM {{ refreshes }} WHERE outcome <> 'failed');
