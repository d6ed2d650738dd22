-- Deletions that can be undone.

-- name: delete
-- Delete a user's item, or any, and keep it. One statement, so one snapshot: the tags and ratings
-- are read as they were before they went with the item.
WITH gone AS (
    DELETE FROM content_items_all
    WHERE id = :item_id AND (creator_id = :user_id OR :any_item)
    RETURNING *
)
INSERT INTO deleted_items (id, deleted_by, item, tag_ids, ratings)
SELECT gone.id, :user_id, to_jsonb(gone), ARRAY(
    SELECT tag_id FROM content_tags
    WHERE content_id = gone.id AND source_type = gone.source_type
), coalesce((
    SELECT jsonb_agg(to_jsonb(ratings)) FROM ratings
    WHERE content_id = gone.id AND source_type = gone.source_type
), '[]')
FROM gone
RETURNING id;

-- name: sweep
-- Forget what was deleted longer ago than that.
DELETE FROM deleted_items WHERE deleted_at < now() - make_interval(secs => :seconds);

-- name: find
-- The title of what a user deleted, if it was not longer ago than that.
SELECT item ->> 'title' AS title
FROM deleted_items
WHERE id = :item_id AND deleted_by = :user_id
  AND deleted_at >= now() - make_interval(secs => :seconds);

-- name: put_back
-- Make an item what it was, with those of its tags and raters that still exist. No row if another item has
-- taken its import key meanwhile.
WITH taken AS (
    DELETE FROM deleted_items
    WHERE id = :item_id AND deleted_by = :user_id
    RETURNING item, tag_ids, ratings
), put AS (
    -- Every column. (A generated one could not be inserted; there is none.)
    INSERT INTO content_items_all
    SELECT was.*
    FROM taken, jsonb_populate_record(
        NULL::content_items_all, jsonb_build_object('names_file', true) || taken.item
    ) AS was
    ON CONFLICT DO NOTHING
    RETURNING id, source_type
), tagged AS (
    INSERT INTO content_tags (content_id, source_type, tag_id)
    SELECT put.id, put.source_type, tags.id
    FROM put, taken JOIN tags ON tags.id = ANY(taken.tag_ids)
), rated AS (
    INSERT INTO ratings
    SELECT was.*
    FROM put, taken, jsonb_populate_recordset(NULL::ratings, taken.ratings) AS was
    JOIN users ON users.id = was.user_id
)
SELECT id FROM put;
