-- The auditor's own statements: plain counts, compared with what readers are told.

-- name: compare
-- Every key that is in the content or in the counts, on one snapshot.
WITH truth AS (
    SELECT coalesce(creator_id::text, 'Community') AS who,
           CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END AS source,
           count(*) AS items
    FROM content_items_all
    GROUP BY GROUPING SETS ((creator_id, source_type), (source_type))
),
told AS (
    SELECT coalesce(user_id::text, 'Community') AS who, source_type AS source, count AS items
    FROM gen_source_counts
)
SELECT who, source, coalesce(told.items, 0) AS told, coalesce(truth.items, 0) AS truth
FROM truth
FULL JOIN told USING (who, source);

-- name: triggers
-- The triggers that are there, as statements, and whether they fire.
SELECT tgrelid::regclass::text AS table_name, tgname AS trigger_name,
       tgenabled IN ('O', 'A') AS fires, pg_get_triggerdef(oid) AS statement
FROM pg_trigger
WHERE NOT tgisinternal AND tgname LIKE 'gen_source_%%';

-- name: partitions
-- All tables that hold counted rows.
SELECT relid::regclass::text FROM pg_partition_tree('content_items_all') WHERE isleaf;

-- name: functions
-- The triggers' functions as the database has them.
SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'gen_source_%%';

-- name: ledger
SELECT count(*) FROM gen_source_deltas;

-- name: refreshes
-- The last refresh, and the age in seconds of the last good one.
SELECT
    (SELECT outcome FROM gen_source_refreshes ORDER BY id DESC LIMIT 1) AS last_outcome,
    (SELECT error FROM gen_source_refreshes ORDER BY id DESC LIMIT 1) AS last_error,
    (SELECT extract(epoch FROM clock_timestamp() - max(started_at))::float8
       FROM gen_source_refreshes WHERE outcome <> 'failed') AS seconds_since_good;
