-- How the gallery grew: read from the counts and what was recorded of them, never counted.

-- name: totals
-- Community totals at refreshes, the oldest first: the first, the last, and as many between as fit.
-- The private ones are among them for those who see all.
WITH numbered AS (
    SELECT at, CASE WHEN :sees_all THEN regular ELSE regular - private_regular END AS regular,
           CASE WHEN :sees_all THEN auto ELSE auto - private_auto END AS auto,
           row_number() OVER (ORDER BY id) AS number, count(*) OVER () AS of
    FROM growth_points
)
SELECT at, regular, auto
FROM numbered
WHERE number IN (1, of) OR number % (of / :points + 1) = 0
ORDER BY number;

-- name: refreshes
-- The last refreshes, the newest first, those that failed among them.
SELECT started_at, duration_seconds AS seconds, requested_by, outcome,
       rows_checked, rows_wrong, largest_error
FROM gen_source_refreshes
ORDER BY id DESC
LIMIT :number;

-- name: largest_creators
-- The creators with most items, by the counts: as far as the viewer may see those.
WITH told AS (
    SELECT user_id, source_type, count FROM gen_source_counts
    UNION ALL
    SELECT user_id, source_type, -count FROM private_source_counts
    WHERE NOT :sees_all AND user_id IS DISTINCT FROM CAST(:viewer AS uuid)
),
largest AS (
    SELECT user_id, sum(count) FILTER (WHERE source_type = 'regular') AS regular,
           sum(count) FILTER (WHERE source_type = 'auto') AS auto
    FROM told
    WHERE user_id IS NOT NULL
    GROUP BY user_id
    HAVING sum(count) > 0
    ORDER BY sum(count) DESC, user_id
    LIMIT :number
)
SELECT users.id, users.username AS name,
       coalesce(regular, 0)::bigint AS regular, coalesce(auto, 0)::bigint AS auto
FROM largest JOIN users ON users.id = largest.user_id
ORDER BY coalesce(regular, 0) + coalesce(auto, 0) DESC, users.username;
