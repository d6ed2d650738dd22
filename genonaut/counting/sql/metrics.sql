-- The state of the counting, for monitoring. Executed at every scrape, so it must stay cheap.

-- name: age
-- Seconds since the last good refresh; null before the first. One from the future was made while the
-- clock was ahead: it proves nothing, and its age would stay good for as long as the clock was ahead.
SELECT extract(epoch FROM clock_timestamp() - max(started_at))::float8
FROM {{ refreshes }}
WHERE outcome <> 'failed' AND started_at <= clock_timestamp();

-- name: state
-- One row. The ledger is counted up to a million. The stored counts are not counted: their number
-- is estimated by PostgreSQL's statistics, which also have the rows ever written, including those
-- rolled back.
WITH good AS (
    SELECT duration_seconds, rows_checked, rows_wrong, largest_error
    FROM {{ refreshes }}
    WHERE outcome <> 'failed'
    ORDER BY id DESC
    LIMIT 1
),
ledger AS (
    SELECT n_tup_ins, n_tup_del FROM pg_stat_user_tables
    WHERE relid = {{ ledger|literal }}::regclass
)
SELECT
    (SELECT extract(epoch FROM clock_timestamp() - max(started_at))::float8
       FROM {{ refreshes }}
      WHERE outcome <> 'failed' AND started_at <= clock_timestamp()) AS age,
    (SELECT duration_seconds FROM good) AS duration,
    (SELECT rows_checked FROM good) AS rows_checked,
    (SELECT rows_wrong FROM good) AS rows_wrong,
    (SELECT largest_error FROM good) AS largest_error,
    (SELECT outcome FROM {{ refreshes }} ORDER BY id DESC LIMIT 1) AS last_outcome,
    (SELECT coalesce(jsonb_object_agg(outcome, records), '{}')
       FROM (SELECT outcome, count(*) AS records FROM {{ refreshes }} GROUP BY outcome)
         AS kept) AS outcomes,
    (SELECT count(*) FROM (SELECT FROM {{ ledger }} LIMIT 1000000) AS entries) AS ledger_rows,
    (SELECT n_live_tup FROM pg_stat_user_tables
      WHERE relid = {{ stats|literal }}::regclass) AS stored_rows,
    (SELECT n_tup_ins FROM ledger) AS rows_written,
    (SELECT n_tup_del FROM ledger) AS rows_folded;
