-- What comes back is what was added: an engine that spreads items counts what it was given.
-- An item that exists already, in the table or earlier in the batch, is left as it is.
-- LEFT JOIN: a creator who is missing, although all are held, is an error and not a row lost in silence.
INSERT INTO content_items_all (
    id, source_type, title, content_data, prompt, item_metadata,
    creator_id, created_at, updated_at, quality_score, path_thumb, visibility
)
SELECT
    batch.id, batch.source_type, batch.title, batch.content_data, batch.prompt, batch.item_metadata,
    users.id, coalesce(batch.created_at, now()), coalesce(batch.created_at, now()),
    batch.quality_score, batch.path_thumb,
    coalesce(batch.visibility, users.default_visibility, 'public')
FROM import_batch AS batch
LEFT JOIN users USING (username)
ORDER BY batch.item_metadata ->> 'import_key', batch.source_type, batch.id
ON CONFLICT ((item_metadata ->> 'import_key'), source_type, creator_id)
    WHERE item_metadata ? 'import_key'
DO NOTHING
RETURNING id;
