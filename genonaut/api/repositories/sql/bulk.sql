-- Many items at once. `ids` are those that the sender names, or that were held; `creators` are theirs,
-- by whom an engine may spread them over machines.

-- name: take_time
-- How long each statement may take until the transaction ends.
SELECT set_config('statement_timeout', :limit, true);

-- name: tags_of
SELECT DISTINCT tag_id FROM content_tags
WHERE content_id = ANY (CAST(:ids AS bigint[])) AND creator_id = ANY (CAST(:creators AS uuid[]));

-- name: hold_tags
-- The tags of items and those of some names, so that none is deleted, renamed or merged meanwhile:
-- who does that locks tags and then reaches for items, and so do we.
SELECT id FROM tags
WHERE name = ANY (CAST(:names AS text[])) OR id = ANY (CAST(:tag_ids AS uuid[]))
ORDER BY name FOR KEY SHARE;

-- name: hold
-- Items of creators in one place. By number, so that two requests never deadlock.
SELECT id, creator_id FROM content_items_all
WHERE id = ANY (CAST(:ids AS bigint[])) AND creator_id = ANY (CAST(:creators AS uuid[]))
ORDER BY id FOR UPDATE;

-- name: of_others
-- Which of them the sender may see, and not change.
SELECT id FROM content_items_all
WHERE id = ANY (CAST(:ids AS bigint[]))
  AND creator_id IS DISTINCT FROM CAST(:user_id AS uuid)
  AND (:sees_all OR visibility = 'public');

-- name: seen
-- Which of them the sender may see.
SELECT id, creator_id FROM content_items_all
WHERE id = ANY (CAST(:ids AS bigint[]))
  AND (:sees_all OR visibility = 'public' OR creator_id = CAST(:viewer AS uuid));

-- name: tag_ids
SELECT id FROM tags WHERE name = ANY (CAST(:names AS text[]));

-- name: full
-- Those that would have more tags than an item may have.
SELECT content_id FROM content_tags
WHERE content_id = ANY (CAST(:ids AS bigint[])) AND creator_id = ANY (CAST(:creators AS uuid[]))
  AND tag_id <> ALL (CAST(:tag_ids AS uuid[]))
GROUP BY content_id HAVING count(*) > :room;

-- name: tag
INSERT INTO content_tags (content_id, source_type, tag_id, creator_id, visibility)
SELECT item.id, item.source_type, tag_id, item.creator_id, item.visibility
FROM content_items_all AS item, unnest(CAST(:tag_ids AS uuid[])) AS tag_id
WHERE item.id = ANY (CAST(:ids AS bigint[])) AND item.creator_id = ANY (CAST(:creators AS uuid[]))
ORDER BY item.id, tag_id
ON CONFLICT DO NOTHING
RETURNING content_id;

-- name: untag
DELETE FROM content_tags
WHERE content_id = ANY (CAST(:ids AS bigint[])) AND creator_id = ANY (CAST(:creators AS uuid[]))
  AND tag_id = ANY (CAST(:tag_ids AS uuid[]))
RETURNING content_id;

-- name: touch
-- They are held already, so the statement waits for no writer, and its time is that of the change.
UPDATE content_items_all SET updated_at = statement_timestamp()
WHERE id = ANY (CAST(:ids AS bigint[])) AND creator_id = ANY (CAST(:creators AS uuid[]));
