-- The life of a count: read, fold, refresh. Each statement under its name.

{% if spread %}
{% include "read_parts.sql" %}
{% else %}
-- name: read
-- What the exact counts of some keys add up from, on one snapshot: what is stored, and the ledger by
-- key and category, with how many of its rows these are.
{% if total %}
-- What is stored of the totals has no key. Each row of the ledger counts for them, also one of a key.
{% endif %}
-- One row has no category. It says when this was read, and when the counts were last compared with
-- the truth. The reader does the adding: to join and group it all here takes twice as long.
SELECT {{ name|literal }} AS of,
       NULL AS key,
       NULL AS category,
       NULL::bigint AS count,
       0 AS ledger_rows,
       statement_timestamp() AS as_of,
       (SELECT started_at FROM {{ refreshes }}
         WHERE outcome <> 'failed' ORDER BY id DESC LIMIT 1) AS verified_at
UNION ALL
SELECT {{ name|literal }}, {{ key }}, {{ category }}, {{ count }}, 0, NULL, NULL
FROM {{ stats }}
WHERE {{ key }} = ANY (%(keys)s::{{ key_type }}[])
{% if total %}
UNION ALL
SELECT {{ name|literal }}, {{ key }}, {{ category }}, {{ count }}, 0, NULL, NULL
FROM {{ stats }}
WHERE {{ key }} IS NULL
{% endif %}
UNION ALL
SELECT {{ name|literal }},
       CASE WHEN {{ key }} IN (SELECT unnest(%(keys)s::{{ key_type }}[])) THEN {{ key }} END,
       {{ category }}, sum(delta)::bigint, count(*), NULL, NULL
FROM {{ ledger }}
GROUP BY 2, 3;
{% endif %}

-- name: read_live
-- The same by counting the rows themselves: for a count that was never built.
SELECT {{ name|literal }} AS of,
       NULL AS key,
       NULL AS category,
       NULL::bigint AS count,
       0 AS ledger_rows,
       statement_timestamp() AS as_of,
       NULL::timestamptz AS verified_at
UNION ALL
SELECT {{ name|literal }}, {{ row_key }}, {{ row_label }}, count(*), 0, NULL, NULL
FROM {{ counted }}{{ each_value }}
WHERE {{ is_counted }} AND {{ row_key }} = ANY (%(keys)s::{{ key_type }}[])
GROUP BY 2, 3
{% if total %}
UNION ALL
SELECT {{ name|literal }}, NULL, {{ row_label }}, count(*), 0, NULL, NULL
FROM {{ counted }}{{ each_value }}
WHERE {{ is_counted }}
GROUP BY 3
{% endif %}
;

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
-- the refresh needs. It is ROW SHARE, taken by a statement for which the right to update one column
-- is enough; LOCK TABLE would need that of all columns.
SELECT FROM {{ owner }} WHERE false FOR KEY SHARE;

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
       set_config('work_mem',
                  greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 65536) || 'kB', true);

-- name: recount
-- Where truth and counts differ, on one snapshot, into a table for the rest of this transaction;
-- and, in any case, a row without a key for each category, with its sum and how many were compared.
-- (CREATE TABLE AS, and not one statement with the repair, because a statement that changes rows
-- is never executed in parallel. A difference may be added at any later moment.)
-- OFFSET 0: groups are filtered, and not each row before it is grouped.
CREATE TEMP TABLE {{ name }}_differences ON COMMIT DROP AS
WITH true_counts AS MATERIALIZED (
    SELECT {{ row_key }} AS {{ key }},
           ({{ row_label }})::{{ category_type }} AS {{ category }},
           {{ "items" if labels_differ else "sum(items)::bigint" }} AS truth
    FROM (
        SELECT {{ row_key }}, {{ row_category }}, count(*) AS items
        FROM {{ counted }}{{ each_value }}{{ where_only }}
        GROUP BY {{ row_key }}, {{ row_category }}
        OFFSET 0
    ) AS counted_groups
    WHERE {{ is_counted_group }}
{% if not labels_differ %}
    GROUP BY 1, 2
{% endif %}
),
of_keys AS (
    SELECT {{ key }}, {{ category }}, coalesce(true_counts.truth, 0) AS truth,
           coalesce(stored.{{ count }}, 0) + coalesce(changes.delta, 0) AS counted,
           (true_counts.truth IS NOT NULL)::int::bigint AS keys
    FROM true_counts
    FULL JOIN {{ stats }} AS stored USING ({{ key }}, {{ category }})
    FULL JOIN (
        SELECT {{ key }}, {{ category }}, sum(delta)::bigint AS delta
        FROM {{ ledger }} GROUP BY {{ key }}, {{ category }}
    ) AS changes USING ({{ key }}, {{ category }})
    WHERE {{ key }} IS NOT NULL
),
of_categories AS (
{% if total %}
    SELECT {{ category }}, sum(truth) AS truth, 0 AS counted, count({{ key }}) + 1 AS keys
    FROM true_counts GROUP BY {{ category }}
    UNION ALL
    SELECT {{ category }}, 0, {{ count }}, 0 FROM {{ stats }} WHERE {{ key }} IS NULL
    UNION ALL
    SELECT {{ category }}, 0, sum(delta), 0 FROM {{ ledger }} GROUP BY {{ category }}
{% else %}
    SELECT {{ category }}, sum(truth) AS truth, sum(truth) AS counted, count(*) AS keys
    FROM true_counts GROUP BY {{ category }}
{% endif %}
)
SELECT {{ key }}, {{ category }}, truth, counted, truth - counted AS difference, keys
FROM of_keys
WHERE truth <> counted
UNION ALL
SELECT NULL, {{ category }}, sum(truth)::bigint, sum(counted)::bigint,
       (sum(truth) - sum(counted))::bigint, sum(keys)::bigint
FROM of_categories
GROUP BY {{ category }};

-- name: summary
-- The result of the recount. A key that is only in the counts was compared as well. The record keeps
-- the sums of at most 100 categories.
SELECT
    (coalesce(sum(keys) FILTER (WHERE {{ key }} IS NULL), 0)
        + count(*) FILTER (WHERE keys = 0))::bigint AS rows_checked,
    count(*) FILTER (WHERE difference <> 0) AS rows_wrong,
    coalesce(max(abs(difference)), 0)::bigint AS largest_error,
    CASE WHEN count(*) FILTER (WHERE {{ key }} IS NULL) BETWEEN 1 AND 100
        THEN jsonb_object_agg({{ category }}, truth) FILTER (WHERE {{ key }} IS NULL)
        ELSE '{}' END AS totals
FROM {{ name }}_differences;

-- name: worst
-- The largest errors, as the record of a refresh keeps them.
SELECT {{ key }}::text AS key, {{ category }}::text AS category, counted AS was, truth AS is
FROM {{ name }}_differences
WHERE difference <> 0
ORDER BY abs(difference) DESC, {{ key }} NULLS FIRST, {{ category }}
LIMIT 10;

-- name: enter_differences
-- What the recount found missing is added. A key that has no stored count gets one: its difference.
-- That is added to nothing, for no fold runs meanwhile; and a first build writes a third of the rows.
-- All else goes into the ledger, like any other change: what corrects a stored count, and the
-- counts of an owner who is gone, or is being deleted (see the fold).
WITH counts_stored AS (
    INSERT INTO {{ stats }} ({{ key }}, {{ category }}, {{ count }}{{ and_home() }})
    SELECT {{ key }}, {{ category }}, difference{{ and_home(key) }}
    FROM (
        SELECT missing.{{ key }}, missing.{{ category }}, missing.difference
        FROM {{ name }}_differences AS missing
{% if owner %}
        JOIN {{ owner }} AS staying ON staying.{{ owner_id }} = missing.{{ key }}
{% endif %}
        WHERE missing.{{ key }} IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM {{ stats }} AS stored
              WHERE stored.{{ key }} = missing.{{ key }}
                AND stored.{{ category }} = missing.{{ category }}
          )
{% if owner %}
        FOR KEY SHARE OF staying SKIP LOCKED
{% endif %}
    ) AS addable
    ORDER BY {{ key }}, {{ category }}
    RETURNING {{ key }}, {{ category }}
),
others AS MATERIALIZED (
    SELECT {{ key }}, {{ category }}, difference
    FROM {{ name }}_differences AS missing
    WHERE {{ key }} IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM counts_stored AS stored
          WHERE stored.{{ key }} = missing.{{ key }}
            AND stored.{{ category }} = missing.{{ category }}
      )
),
entries AS (
    INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta{{ and_home() }})
    SELECT {{ key }}, {{ category }}, difference{{ and_home(key) }} FROM others
{% if total %}
    -- A key's entry counts for the total as well. The total's own difference is known already, so
    -- it is entered minus those of the keys.
    UNION ALL
    SELECT NULL, {{ category }}, sum(difference){{ and_home(home) }}
    FROM (
        SELECT {{ category }}, difference FROM {{ name }}_differences WHERE {{ key }} IS NULL
        UNION ALL
        SELECT {{ category }}, -difference FROM others
    ) AS of_total
    GROUP BY {{ category }}
    HAVING sum(difference) <> 0
{% endif %}
)
SELECT count(*) FROM counts_stored;

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
