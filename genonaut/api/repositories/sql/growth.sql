-- How the gallery grew: read from the counts and the record of refreshes, never counted.

-- name: totals
-- Community totals at refreshes, the oldest first: the first, the last, and as many between as fit.
WITH numbered AS (
    SELECT started_at, totals,
           row_number() OVER (ORDER BY id) AS number, count(*) OVER () AS of
    FROM gen_source_refreshes
    WHERE outcome <> 'failed' AND totals ?& ARRAY['regular', 'auto']
)
SELECT started_at AS at,
       (totals ->> 'regular')::bigint AS regular, (totals ->> 'auto')::bigint AS auto
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
-- The creators with most items, by the counts.
WITH largest AS (
    SELECT user_id, sum(count) FILTER (WHERE source_type = 'regular') AS regular,
           sum(count) FILTER (WHERE source_type = 'auto') AS auto
    FROM gen_source_counts
    WHERE user_id IS NOT NULL
    GROUP BY user_id
    ORDER BY sum(count) DESC, user_id
    LIMIT :number
)
SELECT users.id, users.username AS name,
       coalesce(regular, 0)::bigint AS regular, coalesce(auto, 0)::bigint AS auto
FROM largest JOIN users ON users.id = largest.user_id
ORDER BY coalesce(regular, 0) + coalesce(auto, 0) DESC, users.username;
