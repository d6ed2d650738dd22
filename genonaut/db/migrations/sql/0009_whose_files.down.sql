-- Of items of several creators with the same key, the oldest keeps it.
UPDATE content_items_all AS item SET item_metadata = item.item_metadata - 'import_key'
FROM content_items_all AS older
WHERE item.item_metadata ? 'import_key' AND older.item_metadata ? 'import_key'
  AND older.item_metadata ->> 'import_key' = item.item_metadata ->> 'import_key'
  AND older.source_type = item.source_type AND older.id < item.id;

DROP INDEX idx_content_import_key;
CREATE UNIQUE INDEX idx_content_import_key
    ON content_items_all ((item_metadata ->> 'import_key'), source_type)
    WHERE item_metadata ? 'import_key';

ALTER TABLE content_items_all DROP COLUMN names_file;

DELETE FROM api_tokens WHERE scope = 'metrics';
ALTER TABLE api_tokens
    DROP CONSTRAINT api_tokens_scope,
    ADD CONSTRAINT api_tokens_scope CHECK (scope IN ('read', 'write', 'admin'));
