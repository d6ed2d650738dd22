-- What users think of items.

-- name: of_items
-- On one database.
-- How many ratings each of these items has, and their sum: stored plus ledger. And one user's own.
SELECT content_id, CAST(sum(count) AS bigint) AS number,
       CAST(sum(count * value) AS bigint) AS points, NULL AS own
FROM rating_counts WHERE content_id = ANY(CAST(:item_ids AS bigint[])) GROUP BY content_id
UNION ALL
SELECT content_id, 0, 0, value
FROM ratings
WHERE content_id = ANY(CAST(:item_ids AS bigint[])) AND user_id = CAST(:rater AS uuid);

-- name: rate
-- An item that the user may see, as it is at this moment: the lock waits for a change of who may see
-- it, and lets all others rate it meanwhile.
INSERT INTO ratings (content_id, source_type, user_id, value, creator_id, visibility)
SELECT item.id, item.source_type, users.id, :value, item.creator_id, item.visibility
FROM content_items_all AS item, users
WHERE item.id = :item_id AND item.creator_id = :creator AND users.id = :user_id
  AND (:sees_all OR item.visibility = 'public' OR item.creator_id = CAST(:viewer AS uuid))
FOR KEY SHARE
ON CONFLICT ON CONSTRAINT ratings_pkey
DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at
RETURNING content_id;

-- name: rate_in_its_part
-- The same where items are spread, of a user who is there: a join with users, whom all nodes have,
-- would make it a change on all nodes.
INSERT INTO ratings (content_id, source_type, user_id, value, creator_id, visibility)
SELECT item.id, item.source_type, CAST(:user_id AS uuid), :value, item.creator_id, item.visibility
FROM content_items_all AS item
WHERE item.id = :item_id AND item.creator_id = :creator
  AND (:sees_all OR item.visibility = 'public' OR item.creator_id = CAST(:viewer AS uuid))
FOR KEY SHARE
ON CONFLICT ON CONSTRAINT ratings_pkey
DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at
RETURNING content_id;

-- name: is_user
SELECT FROM users WHERE id = :user_id;

-- name: take_away
DELETE FROM ratings
WHERE content_id = :item_id AND creator_id = :creator AND user_id = :user_id;
