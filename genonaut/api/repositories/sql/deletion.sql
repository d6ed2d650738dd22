-- Deletions that can be undone. What the tables are that refer to items is in followers.py.

-- name: sweep
-- Forget what was deleted longer ago than that, but for what another request is just forgetting.
DELETE FROM deleted_items WHERE id IN (
    SELECT id FROM deleted_items WHERE deleted_at < now() - make_interval(secs => :seconds)
    ORDER BY id FOR UPDATE SKIP LOCKED
);

-- name: delete
-- After what refers to them: see follower_statements.py.
DELETE FROM content_items_all
WHERE id = ANY (CAST(:ids AS bigint[])) AND creator_id = ANY (CAST(:creators AS uuid[]));

-- name: find_batch
-- The batch of an item that a user has deleted.
SELECT batch FROM deleted_items
WHERE id = :item_id AND deleted_by IS NOT DISTINCT FROM CAST(:user_id AS uuid)
  AND deleted_at >= now() - make_interval(secs => :seconds);

-- name: find
-- What a user has deleted together, if it was not longer ago than that.
SELECT count(*) AS items, min(item ->> 'title') AS title
FROM deleted_items
WHERE batch = :batch AND deleted_by IS NOT DISTINCT FROM CAST(:user_id AS uuid)
  AND deleted_at >= now() - make_interval(secs => :seconds);

-- name: hold_users
-- Those without whom nothing can be put back. Before the rows of deleted items: who deletes a user
-- takes the same way.
SELECT id FROM users WHERE id IN (
    SELECT deleted_by FROM deleted_items WHERE batch = :batch
    UNION
    SELECT CAST(item ->> 'creator_id' AS uuid) FROM deleted_items WHERE batch = :batch
) ORDER BY id FOR KEY SHARE;

-- name: hold
-- What of a batch can be put back.
SELECT id FROM deleted_items
WHERE batch = :batch AND deleted_by IS NOT DISTINCT FROM CAST(:user_id AS uuid)
  AND deleted_at >= now() - make_interval(secs => :seconds)
ORDER BY id FOR UPDATE;

-- name: forget
-- What is back is kept no longer.
DELETE FROM deleted_items WHERE id = ANY (CAST(:ids AS bigint[]));
