-- Of what was deleted together each item can be put back by itself, with its tags; what no user
-- deleted, and what else referred to an item, cannot.
DROP INDEX idx_deleted_items_batch;

DELETE FROM deleted_items WHERE deleted_by IS NULL;

ALTER TABLE deleted_items ADD COLUMN tag_ids uuid[] NOT NULL DEFAULT '{}';
UPDATE deleted_items SET tag_ids = ARRAY(
    SELECT (tagged ->> 'tag_id')::uuid FROM jsonb_array_elements(followers -> 'content_tags') AS tagged
) WHERE followers ? 'content_tags';

ALTER TABLE deleted_items
    ALTER COLUMN tag_ids DROP DEFAULT,
    ALTER COLUMN deleted_by SET NOT NULL,
    DROP COLUMN batch,
    DROP COLUMN followers;
