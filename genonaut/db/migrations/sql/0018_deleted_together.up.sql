-- Items that were deleted together, to be put back together, with all that referred to them.

ALTER TABLE deleted_items
    ADD COLUMN batch uuid NOT NULL DEFAULT gen_random_uuid(),
    -- Rows of other tables that left with the item, as arrays by the names of their tables.
    ADD COLUMN followers jsonb NOT NULL DEFAULT '{}',
    -- Without accounts, what is deleted is deleted by no user.
    ALTER COLUMN deleted_by DROP NOT NULL;

UPDATE deleted_items SET followers = jsonb_build_object('content_tags', (
    SELECT jsonb_agg(jsonb_build_object(
        'content_id', id, 'source_type', item -> 'source_type', 'tag_id', tag_id,
        'creator_id', item -> 'creator_id', 'visibility', item -> 'visibility'
    )) FROM unnest(tag_ids) AS tag_id
)) WHERE tag_ids <> '{}';

ALTER TABLE deleted_items DROP COLUMN tag_ids;

CREATE INDEX idx_deleted_items_batch ON deleted_items (batch, id);
