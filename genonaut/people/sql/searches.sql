-- What users have searched for.

-- name: record
-- Add a search, or count it once more. Within the pause, in seconds, it is still the same one.
-- A user who does not exist, or keeps none, gets none.
-- Requests that wait for one another may get here in another order than they came.
INSERT INTO search_history AS known (user_id, search_query)
SELECT id, :query FROM users WHERE id = :user_id AND keeps_searches
ON CONFLICT (user_id, search_query) DO UPDATE SET
    last_searched_at = GREATEST(known.last_searched_at, EXCLUDED.last_searched_at),
    search_count = known.search_count + CASE
        WHEN GREATEST(EXCLUDED.last_searched_at - known.last_searched_at, interval '0')
            < make_interval(secs => :pause)
        THEN 0 ELSE 1
    END
RETURNING known.*;

-- name: trim
-- Delete a user's oldest searches beyond the number that one may have. A row that another request
-- is changing is left for the next time, so no two wait for each other.
DELETE FROM search_history WHERE id IN (
    SELECT id FROM search_history WHERE id IN (
        SELECT id FROM search_history WHERE user_id = :user_id
        ORDER BY last_searched_at DESC, id DESC OFFSET :most
    )
    FOR UPDATE SKIP LOCKED
);
