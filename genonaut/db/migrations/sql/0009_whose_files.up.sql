-- Whether `content_data` and `path_thumb` may be the names of files. What users send as such is text:
-- with the name of another's private file in it, they would be shown that file.
ALTER TABLE content_items_all ADD COLUMN names_file boolean NOT NULL DEFAULT true;

-- A key is unique among its creator's items: a conflict with another's would tell of that item.
DROP INDEX idx_content_import_key;
CREATE UNIQUE INDEX idx_content_import_key
    ON content_items_all ((item_metadata ->> 'import_key'), source_type, creator_id)
    WHERE item_metadata ? 'import_key';

-- For what watches the service: metrics and health, and no item.
ALTER TABLE api_tokens
    DROP CONSTRAINT api_tokens_scope,
    ADD CONSTRAINT api_tokens_scope CHECK (scope IN ('metrics', 'read', 'write', 'admin'));
