-- Points of the line of growth.

-- name: record
-- Both counts by one statement, and so on one snapshot.
INSERT INTO growth_points (regular, auto, private_regular, private_auto)
SELECT regular, auto, private_regular, private_auto
FROM (
    SELECT coalesce(sum(count) FILTER (WHERE source_type = 'regular'), 0) AS regular,
           coalesce(sum(count) FILTER (WHERE source_type = 'auto'), 0) AS auto
    FROM gen_source_counts WHERE user_id IS NULL
) AS every,
(
    SELECT coalesce(sum(count) FILTER (WHERE source_type = 'regular'), 0) AS private_regular,
           coalesce(sum(count) FILTER (WHERE source_type = 'auto'), 0) AS private_auto
    FROM private_source_counts WHERE user_id IS NULL
) AS private
WHERE regular + auto > 0;

-- name: prune
DELETE FROM growth_points WHERE id <= (SELECT max(id) FROM growth_points) - :keep;
