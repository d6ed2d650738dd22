-- The statements behind the counts by generation source, each under its name.

-- name: read
-- One viewer's four counts on one snapshot, and how much of them is still in the ledger.
SELECT
    coalesce(stored.user_regular, 0)::bigint + ledger.user_regular AS user_regular,
    coalesce(stored.user_auto, 0)::bigint + ledger.user_auto AS user_auto,
    coalesce(stored.community_regular, 0)::bigint + ledger.community_regular AS community_regular,
    coalesce(stored.community_auto, 0)::bigint + ledger.community_auto AS community_auto,
    ledger.rows AS ledger_rows,
    statement_timestamp() AS as_of,
    (SELECT started_at FROM gen_source_refreshes WHERE outcome <> 'failed' ORDER BY id DESC LIMIT 1)
        AS verified_at
FROM (
    SELECT
        sum(count) FILTER (WHERE user_id IS NOT NULL AND source_type = 'regular') AS user_regular,
        sum(count) FILTER (WHERE user_id IS NOT NULL AND source_type = 'auto') AS user_auto,
        sum(count) FILTER (WHERE user_id IS NULL AND source_type = 'regular') AS community_regular,
        sum(count) FILTER (WHERE user_id IS NULL AND source_type = 'auto') AS community_auto
    FROM (
        SELECT user_id, source_type, count FROM gen_source_stats WHERE user_id = %(user_id)s
        UNION ALL
        SELECT user_id, source_type, count FROM gen_source_stats WHERE user_id IS NULL
    ) AS viewed
) AS stored
CROSS JOIN (
    SELECT
        count(*) AS rows,
        coalesce(sum(delta) FILTER (WHERE user_id = %(user_id)s AND source_type = 'regular'), 0)
            ::bigint AS user_regular,
        coalesce(sum(delta) FILTER (WHERE user_id = %(user_id)s AND source_type = 'auto'), 0)
            ::bigint AS user_auto,
        coalesce(sum(delta) FILTER (WHERE source_type = 'regular'), 0)::bigint
            AS community_regular,
        coalesce(sum(delta) FILTER (WHERE source_type = 'auto'), 0)::bigint AS community_auto
    FROM gen_source_deltas
) AS ledger;

-- name: read_live
-- The same four counts from the content itself: for a cache that was never built.
SELECT
    (SELECT count(*) FROM content_items      WHERE creator_id = %(user_id)s) AS user_regular,
    (SELECT count(*) FROM content_items_auto WHERE creator_id = %(user_id)s) AS user_auto,
    (SELECT count(*) FROM content_items)      AS community_regular,
    (SELECT count(*) FROM content_items_auto) AS community_auto,
    0::bigint AS ledger_rows,
    statement_timestamp() AS as_of,
    NULL::timestamptz AS verified_at;

-- name: lock_refresh
-- One refresh at a time. Folds go on meanwhile: they move amounts between stored counts and ledger,
-- and a recount looks at the sum of both.
SELECT pg_advisory_xact_lock(
    'pg_class'::regclass::oid::int, 'gen_source_refreshes'::regclass::oid::int);

-- name: try_lock_refresh
-- The same, for those who would rather go away than wait.
SELECT pg_try_advisory_xact_lock(
    'pg_class'::regclass::oid::int, 'gen_source_refreshes'::regclass::oid::int);

-- name: keep_tables
-- Whoever wants to TRUNCATE users waits here, before holding anything that the refresh needs.
LOCK TABLE users IN ROW SHARE MODE;

-- name: lock
-- One fold at a time. Taken in a statement of its own, so that the next statement's
-- snapshot is younger than the lock.
SELECT pg_advisory_xact_lock('pg_class'::regclass::oid::int, 'gen_source_stats'::regclass::oid::int);

-- name: try_lock
-- The same, for those who would rather go away than wait.
SELECT pg_try_advisory_xact_lock(
    'pg_class'::regclass::oid::int, 'gen_source_stats'::regclass::oid::int);

-- name: recount
-- Where truth and counts differ, on one snapshot, into a table for the rest of this transaction;
-- and, in any case, the two rows of the community, which carry how many keys were compared.
-- (CREATE TABLE AS, and not one statement with the repair, because a statement that changes rows
-- is never executed in parallel. A difference may be added at any later moment.)
CREATE TEMP TABLE gen_source_differences ON COMMIT DROP AS
WITH truth AS MATERIALIZED (
    SELECT creator_id AS user_id, 'regular' AS source_type, count(*) AS count
    FROM content_items GROUP BY creator_id
    UNION ALL
    SELECT creator_id, 'auto', count(*)
    FROM content_items_auto GROUP BY creator_id
),
compared AS (
    SELECT user_id, source_type, count AS truth, 0 AS counted, 1 AS keys FROM truth
    UNION ALL
    SELECT NULL, source_type, sum(count), 0, count(*) FROM truth GROUP BY source_type
    UNION ALL
    SELECT NULL, source_type, 0, 0, 1 FROM (VALUES ('regular'), ('auto')) AS sources (source_type)
    UNION ALL
    SELECT user_id, source_type, 0, count, 0 FROM gen_source_counts
)
SELECT
    user_id,
    source_type::varchar(10) AS source_type,
    sum(truth)::bigint AS truth,
    sum(counted)::bigint AS counted,
    (sum(truth) - sum(counted))::bigint AS difference,
    sum(keys)::bigint AS keys
FROM compared
GROUP BY user_id, source_type
HAVING sum(truth) <> sum(counted) OR user_id IS NULL;

-- name: summary
-- What the recount found. A key that is only in the counts was compared as well.
SELECT
    (coalesce(sum(keys) FILTER (WHERE user_id IS NULL), 0)
        + count(*) FILTER (WHERE user_id IS NOT NULL AND keys = 0))::bigint AS rows_checked,
    count(*) FILTER (WHERE difference <> 0) AS rows_wrong,
    coalesce(max(abs(difference)), 0)::bigint AS largest_error,
    coalesce(sum(truth) FILTER (WHERE user_id IS NULL AND source_type = 'regular'), 0)::bigint
        AS community_regular,
    coalesce(sum(truth) FILTER (WHERE user_id IS NULL AND source_type = 'auto'), 0)::bigint
        AS community_auto
FROM gen_source_differences;

-- name: worst
-- The largest errors, community first, as the record of a refresh keeps them.
SELECT user_id::text, source_type, counted AS was, truth AS is
FROM gen_source_differences
WHERE difference <> 0
ORDER BY abs(difference) DESC, user_id NULLS FIRST, source_type
LIMIT 10;

-- name: enter_differences
-- What the recount missed goes into the ledger like anything else. A user's entry will count for the
-- community too, whose own difference is known already, so that is entered less the users' ones.
INSERT INTO gen_source_deltas (user_id, source_type, delta)
SELECT user_id, source_type, difference
FROM gen_source_differences
WHERE user_id IS NOT NULL
UNION ALL
SELECT NULL, source_type, sum(CASE WHEN user_id IS NULL THEN difference ELSE -difference END)
FROM gen_source_differences
GROUP BY source_type
HAVING sum(CASE WHEN user_id IS NULL THEN difference ELSE -difference END) <> 0;

-- name: fold
-- Empty the ledger of what is visible, and add its sums to the stored counts.
-- Rows that reach zero are deleted.
-- Users who are being deleted at this moment are left for the next fold: waiting could deadlock. For
-- users who are gone (which only a constraint that was bypassed leaves) only the community counts.
-- Written such that no plan compares rows with rows one by one, whatever the planner knows of them.
WITH owners AS MATERIALIZED (
    SELECT id FROM users WHERE id IN (SELECT user_id FROM gen_source_deltas)
),
staying AS MATERIALIZED (
    SELECT id FROM users
    WHERE id IN (SELECT user_id FROM gen_source_deltas)
    ORDER BY id
    FOR KEY SHARE SKIP LOCKED
),
leaving AS MATERIALIZED (
    SELECT id FROM owners EXCEPT SELECT id FROM staying
),
taken AS (
    DELETE FROM gen_source_deltas AS entry
    WHERE NOT EXISTS (SELECT FROM leaving WHERE leaving.id = entry.user_id)
    RETURNING entry.user_id, entry.source_type, entry.delta
),
user_amounts AS (
    SELECT user_id, source_type, amount
    FROM (
        SELECT user_id, source_type, sum(delta)::bigint AS amount
        FROM taken
        GROUP BY user_id, source_type
        HAVING sum(delta) <> 0
    ) AS amounts
    JOIN users ON users.id = amounts.user_id
),
community_amounts AS (
    SELECT source_type, sum(delta)::bigint AS amount
    FROM taken
    GROUP BY source_type
    HAVING sum(delta) <> 0
),
emptied_users AS (
    DELETE FROM gen_source_stats AS stored
    USING user_amounts AS added
    WHERE stored.user_id = added.user_id
      AND stored.source_type = added.source_type
      AND stored.count + added.amount = 0
    RETURNING stored.id
),
changed_users AS (
    INSERT INTO gen_source_stats AS stored (user_id, source_type, count)
    SELECT added.user_id, added.source_type, added.amount
    FROM user_amounts AS added
    LEFT JOIN gen_source_stats AS before USING (user_id, source_type)
    WHERE before.count IS NULL OR before.count + added.amount <> 0
    ORDER BY added.user_id, added.source_type
    ON CONFLICT (user_id, source_type) WHERE user_id IS NOT NULL
    DO UPDATE SET count = stored.count + excluded.count, updated_at = now()
    RETURNING stored.id
),
emptied_community AS (
    DELETE FROM gen_source_stats AS stored
    USING community_amounts AS added
    WHERE stored.user_id IS NULL
      AND stored.source_type = added.source_type
      AND stored.count + added.amount = 0
    RETURNING stored.id
),
changed_community AS (
    INSERT INTO gen_source_stats AS stored (user_id, source_type, count)
    SELECT NULL, added.source_type, added.amount
    FROM community_amounts AS added
    LEFT JOIN gen_source_stats AS before
           ON before.user_id IS NULL AND before.source_type = added.source_type
    WHERE before.count IS NULL OR before.count + added.amount <> 0
    ORDER BY added.source_type
    ON CONFLICT (source_type) WHERE user_id IS NULL
    DO UPDATE SET count = stored.count + excluded.count, updated_at = now()
    RETURNING stored.id
)
SELECT
    (SELECT count(*) FROM taken) AS rows_taken,
    (SELECT count(*) FROM emptied_users) + (SELECT count(*) FROM changed_users)
        + (SELECT count(*) FROM emptied_community) + (SELECT count(*) FROM changed_community)
        AS rows_written;

-- name: stored_rows
-- How many counts are stored.
SELECT count(*) FROM gen_source_stats;

-- name: largest
-- The largest stored counts, with names.
SELECT coalesce(users.username, 'Community') AS name, stats.source_type, stats.count
FROM gen_source_stats AS stats
LEFT JOIN users ON users.id = stats.user_id
ORDER BY stats.count DESC, name, stats.source_type
LIMIT %(limit)s;

-- name: record
-- Remember a refresh; was it the first that did not fail, then the counts were built by it.
INSERT INTO gen_source_refreshes
    (started_at, duration_seconds, requested_by, outcome, rows_checked, rows_wrong, largest_error,
     worst, community_regular, community_auto, error)
SELECT
    %(started_at)s, %(duration_seconds)s, %(requested_by)s,
    CASE
        WHEN %(error)s::text IS NOT NULL THEN 'failed'
        WHEN NOT EXISTS (SELECT FROM gen_source_refreshes WHERE outcome <> 'failed') THEN 'built'
        WHEN %(rows_wrong)s::bigint > 0 THEN 'repaired'
        ELSE 'exact'
    END,
    %(rows_checked)s, %(rows_wrong)s, %(largest_error)s, %(worst)s::jsonb, %(community_regular)s,
    %(community_auto)s, %(error)s
RETURNING outcome;

-- name: prune
-- Forget the oldest records, but never the last good one.
DELETE FROM gen_source_refreshes
WHERE id <= (SELECT max(id) FROM gen_source_refreshes) - %(keep)s
  AND id IS DISTINCT FROM
      (SELECT max(id) FROM gen_source_refreshes WHERE outcome <> 'failed');

-- name: status
-- How the machinery stands, without counting any content.
SELECT
    (SELECT count(*) FROM gen_source_deltas) AS ledger_rows,
    pg_table_size('gen_source_deltas') AS ledger_bytes,
    (SELECT count(*) FROM gen_source_stats) AS stored_rows,
    (SELECT coalesce(sum(count), 0)::bigint FROM gen_source_counts
      WHERE user_id IS NULL AND source_type = 'regular') AS community_regular,
    (SELECT coalesce(sum(count), 0)::bigint FROM gen_source_counts
      WHERE user_id IS NULL AND source_type = 'auto') AS community_auto,
    statement_timestamp() AS as_of;

-- name: last_refreshes
-- The newest records, newest first.
SELECT started_at, duration_seconds, requested_by, outcome, rows_checked, rows_wrong,
       largest_error, worst, community_regular, community_auto, error
FROM gen_source_refreshes
ORDER BY id DESC
LIMIT %(limit)s;
